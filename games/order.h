// From the wire's order to what it costs and wins: the checks that need no state, for every game.
#pragma once

#include <variant>
#include <vector>

#include "games/d3.h"
#include "games/ssq.h"
#include "protocol/wire.pb.h"

namespace lottery::games {

inline constexpr int kMaxBets = 5;
inline constexpr int kMaxDraws = 10;
inline constexpr int kMaxMultiplier = 99;
inline constexpr std::int64_t kMaxTicketFen = 20'000 * 100;

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

SsqBet FromWire(const wire::SsqBet& bet);
D3Bet FromWire(const wire::D3Bet& bet);
/// Of one unit; 0 for a bet that is not legal.
std::int64_t LinesOf(const wire::Bet& bet);
std::int64_t LinePriceFen(std::string_view game);

/// What was drawn in a game. `numbers` and `blue`: six ascending reds and the blue of ssq, three
/// digits and 0 of 3d. Errors: kUnknownGame, kBadOutcome.
using Outcome = std::variant<SsqOutcome, D3Outcome>;
Result<Outcome> MakeOutcome(std::string_view game, const std::vector<int>& numbers, int blue);

/// Winning lines of the whole order in one draw, multiplier included. Pre: CheckOrder passed.
Wins OrderWinners(const wire::Order& order, const Outcome& outcome);

/// Text of a game's rule book, whose hash plans name. Errors: kUnknownGame.
Result<std::string> RuleBookText(std::string_view game);
/// All games there are.
inline constexpr std::array<std::string_view, 2> kGames = {"ssq", "3d"};
PlayName GameName(std::string_view game);

}  // namespace lottery::games
