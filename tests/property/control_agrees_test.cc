// Two implementations that share no prize code, on random draws: the disagreement of the two is the
// test.
#include <gtest/gtest.h>

#include <random>

#include "compliance/own_game.h"
#include "compliance/own_outcome.h"
#include "compliance/recompute.h"
#include "draw/outcome.h"
#include "games/order.h"
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
    const auto seed = draw::SeedOf(betas);
    ASSERT_EQ(seed, compliance::OwnSeed(betas));
    const auto ours = draw::DrawSsq(seed);
    const auto theirs = compliance::OwnOutcomeFromSeed(seed);
    ASSERT_TRUE(ours && theirs);
    ASSERT_EQ(std::vector<int>(ours->reds.begin(), ours->reds.end()), theirs->reds);
    ASSERT_EQ(ours->blue, theirs->blue);
  }
}

TEST(ControlAgrees, WinnersAndPricesOfRandomOrders) {
  std::mt19937_64 rng(9);
  for (int round = 0; round < 400; ++round) {
    wire::Order order;
    order.set_game("ssq");
    order.set_first_draw(2026097);
    order.set_draw_count(1 + static_cast<std::uint32_t>(rng() % 3));
    order.set_multiplier(1 + static_cast<std::uint32_t>(rng() % 4));
    std::int64_t lines = 0;
    for (std::uint64_t b = 0; b < 1 + rng() % 5; ++b) {
      std::string reds, blues, bankers;
      const auto want = 6 + rng() % 3;
      for (int n = 1; n <= 33 && reds.size() < want; ++n) {
        if (rng() % 4 == 0 || 33 - n < static_cast<int>(want - reds.size()))
          reds.push_back(static_cast<char>(n));
      }
      if (reds.size() > 6 && rng() % 2 == 0) {
        bankers = reds.substr(0, 2);
        reds = reds.substr(2);
      }
      for (int n = 1; n <= 16; ++n) {
        if (rng() % 8 == 0 || (n == 16 && blues.empty())) blues.push_back(static_cast<char>(n));
      }
      auto* bet = order.add_bets()->mutable_ssq();
      bet->set_reds(reds);
      bet->set_blues(blues);
      bet->set_red_bankers(bankers);
      lines += games::SsqLines({bankers, reds, blues});
    }
    order.set_price_fen(lines * 200 * order.draw_count() * order.multiplier());
    const auto facts = games::CheckOrder(order);
    const auto own = compliance::OwnPricePerDraw(order);
    ASSERT_EQ(facts.has_value(), own.has_value());
    if (!facts) continue;
    ASSERT_EQ(facts->per_draw.fen(), *own);
    const auto outcome = draw::DrawSsq(draw::SeedOf({std::to_string(round)}));
    const auto wins = compliance::OwnWinners(
        order, {std::vector<int>(outcome->reds.begin(), outcome->reds.end()), outcome->blue});
    ASSERT_TRUE(wins.has_value());
    ASSERT_EQ(games::OrderWinners(order, *outcome), *wins);
  }
}

std::string RandomDigits(std::mt19937_64& rng, unsigned one_in) {
  std::string out;
  for (int digit = 0; digit < 10; ++digit) {
    if (rng() % one_in == 0) out.push_back(static_cast<char>(digit));
  }
  return out;
}

// Random bets of 3d, some of them illegal, against random outcomes: price, lines and winners agree.
TEST(ControlAgrees, D3OrdersAndOutcomes) {
  std::mt19937_64 rng(10);
  int legal = 0, won = 0;
  for (int round = 0; round < 3'000; ++round) {
    wire::Order order;
    order.set_game("3d");
    order.set_first_draw(2026001);
    order.set_draw_count(1);
    order.set_multiplier(1 + static_cast<std::uint32_t>(rng() % 3));
    auto* bet = order.add_bets()->mutable_d3();
    bet->set_play(static_cast<std::uint32_t>(rng() % 16 == 0 ? 4 : 1 + rng() % 3));
    if (bet->play() == 1) {
      bet->set_hundreds(RandomDigits(rng, 3));
      bet->set_tens(RandomDigits(rng, 3));
      bet->set_units(RandomDigits(rng, 3));
    } else if (bet->play() == 2) {
      bet->set_doubles(RandomDigits(rng, 2));
      bet->set_singles(RandomDigits(rng, 4));
    } else {
      bet->set_digits(RandomDigits(rng, 2));
    }
    if (rng() % 20 == 0) bet->set_units(bet->units() + "\x03");
    const std::int64_t lines = games::LinesOf(order.bets(0));
    order.set_price_fen(std::max<std::int64_t>(lines, 1) * 200 * order.multiplier());
    const auto facts = games::CheckOrder(order);
    const auto own = compliance::OwnOrderPrice(order);
    ASSERT_EQ(facts.has_value(), own.has_value()) << order.ShortDebugString();
    if (!facts) continue;
    ++legal;
    ASSERT_EQ(facts->per_draw.fen(), *own);
    const auto seed = draw::SeedOf({std::to_string(round)});
    const auto outcome = draw::DrawD3(seed);
    const auto theirs = compliance::OwnDigitsFromSeed(seed);
    ASSERT_EQ(std::vector<int>(outcome->digits.begin(), outcome->digits.end()), theirs->reds);
    const auto wins = compliance::OwnOrderWins(order, *theirs);
    ASSERT_TRUE(wins.has_value());
    ASSERT_EQ(games::OrderWinners(order, *outcome), *wins);
    won += *wins != compliance::OwnWins{} ? 1 : 0;
  }
  EXPECT_GT(legal, 1'500);
  EXPECT_GT(won, 100);
}

// Every ladder of pool, adjustment fund and fee, drawn from figures near its steps.
TEST(ControlAgrees, D3Pools) {
  std::mt19937_64 rng(11);
  for (int round = 0; round < 20'000; ++round) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(rng() % n); };
    games::D3PoolInput in{base::Money::FromFen(200 * below(5'000)),
                          base::Money::FromFen(below(400'000)),
                          base::Money::FromFen(below(60'000)),
                          {below(6), below(8), below(9)}};
    const auto ours = games::SettleD3Pool(in);
    compliance::OwnD3Pool own;
    own.pool_before = in.pool_before.fen();
    own.adjustment_before = in.adjustment_before.fen();
    own.net_sales = in.net_sales.fen();
    own.wins = in.winners;
    ASSERT_TRUE(compliance::OwnD3Prizes(own) && compliance::OwnSettleD3(own) && ours);
    ASSERT_EQ(ours->prizes.fen(), own.prizes);
    ASSERT_EQ(ours->pool_after.fen(), own.pool_after);
    ASSERT_EQ(ours->adjustment_paid.fen(), own.adjustment_paid);
    ASSERT_EQ(ours->adjustment_after.fen(), own.adjustment_after);
    ASSERT_EQ(ours->fee_advanced.fen(), own.fee_advanced);
    ASSERT_EQ(ours->prize_money.fen() + own.pool_before + own.adjustment_paid + own.fee_advanced,
              own.prizes + own.pool_after);
  }
}

}  // namespace
}  // namespace lottery
