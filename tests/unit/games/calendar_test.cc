#include "games/calendar.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "base/file.h"
#include "games/rules.h"

namespace lottery::games {
namespace {

const Calendar& Of(std::string_view game) { return RuleBookOf(game).calendar; }

TEST(Calendar, NumbersAreThoseOfTheAnnouncements) {
  const auto text = base::ReadFile(LOTTERY_SOURCE_DIR "/tests/data/ssq_announcements.csv");
  ASSERT_TRUE(text.has_value());
  int checked = 0;
  for (const auto line : base::Split(*text, '\n')) {
    const auto cells = base::Split(line, ',');
    if (cells.size() < 2 || cells[0] < "2025") continue;  // closures are listed since then
    const auto draw = base::ParseDecimal(cells[0]);
    if (!draw) continue;  // the heading
    const auto scheduled = DrawNumbered(Of("ssq"), static_cast<std::int32_t>(*draw));
    ASSERT_TRUE(scheduled.has_value()) << line;
    EXPECT_EQ(base::ToBeijingDay(base::BeijingDay(scheduled->held)).substr(0, 10), cells[1]);
    EXPECT_TRUE(scheduled->certain);
    ++checked;
  }
  EXPECT_GT(checked, 40);
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
}

}  // namespace
}  // namespace lottery::games
