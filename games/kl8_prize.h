// Money of 快乐8: fixed prizes from a pool of their own, and two prizes that float, which share the
// floating pool. What is not published of the rules is a parameter of rules/kl8.json.
#pragma once

#include "games/kl8.h"
#include "games/shares.h"

namespace lottery::games {

struct Kl8PrizeInput {
  std::int32_t draw = 0;
  std::array<Money, kKl8MostPick> sales;  // of each play, by pick - 1
  Money pool_before, fixed_pool_before;
  Money injection_after;  // paid by the adjustment fund into the new floating pool
  Wins winners{};
};

/// Always: current prize money + pools before + adjustment_paid = paid_total + pools after +
/// adjustment_gained.
struct Kl8Prizes {
  std::string_view rule;
  std::array<Money, kMostTiers> each;  // of a winning line; 0 where a floating prize has no winner
  Money pool_after;                    // injection included
  Money fixed_pool_after;
  Money adjustment_paid, adjustment_gained;
  Money paid_total;
};

/// Errors: kUnknownRule; kIllegalBet for figures outside their range; kAmountOverflow.
Result<Kl8Prizes> ComputeKl8Prizes(const Kl8PrizeInput& input);

}  // namespace lottery::games
