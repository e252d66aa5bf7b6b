// The control's own money of 七乐彩: exact fractions of a yuan.
#pragma once

#include "compliance/own_game.h"

namespace lottery::compliance {

/// In fen. `wins` of the whole country.
struct OwnNationalInput {
  std::int64_t sales_fen = 0, pool_fen = 0, injection_fen = 0;
  OwnWins wins{};
};
/// In fen. Always: current prize money + pool + adjustment_paid = paid + pool_after +
/// adjustment_gained.
struct OwnNationalPrizes {
  std::array<std::int64_t, kOwnMostTiers> each_fen{};  // 0 where a shared tier has no winner
  std::int64_t paid_fen = 0, pool_after_fen = 0;
  std::int64_t adjustment_paid_fen = 0, adjustment_gained_fen = 0;
};
/// Pre: nothing is negative. Errors: kAmountOverflow.
Result<OwnNationalPrizes> OwnQlcPrizes(const OwnNationalInput& input);

}  // namespace lottery::compliance
