// The rule book and the control's own on random orders and draws of every game: a hundred thousand
// bets a game, ten million where LOTTERY_LONG is set.
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "compliance/own_game.h"
#include "compliance/own_outcome.h"
#include "games/outcome.h"
#include "tests/property/random_bets.h"

namespace lottery {
namespace {

struct Tally {
  std::int64_t bets = 0, legal = 0, won = 0, outcomes = 0;
  std::string difference;
};

// An order, then the same order against some draws.
void Compare(std::mt19937_64& rng, std::string_view game, Tally& tally) {
  const auto order = RandomOrder(rng, game);
  tally.bets += order.bets_size();
  const auto facts = games::CheckOrder(order);
  const auto own = compliance::OwnOrderPrice(order);
  const auto differ = [&](const char* what) {
    tally.difference = std::string(what) + ": " + order.ShortDebugString();
  };
  if (facts.has_value() != own.has_value()) return differ("legal for one only");
  if (!facts) return;
  ++tally.legal;
  if (facts->per_draw.fen() != *own) return differ("price");
  const auto drawn = games::DrawNumbers(game, games::SeedOf({std::to_string(rng())}));
  const auto outcome = games::MakeOutcome(game, drawn->numbers, drawn->extra);
  const auto theirs = compliance::OwnOrderWins(order, {drawn->numbers, drawn->extra});
  if (!outcome || !theirs) return differ("outcome");
  if (games::OrderWinners(order, *outcome) != *theirs) return differ("winners");
  tally.won += *theirs != compliance::OwnWins{} ? 1 : 0;
  if (game == "kl8") {
    const auto ours = games::SalesByPick(order);
    const auto picks = compliance::OwnSalesByPick(order);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (ours[i].fen() != (*picks)[i]) return differ("sales by pick");
    }
  }
}

class BetsAgree : public testing::TestWithParam<std::string_view> {};

TEST_P(BetsAgree, OnRandomOrdersAndDraws) {
  const std::int64_t bets = std::getenv("LOTTERY_LONG") != nullptr ? 10'000'000 : 100'000;
  Tally tallies[2];
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        std::mt19937_64 rng(100 + t);
        auto& tally = tallies[t];
        while (tally.bets < bets / 2 && tally.difference.empty()) Compare(rng, GetParam(), tally);
      });
    }
  }
  for (const auto& tally : tallies) EXPECT_EQ(tally.difference, "");
  const std::int64_t all = tallies[0].bets + tallies[1].bets;
  const std::int64_t legal = tallies[0].legal + tallies[1].legal;
  std::printf("%s: %lld bets agree, %lld legal orders, %lld of them won\n", GetParam().data(),
              static_cast<long long>(all), static_cast<long long>(legal),
              static_cast<long long>(tallies[0].won + tallies[1].won));
  EXPECT_GT(legal, all / 10);
}

INSTANTIATE_TEST_SUITE_P(Games, BetsAgree, testing::ValuesIn(games::kGames),
                         [](const auto& game) { return "Of_" + std::string(game.param); });

}  // namespace
}  // namespace lottery
