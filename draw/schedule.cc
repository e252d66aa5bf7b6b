#include "draw/schedule.h"

#include <fmt/format.h>

#include "games/rules.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;

base::Result<std::vector<games::ScheduledDraw>> Schedule(const std::string& game,
                                                         const std::string& day,
                                                         std::int64_t count) {
  if (!games::IsGame(game)) return Fail(ErrorCode::kUnknownGame, game);
  const auto first = games::ParseDay(day);
  if (!first) return Fail(ErrorCode::kUsage, "--from is a day, YYYY-MM-DD");
  if (count < 1 || count > games::kMostScheduled)
    return Fail(ErrorCode::kUsage, fmt::format("--draws is 1 to {}", games::kMostScheduled));
  auto draws = games::DrawsFrom(games::RuleBookOf(game).calendar, games::MidnightOf(*first),
                                static_cast<int>(count));
  if (draws.empty()) return Fail(ErrorCode::kUsage, "--from: the calendar ends before that day");
  return draws;
}

base::json::object ScheduleRow(const std::string& game, const games::ScheduledDraw& draw) {
  return {{"draw", protocol::DrawId{game, draw.draw}.ToText()},
          {"close", base::ToIso(draw.close)},
          {"held", base::ToIso(draw.held)},
          {"certain", draw.certain}};
}

std::string ScheduleLine(const std::string& game, const games::ScheduledDraw& draw) {
  return fmt::format(
      "{:<12}  {}  停售 closes {}  开奖 drawn {}{}\n", protocol::DrawId{game, draw.draw}.ToText(),
      base::ToBeijingDay(base::BeijingDay(draw.close)),
      base::ToBeijingText(draw.close).substr(11, 5), base::ToBeijingText(draw.held).substr(11, 5),
      draw.certain ? "" : "  休市未公布 closures not announced yet");
}

std::string OffCalendar(const protocol::Plan& plan) {
  const auto by_calendar =
      games::DrawNumbered(games::RuleBookOf(plan.draw.game).calendar, plan.draw.number);
  if (!by_calendar) {
    return fmt::format("日历里没有 {} the calendar has no such draw", plan.draw.ToText());
  }
  if (by_calendar->close.ms == plan.close.ms && by_calendar->certain) return {};
  return fmt::format(
      "日历上 {0} 停售于 {1}，计划为 {2} by the calendar it closes {1}, by the plan {2}{3}",
      plan.draw.ToText(), base::ToBeijingText(by_calendar->close), base::ToBeijingText(plan.close),
      by_calendar->certain ? "" : "；休市未公布 closures not announced yet");
}

}  // namespace lottery::draw
