// The control's own 快乐8: prize tables and money, version by version.
#pragma once

#include "compliance/own_qlc.h"

namespace lottery::compliance {

struct OwnKl8Input {
  std::int32_t draw = 0;
  std::array<std::int64_t, 10> sales_fen{};  // of each play, by pick - 1
  std::int64_t pool_fen = 0, fixed_pool_fen = 0, injection_fen = 0;
  OwnWins wins{};
};
struct OwnKl8Prizes {
  OwnNationalPrizes money;  // pool_after of the floating prizes
  std::int64_t fixed_pool_after_fen = 0;
};
/// Pre: nothing is negative. Errors: kOldRule before 2020001; kAmountOverflow.
Result<OwnKl8Prizes> OwnKl8Money(const OwnKl8Input& input);
/// "kl8-2020", "kl8-2025350"; empty before.
std::string OwnKl8RuleName(std::int32_t draw);
inline constexpr int kOwnKl8Tiers = 39;

}  // namespace lottery::compliance
