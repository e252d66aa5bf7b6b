// Prize and pool formula of 七乐彩: one national pool, added to the first prize. Seven Happiness
// game rules, prizes and pool. Fixed prizes above the current prize money are charged to the
// adjustment fund, as in 双色球: the rules at hand do not say.
#pragma once

#include "games/qlc.h"
#include "games/shares.h"

namespace lottery::games {

struct QlcPrizeInput {
  std::int32_t draw = 0;
  Money sales;
  Money pool_before;      // injection included
  Money injection_after;  // paid by the adjustment fund into the new pool
  Wins winners{};
};

/// Always: current prize money + pool_before + adjustment_paid = paid_total + pool_after +
/// adjustment_gained.
struct QlcPrizes {
  std::string_view rule;
  std::array<Money, kMostTiers> each;  // of a winning line; 0 where a shared tier has no winner
  Money pool_after;                    // injection included
  Money adjustment_paid, adjustment_gained;
  Money paid_total;
};

/// Errors: kUnknownRule; kIllegalBet for figures outside their range; kAmountOverflow.
Result<QlcPrizes> ComputeQlcPrizes(const QlcPrizeInput& input);

}  // namespace lottery::games
