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
  EXPECT_EQ((*RuleFor("3d", 2016005))->name, "3d-2013");
  EXPECT_EQ((*RuleFor("3d", 2016006))->name, "3d-2016006");
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

// One table a jurisdiction, of tiers that have an amount, in the game whose jurisdictions settle by
// themselves.
TEST(Rules, AmountsOfAJurisdictionAreCheckedAndTaken) {
  const auto with = [](const std::string& tables, const std::string& game = "3d") {
    std::string text = *RuleBookText(game);
    const auto known = text.rfind("\"by_jurisdiction\"");
    if (known != std::string::npos) text.replace(known, 17, "\"unread\"");
    const std::string amounts = "\"amounts\": [";
    return ParseRuleBook(
        text.insert(text.rfind(known == std::string::npos ? amounts : "\"unread\""),
                    "\"by_jurisdiction\": [" + tables + "], "));
  };
  const auto table = [](const std::string& name, const std::string& amounts,
                        const std::string& source = "general") {
    return "{\"jurisdiction\": {\"value\": \"" + name +
           "\", \"status\": \"unconfirmed\", \"source\": \"" + source + "\"}, \"amounts\": [" +
           amounts + "]}";
  };
  const std::string one =
      "{\"tier\": 1, \"fen\": 99900, \"status\": \"unconfirmed\", \"source\": \"general\"}";
  const auto book = with(table("33", one) + ", " + table("44", ""));
  ASSERT_TRUE(book) << book.error().detail;
  const auto& rule = book->versions.back();
  EXPECT_EQ(rule.FixedIn("33", 1).fen(), 99'900);
  EXPECT_EQ(rule.FixedIn("33", 2), rule.Fixed(2));
  EXPECT_EQ(rule.FixedIn("11", 1), rule.Fixed(1));
  EXPECT_TRUE(rule.Deviates("33"));
  EXPECT_FALSE(rule.Deviates("11"));
  const std::pair<const char*, Result<RuleBook>> refused[] = {
      {"twice", with(table("33", one) + ", " + table("33", ""))},
      {"a source that is not listed", with(table("33", one, "nowhere"))},
      {"a tier that there is not",
       with(
           table("33", "{\"tier\": 35, \"fen\": 1, \"status\": \"derived\", \"source\": \"3d\"}"))},
      {"no table", with("1")},
      {"a national game", with(table("33", ""), "qlc")}};
  for (const auto& [why, result] : refused) {
    ASSERT_FALSE(result) << why;
    EXPECT_EQ(result.error().code, base::ErrorCode::kBadJson) << why;
  }
}

}  // namespace
}  // namespace lottery::games
