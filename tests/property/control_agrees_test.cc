// Two implementations that share no prize code, on random draws: the disagreement of the two is the
// test.
#include <gtest/gtest.h>

#include <random>

#include "compliance/own_d3.h"
#include "compliance/own_kl8.h"
#include "compliance/own_outcome.h"
#include "compliance/own_ssq.h"
#include "compliance/recompute.h"
#include "games/d3_prize.h"
#include "games/kl8_prize.h"
#include "games/order.h"
#include "games/outcome.h"
#include "games/qlc_prize.h"
#include "games/ssq_prize.h"
#include "settlement/settle.h"

namespace lottery {
namespace {

TEST(ControlAgrees, EndOfTheClaimPeriod) {
  std::mt19937_64 rng(3);
  for (int round = 0; round < 20'000; ++round) {
    const base::UtcTime drawn{1'700'000'000'000 +
                              static_cast<std::int64_t>(rng() % 200'000'000'000)};
    ASSERT_EQ(settlement::ClaimUntil(drawn).ms, compliance::OwnClaimUntil(drawn).ms) << drawn.ms;
  }
  // Drawn on 1 March 2026 at 21:15 in Beijing: the 60th day is 29 April.
  EXPECT_EQ(base::ToIso(settlement::ClaimUntil(*base::FromIso("2026-03-01T13:15:00.000Z"))),
            "2026-04-29T15:59:59.999Z");
}

TEST(ControlAgrees, PrizesOnRandomDrawsOfEveryVersion) {
  std::mt19937_64 rng(42);
  const std::int32_t draws[] = {2013001, 2014054, 2014055, 2018122,
                                2018123, 2026013, 2026014, 2026096};
  for (int round = 0; round < 60'000; ++round) {
    games::SsqPrizeInput in;
    in.draw = draws[rng() % 8];
    in.special_rule = in.draw >= 2026014 && rng() % 2 == 0;
    in.sales = base::Money::FromFen(
        static_cast<std::int64_t>(rng() % 300'000'000) * 200 /
        (rng() % 50 == 0 ? 1 : 1 + static_cast<std::int64_t>(rng() % 3)) / 200 * 200);
    in.pool_before = base::Money::FromFen(static_cast<std::int64_t>(rng() % 3'000'000'000) * 100);
    const std::uint64_t most[] = {rng() % 3 == 0 ? 1U : 120U,
                                  rng() % 5 == 0 ? 30'000U : 300U,
                                  3'000,
                                  90'000,
                                  1'500'000,
                                  12'000'000,
                                  10'000'000};
    for (std::size_t t = 0; t < 7; ++t) in.winners[t] = static_cast<std::int64_t>(rng() % most[t]);
    if (!in.special_rule) in.winners[6] = 0;
    const auto ours = games::ComputeSsqPrizes(in);
    const auto theirs = compliance::OwnSsqPrizes(
        {in.draw, in.sales.fen(), in.pool_before.fen(), 0, in.special_rule, in.winners});
    ASSERT_TRUE(ours && theirs) << round;
    const auto first = in.winners[0] == 0 ? 0 : ours->first.fen(),
               second = in.winners[1] == 0 ? 0 : ours->second.fen();
    ASSERT_EQ(first, theirs->first_fen) << "round " << round << " draw " << in.draw << " n1 "
                                        << in.winners[0] << " n2 " << in.winners[1];
    ASSERT_EQ(second, theirs->second_fen) << "round " << round << " n2 " << in.winners[1];
    ASSERT_EQ(ours->pool_after.fen(), theirs->pool_after_fen)
        << "round " << round << " draw " << in.draw << " n1 " << in.winners[0] << " n2 "
        << in.winners[1];
    ASSERT_EQ(ours->paid_total.fen(), theirs->paid_fen);
    ASSERT_EQ(ours->adjustment_paid.fen(), theirs->adjustment_paid_fen);
    ASSERT_EQ(ours->adjustment_gained.fen(), theirs->adjustment_gained_fen);
  }
}

TEST(ControlAgrees, OutcomesAndSeeds) {
  for (int i = 0; i < 3'000; ++i) {
    const std::vector<base::Bytes> betas = {std::string(64, static_cast<char>(i)),
                                            std::to_string(i), "third"};
    const auto seed = games::SeedOf(betas);
    ASSERT_EQ(seed, compliance::OwnSeed(betas));
    for (const auto game : games::kGames) {
      const auto ours = games::DrawNumbers(game, seed);
      const auto theirs = compliance::OwnOutcomeFromSeed(game, seed);
      ASSERT_TRUE(ours && theirs);
      ASSERT_EQ(ours->numbers, theirs->numbers);
      ASSERT_EQ(ours->extra, theirs->extra);
    }
  }
}

// Every ladder of pool, adjustment fund and fee, drawn from figures near its steps.
TEST(ControlAgrees, D3Pools) {
  std::mt19937_64 rng(11);
  for (int round = 0; round < 20'000; ++round) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(rng() % n); };
    games::D3PoolInput in{{},
                          base::Money::FromFen(200 * below(5'000)),
                          base::Money::FromFen(below(400'000)),
                          base::Money::FromFen(below(60'000)),
                          {below(6), below(8), below(9)}};
    const auto ours = games::SettleD3Pool(games::NewestRule("3d"), in);
    compliance::OwnD3Pool own;
    own.pool_before = in.pool_before.fen();
    own.adjustment_before = in.adjustment_before.fen();
    own.net_sales = in.net_sales.fen();
    own.wins = in.winners;
    const auto& amounts = **compliance::OwnD3Amounts(compliance::OwnD3Published(), 2026001, "");
    ASSERT_TRUE(compliance::OwnD3Prizes(amounts, own) && compliance::OwnSettleD3(own) && ours);
    ASSERT_EQ(ours->prizes.fen(), own.prizes);
    ASSERT_EQ(ours->pool_after.fen(), own.pool_after);
    ASSERT_EQ(ours->adjustment_paid.fen(), own.adjustment_paid);
    ASSERT_EQ(ours->adjustment_after.fen(), own.adjustment_after);
    ASSERT_EQ(ours->fee_advanced.fen(), own.fee_advanced);
    ASSERT_EQ(ours->prize_money.fen() + own.pool_before + own.adjustment_paid + own.fee_advanced,
              own.prizes + own.pool_after);
  }
}

// As above, for the pools of a national game.
template <typename Ours>
void ExpectSame(const Ours& ours, const compliance::OwnNationalPrizes& own, int round) {
  ASSERT_EQ(ours.paid_total.fen(), own.paid_fen) << round;
  ASSERT_EQ(ours.pool_after.fen(), own.pool_after_fen) << round;
  ASSERT_EQ(ours.adjustment_paid.fen(), own.adjustment_paid_fen) << round;
  ASSERT_EQ(ours.adjustment_gained.fen(), own.adjustment_gained_fen) << round;
  for (std::size_t i = 0; i < games::kMostTiers; ++i)
    ASSERT_EQ(ours.each[i].fen(), own.each_fen[i]) << round << " tier " << i + 1;
}

// Wins that are rare, few or many, so that shares, caps, guarantees and shortfalls all occur.
games::Wins RandomWins(std::mt19937_64& rng, std::size_t tiers) {
  games::Wins wins{};
  for (std::size_t i = 0; i < tiers; ++i) {
    const std::uint64_t most[] = {1, 2, 5, 50, 2'000, 60'000};
    wins[i] = static_cast<std::int64_t>(rng() % most[rng() % 6]);
  }
  return wins;
}

TEST(ControlAgrees, QlcPrizes) {
  std::mt19937_64 rng(12);
  for (int round = 0; round < 40'000; ++round) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(rng() % n); };
    games::QlcPrizeInput in{2026050, base::Money::FromFen(200 * below(20'000'000)),
                            base::Money::FromFen(100 * below(round % 2 == 0 ? 1'000 : 30'000'000)),
                            base::Money::FromFen(below(3) * 1'000'000), RandomWins(rng, 7)};
    const auto ours = games::ComputeQlcPrizes(in);
    const auto own = compliance::OwnQlcPrizes(
        {in.sales.fen(), in.pool_before.fen(), in.injection_after.fen(), in.winners});
    ASSERT_TRUE(ours && own);
    ExpectSame(*ours, *own, round);
    ASSERT_EQ(in.sales.fen() / 100 * 49 + in.pool_before.fen() + own->adjustment_paid_fen,
              own->paid_fen + own->pool_after_fen + own->adjustment_gained_fen);
  }
}

TEST(ControlAgrees, Kl8Prizes) {
  std::mt19937_64 rng(13);
  const std::int32_t draws[] = {2020001, 2025349, 2025350, 2026200};
  for (int round = 0; round < 40'000; ++round) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(rng() % n); };
    games::Kl8PrizeInput in;
    in.draw = draws[rng() % 4];
    std::int64_t sales = 0;
    compliance::OwnKl8Input theirs;
    for (std::size_t i = 0; i < in.sales.size(); ++i) {
      in.sales[i] = base::Money::FromFen(200 * below(round % 3 == 0 ? 100 : 30'000'000));
      theirs.sales_fen[i] = in.sales[i].fen();
      sales += in.sales[i].fen();
    }
    in.pool_before = base::Money::FromFen(below(round % 2 == 0 ? 1'000 : 40'000'000'000));
    in.fixed_pool_before = base::Money::FromFen(below(20'000'000'000));
    in.injection_after = base::Money::FromFen(below(2) * 1'000'000);
    in.winners = RandomWins(rng, games::kKl8Tiers);
    theirs.draw = in.draw;
    theirs.pool_fen = in.pool_before.fen();
    theirs.fixed_pool_fen = in.fixed_pool_before.fen();
    theirs.injection_fen = in.injection_after.fen();
    theirs.wins = in.winners;
    const auto ours = games::ComputeKl8Prizes(in);
    const auto own = compliance::OwnKl8Money(theirs);
    ASSERT_TRUE(ours && own);
    ExpectSame(*ours, own->money, round);
    ASSERT_EQ(ours->fixed_pool_after.fen(), own->fixed_pool_after_fen);
    ASSERT_EQ(
        sales / 100 * 57 + theirs.pool_fen + theirs.fixed_pool_fen + own->money.adjustment_paid_fen,
        own->money.paid_fen + own->money.pool_after_fen + own->fixed_pool_after_fen +
            own->money.adjustment_gained_fen);
  }
}

}  // namespace
}  // namespace lottery
