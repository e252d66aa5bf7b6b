// Money of 福彩3D: fixed prizes, and one pool a jurisdiction. What a jurisdiction's current prizes
// do not pay goes into its pool; what they lack comes out of it, then of its adjustment fund, then
// is advanced from its issuance fee. Rules: 3D game rules, prize money and pool.
#pragma once

#include "games/d3.h"
#include "games/shares.h"

namespace lottery::games {

/// How many times the sales limit of a number a line of this play and number may be sold: 1 for
/// 单选 and 组选, for the others as many lines as risk the prize of one 单选.
std::int64_t D3LimitTimes(D3Number number);
/// Whether `lines` of a number may be sold in all where `limit` lines of a 单选 may. No limit is
/// too large. Pre: neither is negative.
bool D3FitsLimit(D3Number number, std::int64_t lines, std::int64_t limit);

struct D3PoolInput {
  std::string jurisdiction;
  Money net_sales;
  Money pool_before, adjustment_before;
  Wins winners{};
};
struct D3Pool {
  Money prize_money, adjustment_accrued, fund, fee;  // shares of the net sales
  std::array<Money, kMostTiers> by_tier;             // prizes, at the jurisdiction's own amounts
  Money prizes;                                      // their sum
  Money pool_after, adjustment_paid, adjustment_after;
  Money fee_advanced;
};
/// Always: prize_money + pool_before + adjustment_paid + fee_advanced = prizes + pool_after.
/// Errors: kUnknownRule for winners of a tier whose amount `rule` does not have; kIllegalBet for
/// negative inputs; kAmountOverflow.
Result<D3Pool> SettleD3Pool(const RuleVersion& rule, const D3PoolInput& input);

}  // namespace lottery::games
