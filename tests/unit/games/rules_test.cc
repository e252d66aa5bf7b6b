#include "games/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "games/d3.h"
#include "games/kl8.h"
#include "games/qlc.h"
#include "games/shares.h"
#include "games/ssq.h"

namespace lottery::games {
namespace {

TEST(Rules, EveryGameHasItsTiersAndItsSharesMakeAHundred) {
  const std::pair<const char*, int> tiers[] = {
      {"ssq", kSsqTiers}, {"3d", kD3Tiers}, {"qlc", kQlcTiers}, {"kl8", kKl8Tiers}};
  for (const auto& [game, count] : tiers) {
    const auto& book = RuleBookOf(game);
    EXPECT_EQ(static_cast<int>(book.tiers.size()), count) << game;
    for (const auto& version : book.versions) {
      EXPECT_EQ(version.Get("current_percent") + version.Get("adjustment_percent") +
                    version.Get("fund_percent") + version.Get("fee_percent"),
                100)
          << version.name;
      EXPECT_FALSE(version.approved_by.empty());
      const auto shares = SplitSales(version, Money::FromFen(123'400));
      ASSERT_TRUE(shares.has_value());
      EXPECT_EQ(
          shares->current.fen() + shares->adjustment.fen() + shares->fund.fen() + shares->fee.fen(),
          123'400);
    }
    EXPECT_FALSE(book.calendar.weekdays.empty());
  }
}

TEST(Rules, TheDrawNumberAloneChoosesTheVersion) {
  EXPECT_EQ((*RuleFor("kl8", 2025349))->name, "kl8-2020");
  EXPECT_EQ((*RuleFor("kl8", 2025350))->name, "kl8-2025350");
  EXPECT_EQ((*RuleFor("ssq", 2014054))->name, "ssq-2009");
  EXPECT_EQ((*RuleFor("ssq", 2014055))->name, "ssq-2014055");
  EXPECT_EQ((*RuleFor("kl8", 2025349))->Fixed(Kl8Tier(7, 7)).fen(), 1'000'000);
  EXPECT_EQ((*RuleFor("kl8", 2025350))->Fixed(Kl8Tier(7, 7)).fen(), 850'000);
  EXPECT_EQ(RuleFor("kl8", 2019365).error().code, base::ErrorCode::kUnknownRule);
  EXPECT_EQ(RuleFor("xyz", 2026001).error().code, base::ErrorCode::kUnknownGame);
}

TEST(Rules, TiersOfHappy8AreNumberedAsTheDataNamesThem) {
  const auto& book = RuleBookOf("kl8");
  int next = 1;
  for (int pick = 1; pick <= kKl8MostPick; ++pick) {
    for (int hits = pick; hits >= 0; --hits) {
      const int tier = Kl8Tier(pick, hits);
      if (tier == 0) continue;
      EXPECT_EQ(tier, next++);
      EXPECT_EQ(book.tiers[static_cast<std::size_t>(tier - 1)].match,
                std::to_string(hits) + " of " + std::to_string(pick));
    }
  }
  EXPECT_EQ(next, kKl8Tiers + 1);
}

// Every figure says what is known of it and from where; what is not confirmed can be listed.
TEST(Rules, EveryFigureNamesItsSource) {
  std::size_t unconfirmed = 0;
  for (const auto game : kGames) {
    for (const auto& figure : RuleBookOf(game).figures) {
      EXPECT_FALSE(figure.source.empty()) << game << " " << figure.path;
      unconfirmed += figure.status == "unconfirmed" ? 1U : 0U;
    }
  }
  EXPECT_GT(unconfirmed, 20u);
}

// A rule book that is damaged is refused, figure by figure.
TEST(Rules, ADamagedBookIsRefused) {
  const std::string good = *RuleBookText("qlc");
  ASSERT_TRUE(ParseRuleBook(good).has_value());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return ParseRuleBook(text.replace(at, from.size(), to)).has_value();
  };
  EXPECT_FALSE(with("\"confirmed\"", "\"certain\""));
  EXPECT_FALSE(with("\"source\": \"qlc", "\"source\": \"nowhere"));
  EXPECT_FALSE(with("\"fen\": 20000", "\"fen\": -1"));
  EXPECT_FALSE(with("{\"tier\": 4, \"fen\"", "{\"tier\": 5, \"fen\""));
  EXPECT_FALSE(with("\"weekdays\": {\"value\": [1, 3, 5]", "\"weekdays\": {\"value\": [0, 3, 5]"));
  EXPECT_FALSE(with("rule-book/1", "rule-book/2"));
  EXPECT_FALSE(with("\"versions\"", "\"version\""));
}

}  // namespace
}  // namespace lottery::games
