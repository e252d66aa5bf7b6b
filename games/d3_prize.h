// Money of 福彩3D: fixed prizes, and one pool a jurisdiction. What a jurisdiction's current prizes
// do not pay goes into its pool; what they lack comes out of it, then of its adjustment fund, then
// is advanced from its issuance fee. Rules: 3D game rules, prize money and pool.
#pragma once

#include "games/d3.h"

namespace lottery::games {

inline constexpr int kD3CurrentPercent = 52;
inline constexpr int kD3AdjustmentPercent = 1;
inline constexpr int kD3FundPercent = 34;
inline constexpr int kD3FeePercent = 13;

/// Name of the version in force. Errors: kUnknownRule before 2016001.
Result<std::string_view> D3RuleFor(std::int32_t draw);
/// In fen; `tier` is 1-3.
Money D3Prize(int tier);

struct D3PoolInput {
  Money net_sales;  // of the jurisdiction
  Money pool_before, adjustment_before;
  Wins winners{};
};
struct D3Pool {
  Money prize_money, adjustment_accrued, fund, fee;  // shares of the net sales
  Money prizes;
  Money pool_after, adjustment_paid, adjustment_after;
  Money fee_advanced;
};
/// Always: prize_money + pool_before + adjustment_paid + fee_advanced = prizes + pool_after.
/// Errors: kIllegalBet for negative inputs; kAmountOverflow.
Result<D3Pool> SettleD3Pool(const D3PoolInput& input);

/// What the rule book's published hash is taken over.
std::string D3RuleBookText();

}  // namespace lottery::games
