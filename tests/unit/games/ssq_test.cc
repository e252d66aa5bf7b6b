#include "games/ssq.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "games/order.h"

namespace lottery::games {
namespace {

base::Bytes Numbers(std::initializer_list<int> numbers) {
  base::Bytes out;
  for (const int n : numbers) out.push_back(static_cast<char>(n));
  return out;
}

base::Bytes RandomNumbers(std::mt19937_64& rng, int most, int count,
                          const base::Bytes& taken = {}) {
  std::vector<char> all;
  for (int n = 1; n <= most; ++n) {
    if (taken.find(static_cast<char>(n)) == base::Bytes::npos) all.push_back(static_cast<char>(n));
  }
  std::shuffle(all.begin(), all.end(), rng);
  base::Bytes out(all.begin(), all.begin() + count);
  std::sort(out.begin(), out.end());
  return out;
}

// Expands every single line and looks it up: the closed form must agree.
Wins Naive(const SsqBet& bet, const SsqOutcome& outcome, std::int64_t& lines) {
  Wins wins{};
  const int open = 6 - static_cast<int>(bet.red_bankers.size());
  const auto n = static_cast<unsigned>(bet.reds.size());
  for (unsigned mask = 0; mask < (1U << n); ++mask) {
    if (__builtin_popcount(mask) != open) continue;
    int reds = 0;
    for (const auto drawn : outcome.reds) {
      reds += bet.red_bankers.find(static_cast<char>(drawn)) != base::Bytes::npos ? 1 : 0;
      for (unsigned i = 0; i < n; ++i)
        reds += (mask >> i & 1) != 0 && bet.reds[i] == static_cast<char>(drawn) ? 1 : 0;
    }
    for (const char blue : bet.blues) {
      ++lines;
      const bool hit = blue == static_cast<char>(outcome.blue);
      int tier = 0;
      if (reds == 6) tier = hit ? 1 : 2;
      if (reds == 5) tier = hit ? 3 : 4;
      if (reds == 4) tier = hit ? 4 : 5;
      if (reds == 3) tier = hit ? 5 : 7;
      if (reds < 3 && hit) tier = 6;
      if (tier != 0) ++wins[static_cast<std::size_t>(tier - 1)];
    }
  }
  return wins;
}

TEST(Ssq, ClosedFormEqualsExpansionOnRandomBets) {
  std::mt19937_64 rng(20260818);
  for (int round = 0; round < 400; ++round) {
    SsqOutcome outcome;
    const base::Bytes drawn = RandomNumbers(rng, 33, 6);
    for (std::size_t i = 0; i < 6; ++i) outcome.reds[i] = static_cast<std::uint8_t>(drawn[i]);
    outcome.blue = static_cast<std::uint8_t>(rng() % 16 + 1);
    SsqBet bet;
    const int bankers = static_cast<int>(rng() % 6);
    // Half of the bets take their bankers from the drawn numbers, so high tiers are seen too.
    bet.red_bankers = round % 2 == 0 ? drawn.substr(0, static_cast<std::size_t>(bankers))
                                     : RandomNumbers(rng, 33, bankers);
    bet.reds = RandomNumbers(
        rng, 33, (bankers == 0 ? 6 : 7 - bankers) + static_cast<int>(rng() % 7), bet.red_bankers);
    bet.blues = RandomNumbers(rng, 16, static_cast<int>(rng() % 16) + 1);
    ASSERT_TRUE(CheckSsqBet(bet).has_value());
    std::int64_t lines = 0;
    const Wins naive = Naive(bet, outcome, lines);
    EXPECT_EQ(SsqWinners(bet, outcome), naive);
    EXPECT_EQ(SsqLines(bet), lines);
  }
}

TEST(Ssq, TheWholeMatrixHas17721088Lines) {
  SsqBet all;
  for (int n = 1; n <= 33; ++n) all.reds.push_back(static_cast<char>(n));
  for (int n = 1; n <= 16; ++n) all.blues.push_back(static_cast<char>(n));
  EXPECT_EQ(SsqLines(all), 17'721'088);
  const Wins wins = SsqWinners(all, {{1, 2, 3, 4, 5, 6}, 7});
  EXPECT_EQ(wins[0], 1);
  EXPECT_EQ(wins[1], 15);
  EXPECT_EQ(wins[2], 162);
}

TEST(Ssq, IllegalBetsAreRefused) {
  const SsqBet good{"", Numbers({1, 2, 3, 4, 5, 6}), Numbers({1})};
  EXPECT_TRUE(CheckSsqBet(good).has_value());
  const std::vector<SsqBet> bad = {
      {"", Numbers({1, 2, 3, 4, 5}), Numbers({1})},
      {"", Numbers({1, 2, 3, 4, 5, 34}), Numbers({1})},
      {"", Numbers({0, 2, 3, 4, 5, 6}), Numbers({1})},
      {"", Numbers({2, 1, 3, 4, 5, 6}), Numbers({1})},
      {"", Numbers({1, 1, 3, 4, 5, 6}), Numbers({1})},
      {"", Numbers({1, 2, 3, 4, 5, 6}), Numbers({17})},
      {"", Numbers({1, 2, 3, 4, 5, 6}), ""},
      {Numbers({1}), Numbers({1, 2, 3, 4, 5, 6}), Numbers({1})},
      {Numbers({7}), Numbers({1, 2, 3, 4, 5}), Numbers({1})},
      {Numbers({1, 2, 3, 4, 5, 6}), Numbers({7, 8}), Numbers({1})},
  };
  for (const auto& bet : bad)
    EXPECT_EQ(CheckSsqBet(bet).error().code, base::ErrorCode::kIllegalBet);
}

wire::Order OrderOf(std::int64_t price_fen) {
  wire::Order order;
  order.set_game("ssq");
  order.set_first_draw(2026097);
  order.set_draw_count(2);
  order.set_multiplier(3);
  order.set_price_fen(price_fen);
  auto* bet = order.add_bets()->mutable_ssq();
  bet->set_reds(Numbers({1, 2, 3, 4, 5, 6, 7}));
  bet->set_blues(Numbers({1, 2}));
  return order;
}

TEST(Order, PriceIsLinesTimesMultiplierTimesDraws) {
  const auto facts = CheckOrder(OrderOf(2 * 3 * 14 * 200));
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->lines, 42);
  EXPECT_EQ(facts->per_draw.fen(), 8400);
  EXPECT_EQ(CheckOrder(OrderOf(16799)).error().code, base::ErrorCode::kWrongPrice);
}

TEST(Order, EachLimitHasItsCode) {
  using base::ErrorCode;
  const auto code = [](auto change) {
    wire::Order order = OrderOf(16800);
    change(order);
    return CheckOrder(order).error().code;
  };
  EXPECT_EQ(code([](wire::Order& o) { o.set_game("xyz"); }), ErrorCode::kUnknownGame);
  EXPECT_EQ(code([](wire::Order& o) { o.set_multiplier(0); }), ErrorCode::kIllegalMultiplier);
  EXPECT_EQ(code([](wire::Order& o) { o.set_multiplier(100); }), ErrorCode::kIllegalMultiplier);
  EXPECT_EQ(code([](wire::Order& o) { o.set_draw_count(11); }), ErrorCode::kIllegalDrawCount);
  EXPECT_EQ(code([](wire::Order& o) { o.clear_bets(); }), ErrorCode::kTooManyBets);
  EXPECT_EQ(code([](wire::Order& o) { o.add_bets(); }), ErrorCode::kIllegalBet);
  EXPECT_EQ(code([](wire::Order& o) {
              auto* bet = o.mutable_bets(0)->mutable_ssq();
              bet->set_reds(
                  Numbers({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
            }),
            ErrorCode::kTicketLimit);
}

}  // namespace
}  // namespace lottery::games
