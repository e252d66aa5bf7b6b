// From the wire's order to what it costs and wins: the checks that need no state, for every game.
#pragma once

#include <variant>
#include <vector>

#include "games/d3.h"
#include "games/kl8.h"
#include "games/qlc.h"
#include "games/ssq.h"
#include "protocol/wire.pb.h"

namespace lottery::games {

// What memory and frames are made for; the rule books allow no more.
inline constexpr int kMaxBets = 5;
inline constexpr int kMaxDraws = 10;
inline constexpr int kMaxMultiplier = 99;

/// Lines an order stands on one number with, multiplier included.
struct NumberLines {
  D3Number number = 0;
  std::int64_t lines = 0;
  bool operator==(const NumberLines&) const = default;
};

struct OrderFacts {
  std::int64_t lines = 0;  // of one draw, multiplier included
  Money per_draw;          // price of one draw
  /// Of games whose numbers have sales limits (3d): ascending, each once. Empty for the others.
  std::vector<NumberLines> numbers;
};

/// Bets, multiplier, draw count, price and ticket limit. Errors: kUnknownGame, kIllegalBet,
/// kTooManyBets, kIllegalMultiplier, kIllegalDrawCount, kWrongPrice, kTicketLimit.
Result<OrderFacts> CheckOrder(const wire::Order& order);
/// The same without `numbers`. HOT: bench/settlement
Result<OrderFacts> PriceOrder(const wire::Order& order);

SsqBet FromWire(const wire::SsqBet& bet);
D3Bet FromWire(const wire::D3Bet& bet);
QlcBet FromWire(const wire::QlcBet& bet);
Kl8Bet FromWire(const wire::Kl8Bet& bet);
/// Of one unit; 0 for a bet that is not legal.
std::int64_t LinesOf(const wire::Bet& bet);
/// "复式" and "multiple"; empty for a bet of no game.
PlayName PlayOf(const wire::Bet& bet);
/// Pre: IsGame(game).
std::int64_t LinePriceFen(std::string_view game);

/// What was drawn in a game. `numbers`: six reds of ssq, seven of qlc, twenty of kl8, ascending;
/// three digits of 3d, in order. `extra`: the blue of ssq, the special number of qlc, else 0.
/// Errors: kUnknownGame, kBadOutcome.
using Outcome = std::variant<SsqOutcome, D3Outcome, QlcOutcome, Kl8Outcome>;
Result<Outcome> MakeOutcome(std::string_view game, const std::vector<int>& numbers, int extra);

/// Winning lines of the whole order in one draw, multiplier included. Pre: CheckOrder passed.
Wins OrderWinners(const wire::Order& order, const Outcome& outcome);

/// kl8: what one draw of the order costs in each play, by pick - 1. Pre: CheckOrder passed.
std::array<Money, kKl8MostPick> SalesByPick(const wire::Order& order);

}  // namespace lottery::games
