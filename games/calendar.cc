#include "games/calendar.h"

#include <algorithm>
#include <chrono>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::chrono::hours kBeijing{8};  // of UTC, all year
constexpr int kDrawsAYear = 1000;

std::int64_t NewYear(int year) {
  return std::chrono::sys_days(std::chrono::year(year) / 1 / 1).time_since_epoch().count();
}

int YearOf(std::int64_t day) {
  const std::chrono::sys_days days{std::chrono::days(day)};
  return static_cast<int>(std::chrono::year_month_day(days).year());
}

bool IsDrawn(const Calendar& calendar, std::int64_t day) {
  const std::chrono::sys_days days{std::chrono::days(day)};
  const auto weekday = static_cast<int>(std::chrono::weekday(days).iso_encoding());
  const auto& wanted = calendar.weekdays;
  return day >= calendar.first &&
         std::find(wanted.begin(), wanted.end(), weekday) != wanted.end() &&
         std::none_of(calendar.closures.begin(), calendar.closures.end(),
                      [&](const Days& closed) { return closed.Contains(day); });
}

base::UtcTime At(std::int64_t day, std::chrono::minutes time) {
  const auto since = std::chrono::days(day) + time - kBeijing;
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

// Draws of one year in order, until `each` says that it has enough.
template <typename Each>
bool ForYear(const Calendar& calendar, int year, const Each& each) {
  std::int32_t draw = year * kDrawsAYear;
  for (std::int64_t day = NewYear(year); day < NewYear(year + 1); ++day) {
    if (!IsDrawn(calendar, day)) continue;
    // A number depends on every day of the year before it.
    const bool certain =
        calendar.announced.Contains(NewYear(year)) && calendar.announced.Contains(day);
    if (!each({++draw, At(day, calendar.close), At(day, calendar.draw), certain})) return false;
  }
  return true;
}

}  // namespace

std::vector<ScheduledDraw> DrawsFrom(const Calendar& calendar, base::UtcTime from, int count) {
  LOTTERY_CHECK(count >= 0 && count <= kMostScheduled);
  std::vector<ScheduledDraw> out;
  if (count == 0) return out;
  const auto each = [&](const ScheduledDraw& draw) {
    if (draw.close.ms >= from.ms) out.push_back(draw);
    return static_cast<int>(out.size()) < count;
  };
  for (int year = std::max(kFirstYear, YearOf(base::BeijingDay(from)));
       year <= kLastYear && ForYear(calendar, year, each); ++year) {
  }
  return out;
}

std::optional<ScheduledDraw> DrawNumbered(const Calendar& calendar, std::int32_t draw) {
  const int year = draw / kDrawsAYear;
  std::optional<ScheduledDraw> out;
  if (year < kFirstYear || year > kLastYear) return out;
  ForYear(calendar, year, [&](const ScheduledDraw& one) {
    if (one.draw == draw) out = one;
    return !out;
  });
  return out;
}

base::UtcTime MidnightOf(std::int64_t day) { return At(day, std::chrono::minutes(0)); }

base::Result<std::int64_t> ParseDay(std::string_view text) {
  const auto at = base::FromIso(std::string(text) + "T00:00:00.000Z");
  if (!at) return Fail(ErrorCode::kBadJson, "a day is YYYY-MM-DD");
  return base::BeijingDay(*at);
}

base::Result<std::chrono::minutes> ParseTimeOfDay(std::string_view text) {
  const auto at = base::FromIso("1970-01-01T" + std::string(text) + ":00.000Z");
  if (!at) return Fail(ErrorCode::kBadJson, "a time of day is HH:MM");
  return std::chrono::duration_cast<std::chrono::minutes>(std::chrono::milliseconds(at->ms));
}

}  // namespace lottery::games
