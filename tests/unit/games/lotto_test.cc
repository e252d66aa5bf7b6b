// 七乐彩 and 快乐8: lines, winners and prizes against counts that are known otherwise.
#include <gtest/gtest.h>

#include <numeric>

#include "games/kl8_prize.h"
#include "games/qlc_prize.h"

namespace lottery::games {
namespace {

base::Bytes Octets(const std::vector<int>& numbers) {
  base::Bytes out;
  for (const int n : numbers) out.push_back(static_cast<char>(n));
  return out;
}
base::Bytes Range(int from, int to) {
  std::vector<int> numbers(static_cast<std::size_t>(to - from + 1));
  std::iota(numbers.begin(), numbers.end(), from);
  return Octets(numbers);
}
const QlcOutcome kSeven{{1, 2, 3, 4, 5, 6, 7}, 8};

// All 2 035 800 lines at once: as many win in each tier as there are ways to hit so many.
TEST(Qlc, TheWholeMatrixWinsAsCombinationsSay) {
  const QlcBet all{{}, Range(1, 30)};
  EXPECT_EQ(QlcLines(all), 2'035'800);
  const auto wins = QlcWinners(all, kSeven);
  EXPECT_EQ(wins[0], 1);
  EXPECT_EQ(wins[1], 7);
  EXPECT_EQ(wins[2], 7 * 22);
  EXPECT_EQ(wins[3], 21 * 22);
  EXPECT_EQ(wins[4], 21 * 231);
  EXPECT_EQ(wins[5], 35 * 231);
  EXPECT_EQ(wins[6], 35 * 1540);
}

TEST(Qlc, TheSpecialNumberCountsAsBankerAndAsDrag) {
  EXPECT_EQ(QlcWinners({Octets({8}), Octets({1, 2, 3, 4, 5, 6, 7})}, kSeven)[1], 7);
  EXPECT_EQ(QlcWinners({Octets({1, 2, 3, 4, 5, 6}), Octets({8, 9})}, kSeven)[1], 1);
  EXPECT_EQ(QlcWinners({Octets({1, 2, 3, 4, 5, 6}), Octets({8, 9})}, kSeven)[2], 1);
  EXPECT_FALSE(CheckQlcBet({Octets({1, 2, 3, 4, 5, 6, 7}), Octets({8, 9})}).has_value());
  EXPECT_FALSE(CheckQlcBet({Octets({1}), Octets({2, 3, 4, 5, 6, 7})}).has_value());
  EXPECT_FALSE(CheckQlcBet({{}, Octets({1, 2, 3, 4, 5, 6, 31})}).has_value());
  EXPECT_FALSE(CheckQlcOutcome({{1, 2, 3, 4, 5, 6, 7}, 7}).has_value());
}

// By hand: 1 000 000 yuan sold, 490 000 of prize money, 9 000 of it fixed, 481 000 for the high
// tiers: 70, 10 and 20 %.
TEST(Qlc, SharesPoolAndRemainders) {
  QlcPrizeInput in{2026050, Money::FromFen(100'000'000), Money::FromFen(50'000'000), {}, {}};
  in.winners = {2, 3, 20, 10, 40, 100, 800};  // fixed: 2 000 + 2 000 + 1 000 + 4 000
  const auto p = *ComputeQlcPrizes(in);
  EXPECT_EQ(p.each[0].fen(), (336'700 + 500'000) / 2 * 100);
  EXPECT_EQ(p.each[1].fen(), 16'033'00);
  EXPECT_EQ(p.each[2].fen(), 4'810'00);
  EXPECT_EQ(p.pool_after.fen(), 0);
  EXPECT_EQ(p.adjustment_gained.fen(), 100);  // of 48 100 yuan among three
  in.winners = {0, 0, 20, 10, 40, 100, 800};
  const auto unwon = *ComputeQlcPrizes(in);
  EXPECT_EQ(unwon.pool_after.fen(), (336'700 + 500'000 + 48'100) * 100);
}

TEST(Qlc, CapAndGuarantees) {
  QlcPrizeInput in{2026050, Money::FromFen(200'000), Money::FromFen(800'000'000), {}, {1, 1, 1}};
  const auto capped = *ComputeQlcPrizes(in);  // 980 yuan for the high tiers, 8 million in the pool
  EXPECT_EQ(capped.each[0].fen(), 500'000'000);
  EXPECT_EQ(capped.pool_after.fen(), (686 + 8'000'000 - 5'000'000) * 100);
  EXPECT_EQ(capped.each[2].fen(), 400'00);  // twice the fourth, instead of 196
  EXPECT_EQ(capped.each[1].fen(), 800'00);  // twice the third, instead of 98
  EXPECT_EQ(capped.adjustment_paid.fen(), (400 - 196 + 800 - 98) * 100);
  EXPECT_EQ(ComputeQlcPrizes({2008001, {}, {}, {}, {}}).error().code,
            base::ErrorCode::kUnknownRule);
}

Kl8Outcome Twenty() {
  Kl8Outcome o;
  std::iota(o.numbers.begin(), o.numbers.end(), std::uint8_t{1});
  return o;
}

TEST(Kl8, LinesAndWinnersAsCombinationsSay) {
  const Kl8Bet ten{10, {}, Range(11, 30)};  // ten of twenty are drawn
  EXPECT_EQ(Kl8Lines(ten), 184'756);
  const auto wins = Kl8Winners(ten, Twenty());
  EXPECT_EQ(wins[static_cast<std::size_t>(Kl8Tier(10, 10) - 1)], 1);
  EXPECT_EQ(wins[static_cast<std::size_t>(Kl8Tier(10, 5) - 1)], 252 * 252);
  EXPECT_EQ(wins[static_cast<std::size_t>(Kl8Tier(10, 0) - 1)], 1);
  const Kl8Bet banker{3, Octets({1}), Octets({2, 50, 51})};
  EXPECT_EQ(Kl8Lines(banker), 3);
  EXPECT_EQ(Kl8Winners(banker, Twenty())[static_cast<std::size_t>(Kl8Tier(3, 2) - 1)], 2);
  EXPECT_FALSE(CheckKl8Bet({1, Octets({1}), Octets({2})}).has_value());
  EXPECT_FALSE(CheckKl8Bet({11, {}, Range(1, 11)}).has_value());
  EXPECT_FALSE(CheckKl8Bet({3, {}, Octets({1, 2})}).has_value());
  EXPECT_FALSE(CheckKl8Bet({2, {}, Octets({1, 81})}).has_value());
}

// About what the fixed tiers of each play leave of 57 % is what its floating prize takes: the
// figures of the rule book are checked against the odds.
TEST(Kl8, ReturnsOfEveryPlayAreWhatTheRuleBookSays) {
  const auto& rule = NewestRule("kl8");
  for (int pick = 1; pick <= kKl8MostPick; ++pick) {
    double fen = 0;
    for (int hits = 0; hits <= pick; ++hits) {
      const int tier = Kl8Tier(pick, hits);
      if (tier == 0) continue;
      const auto ways = static_cast<double>(Choose(20, hits) * Choose(60, pick - hits));
      fen += ways / static_cast<double>(Choose(80, pick)) *
             static_cast<double>(rule.Fixed(tier).fen());
    }
    const double floating = pick == 9    ? static_cast<double>(rule.Get("floating_ppm_pick9"))
                            : pick == 10 ? static_cast<double>(rule.Get("floating_ppm_pick10"))
                                         : 0;
    EXPECT_NEAR(fen / 200 + floating / 1e6, 0.57, 0.008) << pick;
  }
}

TEST(Kl8, FloatingPrizesPoolsAndTheirMost) {
  Kl8PrizeInput in;
  in.draw = 2026050;
  in.sales[9] = Money::FromFen(10'000'000'000);  // 100 million yuan of pick 10
  in.pool_before = Money::FromFen(19'000'000'000);
  in.fixed_pool_before = Money::FromFen(1'000'000);
  const auto unwon = *ComputeKl8Prizes(in);
  // 190 million and 28 000 000 yuan: 18 000 000 above what the pool may hold.
  EXPECT_EQ(unwon.pool_after.fen(), 20'000'000'000);
  EXPECT_EQ(unwon.adjustment_gained.fen(), 1'800'000'000);
  in.draw = 2025349;  // the first version knows no most, and 27.5 %
  const auto unlimited = *ComputeKl8Prizes(in);
  EXPECT_EQ(unlimited.pool_after.fen(), 21'750'000'000);
  EXPECT_EQ(unlimited.adjustment_gained.fen(), 0);
  in.draw = 2026050;
  EXPECT_EQ(unwon.fixed_pool_after.fen(), 1'000'000 + 5'700'000'000 - 2'800'000'000);
  in.winners[static_cast<std::size_t>(Kl8Tier(10, 10) - 1)] =
      30;  // 3 333 333 each by the draw's cap
  const auto capped = *ComputeKl8Prizes(in);
  EXPECT_EQ(capped.each[static_cast<std::size_t>(Kl8Tier(10, 10) - 1)].fen(), 333'333'300);
  EXPECT_EQ(capped.pool_after.fen(), 21'800'000'000 - 30 * 333'333'300LL);
  in.pool_before = {};
  in.sales[9] = Money::FromFen(2'000'000);
  in.winners[static_cast<std::size_t>(Kl8Tier(10, 10) - 1)] = 1;
  const auto floor = *ComputeKl8Prizes(in);  // 5 600 yuan there, 16 000 guaranteed
  EXPECT_EQ(floor.each[static_cast<std::size_t>(Kl8Tier(10, 10) - 1)].fen(), 1'600'000);
  EXPECT_EQ(floor.adjustment_paid.fen(), 1'600'000 - 560'000);
}

}  // namespace
}  // namespace lottery::games
