#include "games/calendar.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/bytes.h"
#include "games/rules.h"
#include "tests/unit/csv.h"

namespace lottery::games {
namespace {

const Calendar& Of(std::string_view game) { return RuleBookOf(game).calendar; }

std::string HeldOn(const ScheduledDraw& draw) {
  return base::ToBeijingDay(base::BeijingDay(draw.held)).substr(0, 10);
}

// Every announced draw since 2013, or since the game began, on its day; and after the last one of
// a year no other.
TEST(Calendar, NumbersAndDaysAreThoseOfTheAnnouncements) {
  std::map<std::pair<std::string, int>, std::int32_t> last_of_year;
  for (const auto& row : tests::ReadCsv("draw_dates.csv")) {
    const auto scheduled = DrawNumbered(Of(row.Text("game")), row.Draw());
    ASSERT_TRUE(scheduled.has_value()) << row.Text("game") << row.Draw();
    EXPECT_EQ(HeldOn(*scheduled), row.Text("date")) << row.Text("game") << row.Draw();
    EXPECT_TRUE(scheduled->certain);
    auto& last = last_of_year[{row.Text("game"), row.Draw() / 1000}];
    last = std::max(last, row.Draw());
  }
  EXPECT_EQ(last_of_year.size(), 14u + 14 + 7);
  for (const auto& [key, last] : last_of_year) {
    if (key.second == 2026) continue;  // not over
    EXPECT_FALSE(DrawNumbered(Of(key.first), last + 1)) << last;
  }
}

TEST(Calendar, TheMarketClosesForAllGames) {
  for (const auto game : kGames) EXPECT_EQ(Of(game).closures, Of("ssq").closures) << game;
}

TEST(Calendar, AGameHasNoDrawsBeforeItsFirst) {
  EXPECT_EQ(HeldOn(DrawsFrom(Of("kl8"), MidnightOf(*ParseDay("2019-06-01")), 1)[0]), "2020-10-28");
  EXPECT_FALSE(DrawNumbered(Of("kl8"), 2019001).has_value());
}

// The notice that changed 快乐8 names both: draw 2025350, the 30th of December.
TEST(Calendar, TheDailyGamesSkipTheClosedDays) {
  for (const auto game : {"kl8", "3d"}) {
    const auto draw = DrawNumbered(Of(game), 2025350);
    ASSERT_TRUE(draw.has_value());
    EXPECT_EQ(base::ToBeijingDay(base::BeijingDay(draw->held)), "2025-12-30 周二 Tue");
    EXPECT_TRUE(DrawNumbered(Of(game), 2026351).has_value());
    EXPECT_FALSE(DrawNumbered(Of(game), 2026352).has_value());
  }
  EXPECT_FALSE(DrawNumbered(Of("3d"), 2026000).has_value());
  EXPECT_FALSE(DrawNumbered(Of("3d"), 1999001).has_value());
}

TEST(Calendar, FromADayOn) {
  const auto monday = ParseDay("2026-02-09");
  ASSERT_TRUE(monday.has_value());
  const auto draws = DrawsFrom(Of("qlc"), MidnightOf(*monday), 4);
  ASSERT_EQ(draws.size(), 4u);
  const char* days[] = {"2026-02-09", "2026-02-11", "2026-02-13", "2026-02-25"};
  for (std::size_t i = 0; i < draws.size(); ++i) {
    EXPECT_EQ(base::ToBeijingDay(base::BeijingDay(draws[i].close)).substr(0, 10), days[i]);
    EXPECT_EQ(draws[i].draw, draws[0].draw + static_cast<std::int32_t>(i));
    EXPECT_EQ(DrawNumbered(Of("qlc"), draws[i].draw)->close.ms, draws[i].close.ms);
  }
  EXPECT_EQ(base::ToIso(draws[0].close), "2026-02-09T12:00:00.000Z");
  EXPECT_EQ(base::ToIso(draws[0].held), "2026-02-09T13:15:00.000Z");
  // The close itself still counts, the moment after does not.
  EXPECT_EQ(DrawsFrom(Of("qlc"), draws[0].close, 1)[0].draw, draws[0].draw);
  EXPECT_EQ(DrawsFrom(Of("qlc"), {draws[0].close.ms + 1}, 1)[0].draw, draws[1].draw);
}

TEST(Calendar, WhatIsNotAnnouncedMayStillMove) {
  const auto draws = DrawsFrom(Of("ssq"), MidnightOf(*ParseDay("2026-12-29")), 3);
  ASSERT_EQ(draws.size(), 3u);
  EXPECT_TRUE(draws[1].certain);
  EXPECT_EQ(draws[2].draw, 2027001);
  EXPECT_FALSE(draws[2].certain);
  EXPECT_TRUE(DrawsFrom(Of("ssq"), MidnightOf(*ParseDay("2999-12-31")), 5).size() < 5);
}

TEST(Calendar, WhatIsNoDayOrTimeIsRefused) {
  for (const auto text : {"2026-02-30", "2026-2-3", "", "20260203", "2026-02-03T"})
    EXPECT_FALSE(ParseDay(text).has_value()) << text;
  for (const auto text : {"24:00", "20:60", "20:0", "8:00", "", "20.00"})
    EXPECT_FALSE(ParseTimeOfDay(text).has_value()) << text;
  EXPECT_EQ(ParseTimeOfDay("21:15")->count(), 21 * 60 + 15);
  std::string book(RuleBookOf("ssq").text);
  const auto at = book.find("2026-02-14");
  ASSERT_NE(at, std::string::npos);
  book.replace(at, 10, "2026-02-24");  // ends before it begins
  EXPECT_EQ(ParseRuleBook(book).error().code, base::ErrorCode::kBadJson);
  book.replace(at, 10, "2025-10-04");  // begins in the one before
  EXPECT_EQ(ParseRuleBook(book).error().code, base::ErrorCode::kBadJson);
  std::string young(RuleBookOf("kl8").text);
  young.replace(young.find("2020-10-28"), 10, "2020-10-32");  // no first day
  EXPECT_EQ(ParseRuleBook(young).error().code, base::ErrorCode::kBadJson);
}

}  // namespace
}  // namespace lottery::games
