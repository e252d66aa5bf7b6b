#include "games/d3.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "games/d3_prize.h"
#include "games/order.h"

namespace lottery::games {
namespace {
using base::Bytes;
using Play = D3Bet::Play;

Bytes Digits(std::string_view text) {
  Bytes out;
  for (const char c : text) out.push_back(static_cast<char>(c - '0'));
  return out;
}
D3Bet Single(std::string_view a, std::string_view b, std::string_view c) {
  return {Play::kSingle, Digits(a), Digits(b), Digits(c), {}, {}, {}};
}
D3Bet Group3(std::string_view twice, std::string_view once) {
  return {Play::kGroup3, {}, {}, {}, Digits(twice), Digits(once), {}};
}
D3Bet Group6(std::string_view digits) {
  return {Play::kGroup6, {}, {}, {}, {}, {}, Digits(digits)};
}
D3Outcome Of(int n) {
  return {{static_cast<std::uint8_t>(n / 100), static_cast<std::uint8_t>(n / 10 % 10),
           static_cast<std::uint8_t>(n % 10)}};
}
std::int64_t Winning(const D3Bet& bet, std::size_t tier) {
  std::int64_t outcomes = 0;
  for (int n = 0; n < 1000; ++n) outcomes += D3Winners(bet, Of(n))[tier];
  return outcomes;
}

TEST(D3, ALineWinsOnOneThreeOrSixOutcomes) {
  EXPECT_EQ(Winning(Single("3", "5", "8"), 0), 1);
  EXPECT_EQ(Winning(Group3("1", "2"), 1), 3);
  EXPECT_EQ(Winning(Group6("123"), 2), 6);
  EXPECT_EQ(Winning(Group3("0123456789", "0123456789"), 1), 270);
  EXPECT_EQ(Winning(Group6("0123456789"), 2), 720);
  EXPECT_EQ(Winning(Single("0123456789", "0123456789", "0123456789"), 0), 1000);
}

TEST(D3, PlaysDoNotMix) {
  EXPECT_EQ(D3Winners(Group3("1", "2"), Of(121)), (Wins{0, 1}));
  EXPECT_EQ(D3Winners(Group3("1", "2"), Of(122)), Wins{});
  EXPECT_EQ(D3Winners(Group3("1", "2"), Of(111)), Wins{});
  EXPECT_EQ(D3Winners(Group6("123"), Of(112)), Wins{});
  EXPECT_EQ(D3Winners(Group6("123"), Of(321)), (Wins{0, 0, 1}));
}

TEST(D3, LinesAreTheNumbersTheyStandOn) {
  for (const auto& bet : {Single("12", "3", "456"), Group3("12", "23"), Group6("01234"),
                          Group3("0123456789", "0123456789"), Group6("0123456789")}) {
    std::set<D3Number> numbers;
    ForD3Numbers(bet, [&](D3Number n) { EXPECT_TRUE(numbers.insert(n).second); });
    EXPECT_EQ(static_cast<std::int64_t>(numbers.size()), D3Lines(bet));
  }
  EXPECT_EQ(D3NumberText(7), "007");
  EXPECT_EQ(D3NumberText(1112), "组 112");
}

TEST(D3, WhatIsNoBetIsRefused) {
  for (const auto& bet :
       {Single("", "1", "2"), Single("11", "1", "2"), Group3("1", "1"), Group3("", "1"),
        Group6("12"), Group6("221"),
        D3Bet{Play::kSingle, Digits("1"), Digits("1"), Digits("1"), Digits("1"), {}, {}},
        D3Bet{Play::kSingle, "\x0a", Digits("1"), Digits("1"), {}, {}, {}},
        D3Bet{static_cast<Play>(16), Digits("1"), Digits("1"), Digits("1"), {}, {}, {}}})
    EXPECT_FALSE(CheckD3Bet(bet).has_value());
}

D3Bet Play1(Play play) { return {play}; }

// What a line of each play is worth over the thousand outcomes is 49 to 55 % of its price: an
// amount typed wrong, or a condition, would show. 和数 12 and 15 are the ones above 53.
TEST(D3, EveryPlayReturnsAboutTheSame) {
  std::vector<D3Bet> bets = {Single("3", "5", "8"), Group3("1", "2"), Group6("123"),
                             Play1(Play::kTriple), Play1(Play::kRun)};
  const auto places = [](Play play, std::string_view a, std::string_view b, std::string_view c) {
    return D3Bet{play, Digits(a), Digits(b), Digits(c)};
  };
  bets.push_back(places(Play::k1D, "", "4", ""));
  bets.push_back(places(Play::k2D, "4", "", "7"));
  bets.push_back(places(Play::kAny, "3", "5", "8"));
  bets.push_back(places(Play::kWrap3, "1", "2", "1"));
  bets.push_back(places(Play::kWrap6, "1", "2", "3"));
  for (int sum = 0; sum <= 27; ++sum) {
    bets.push_back(Play1(Play::kSum));
    bets.back().sums = Bytes(1, static_cast<char>(sum));
  }
  for (const Play play : {Play::kSize, Play::kParity}) {
    for (const int choice : {1, 2}) {
      bets.push_back(Play1(play));
      bets.back().choice = choice;
    }
  }
  bets.push_back(Play1(Play::kGuess1D));
  bets.back().digits = Digits("7");
  bets.push_back(Play1(Play::kGuess2D));
  bets.back().digits = Digits("37");
  bets.push_back(Play1(Play::kGuess2D));
  bets.back().doubles = Digits("7");
  for (const auto& bet : bets) {
    ASSERT_TRUE(CheckD3Bet(bet).has_value()) << static_cast<int>(bet.play);
    EXPECT_EQ(D3Lines(bet), 1);
    std::int64_t fen = 0;
    for (int n = 0; n < 1000; ++n) {
      const auto wins = D3Winners(bet, Of(n));
      for (int tier = 1; tier <= kD3Tiers; ++tier)
        fen += wins[static_cast<std::size_t>(tier - 1)] * NewestRule("3d").Fixed(tier).fen();
    }
    EXPECT_GE(fen, 98'000) << static_cast<int>(bet.play);  // of 200 000
    EXPECT_LE(fen, bet.sums == "\x0c" || bet.sums == "\x0f" ? 109'500 : 106'000)
        << static_cast<int>(bet.play);
    EXPECT_FALSE(D3Play(bet).zh.empty());
  }
}

TEST(D3, LimitsFollowTheRiskOfAPlay) {
  EXPECT_EQ(D3LimitTimes(358), 1);
  EXPECT_EQ(D3LimitTimes(1112), 1);
  EXPECT_TRUE(D3FitsLimit(358, 20, 20));
  EXPECT_FALSE(D3FitsLimit(358, 21, 20));
  D3Bet any = Single("3", "5", "8");
  any.play = Play::kAny;
  ForD3Numbers(any, [](D3Number n) {
    EXPECT_EQ(D3NumberText(n), "通选 358");
    EXPECT_EQ(D3LimitTimes(n), 2);
  });
  D3Bet sum{Play::kSum};
  sum.sums = "\x0e";
  ForD3Numbers(sum, [](D3Number n) {
    EXPECT_EQ(D3NumberText(n), "和数 14");
    EXPECT_EQ(D3LimitTimes(n), 74);  // 1 040 yuan against 14
    EXPECT_TRUE(D3FitsLimit(n, 740, 10));
    EXPECT_FALSE(D3FitsLimit(n, 741, 10));
    constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(D3FitsLimit(n, kLargest, kLargest));  // an operator may type anything
  });
  D3Bet two{Play::k2D, Digits("4"), {}, Digits("7")};
  ForD3Numbers(two, [](D3Number n) { EXPECT_EQ(D3NumberText(n), "2D 4*7"); });
  D3Bet one{Play::k1D, {}, {}, Digits("7")};
  ForD3Numbers(one, [](D3Number n) { EXPECT_EQ(D3NumberText(n), "1D **7"); });
  D3Bet run{Play::kRun};
  ForD3Numbers(run, [](D3Number n) {
    EXPECT_LT(n, kD3Numbers);
    EXPECT_EQ(D3NumberText(n), "拖拉机");
  });
}

TEST(D3, PoolPaysThenAdjustmentFundThenFee) {
  const auto settle = [](std::int64_t pool, std::int64_t adjustment, std::int64_t singles) {
    return *SettleD3Pool(NewestRule("3d"), {"",
                                            Money::FromFen(1'000'000),
                                            Money::FromFen(pool),
                                            Money::FromFen(adjustment),
                                            {singles}});
  };
  const auto quiet = settle(0, 0, 1);  // 104 000 of 520 000
  EXPECT_EQ(quiet.pool_after.fen(), 416'000);
  EXPECT_EQ(quiet.adjustment_after.fen(), 10'000);
  const auto pool = settle(100'000, 0, 5);
  EXPECT_EQ(pool.pool_after.fen(), 100'000);
  const auto adjustment = settle(100'000, 50'000, 6);  // 624 000 of 620 000
  EXPECT_EQ(adjustment.pool_after.fen(), 0);
  EXPECT_EQ(adjustment.adjustment_paid.fen(), 4'000);
  EXPECT_EQ(adjustment.adjustment_after.fen(), 56'000);
  const auto fee = settle(0, 5'000, 6);  // 104 000 more than there is, 15 000 of it in the fund
  EXPECT_EQ(fee.adjustment_after.fen(), 0);
  EXPECT_EQ(fee.fee_advanced.fen(), 89'000);
  const auto& rule = NewestRule("3d");
  EXPECT_FALSE(SettleD3Pool(rule, {"", Money::FromFen(-200), {}, {}, {}}).has_value());
  EXPECT_EQ(RuleFor("3d", 2012365).error().code, base::ErrorCode::kUnknownRule);
}

TEST(D3, APoolPaysTheAmountsOfItsJurisdictionAndNoneThatIsNotKnown) {
  RuleVersion rule = NewestRule("3d");
  rule.by_jurisdiction.push_back({"33", {Money::FromFen(100'000)}});
  const auto prizes = [&](const char* jurisdiction, const Wins& wins) {
    return SettleD3Pool(rule, {jurisdiction, Money::FromFen(1'000'000), {}, {}, wins})->by_tier;
  };
  EXPECT_EQ(prizes("33", {2, 1})[0].fen(), 200'000);
  EXPECT_EQ(prizes("33", {2, 1})[1].fen(), 34'600);
  EXPECT_EQ(prizes("11", {2, 1})[0].fen(), 208'000);
  const auto& old = **RuleFor("3d", 2013001);
  EXPECT_EQ(SettleD3Pool(old, {"11", {}, {}, {}, {1, 1, 1}})->prizes.fen(), 148'000);
  EXPECT_EQ(SettleD3Pool(old, {"11", {}, {}, {}, {0, 0, 0, 1}}).error().code,
            base::ErrorCode::kUnknownRule);
}

TEST(D3, AnOrderCountsEachNumberOnce) {
  wire::Order order;
  order.set_game("3d");
  order.set_first_draw(2026001);
  order.set_draw_count(2);
  order.set_multiplier(3);
  for (const char* units : {"8", "89"}) {
    auto* bet = order.add_bets()->mutable_d3();
    bet->set_play(1);
    bet->set_hundreds(Digits("3"));
    bet->set_tens(Digits("5"));
    bet->set_units(Digits(units));
  }
  order.set_price_fen(3 * 3 * 2 * 200);
  const auto facts = CheckOrder(order);
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->numbers, (std::vector<NumberLines>{{358, 6}, {359, 3}}));
  order.set_game("ssq");
  EXPECT_EQ(CheckOrder(order).error().code, base::ErrorCode::kIllegalBet);
}

}  // namespace
}  // namespace lottery::games
