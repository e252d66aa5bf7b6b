// From the wire's order to what it costs: the checks that need no state.
#pragma once

#include "games/ssq.h"
#include "protocol/wire.pb.h"

namespace lottery::games {

inline constexpr int kMaxBets = 5;
inline constexpr int kMaxDraws = 10;
inline constexpr int kMaxMultiplier = 99;
inline constexpr std::int64_t kMaxTicketFen = 20'000 * 100;

struct OrderFacts {
  std::int64_t lines = 0;  // of one draw, multiplier included
  Money per_draw;          // price of one draw
};

/// Bets, multiplier, draw count, price and ticket limit. Errors: kUnknownGame, kIllegalBet,
/// kTooManyBets, kIllegalMultiplier, kIllegalDrawCount, kWrongPrice, kTicketLimit.
Result<OrderFacts> CheckOrder(const wire::Order& order);

SsqBet FromWire(const wire::SsqBet& bet);
/// Winning lines of the whole order in one draw, multiplier included. Pre: CheckOrder passed.
SsqWins OrderWinners(const wire::Order& order, const SsqOutcome& outcome);

}  // namespace lottery::games
