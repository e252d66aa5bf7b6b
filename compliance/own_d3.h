// The control's own money of 福彩3D: the amounts of its plays, and the ladder of each jurisdiction.
#pragma once

#include "compliance/own_game.h"

namespace lottery::compliance {

/// By tier - 1: 单选, 组选3, 组选6, 1D, 2D, 通选 all and two, 和数 from 0/27 to 13/14, 包选3 and
/// 包选6 in order and not, 猜1D once, twice and three times, 猜2D equal and different, 大小, 奇偶,
/// 三同, 拖拉机. In fen.
inline constexpr std::array<std::int64_t, 34> kOwnD3Fen = {
    104'000, 34'600, 17'300, 1'000,  10'400, 47'000, 2'100, 104'000, 34'500, 17'200, 10'400, 6'900,
    4'900,   3'700,  2'900,  2'300,  1'900,  1'600,  1'500, 1'500,   1'400,  69'300, 17'300, 60'600,
    8'600,   200,    1'200,  23'000, 3'700,  1'900,  600,   800,     10'400, 6'500};

/// One jurisdiction's money, in fen.
struct OwnD3Pool {
  std::int64_t pool_before = 0, adjustment_before = 0;  // in
  std::int64_t net_sales = 0;
  OwnWins wins{};
  std::int64_t prizes = 0, pool_after = 0, adjustment_paid = 0, adjustment_after = 0;  // out
  std::int64_t fee_advanced = 0;
};
/// `prizes` from `wins`. Errors: kAmountOverflow.
Status OwnD3Prizes(OwnD3Pool& pool);
/// What follows from `prizes`. Errors: kEntryInvalid for impossible figures.
Status OwnSettleD3(OwnD3Pool& pool);

/// "3d-2016" from 2016001; empty before.
std::string OwnD3RuleName(std::int32_t draw);

}  // namespace lottery::compliance
