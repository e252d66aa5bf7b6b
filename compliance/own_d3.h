// The control's own money of 福彩3D: the amounts of its plays, and the ladder of each jurisdiction.
#pragma once

#include "compliance/own_game.h"

namespace lottery::compliance {

/// By tier - 1: 单选, 组选3, 组选6, 1D, 2D, 通选 all and two, 和数 from 0/27 to 13/14, 包选3 and
/// 包选6 in order and not, 猜1D once, twice and three times, 猜2D equal and different, 大小, 奇偶,
/// 三同, 拖拉机. In fen; 0 where no amount is known.
inline constexpr std::size_t kOwnD3Tiers = 34;
using OwnD3Fen = std::array<std::int64_t, kOwnD3Tiers>;

/// What a line wins from a draw on: in one jurisdiction, or, without a name, in all that have no
/// row of the same draw.
struct OwnD3Row {
  std::int32_t from_draw = 0;
  std::string jurisdiction;
  OwnD3Fen fen{};
};
using OwnD3Table = std::vector<OwnD3Row>;  // ascending by draw, the row without a name first
/// As published. It names no jurisdiction: see the rule book's note.
const OwnD3Table& OwnD3Published();
/// Errors: kOldRule before the first row.
Result<const OwnD3Fen*> OwnD3Amounts(const OwnD3Table& table, std::int32_t draw,
                                     std::string_view jurisdiction);

/// One jurisdiction's money, in fen.
struct OwnD3Pool {
  std::int64_t pool_before = 0, adjustment_before = 0;  // in
  std::int64_t net_sales = 0;
  OwnWins wins{};
  std::array<std::int64_t, kOwnD3Tiers> by_tier{};                                     // prizes
  std::int64_t prizes = 0, pool_after = 0, adjustment_paid = 0, adjustment_after = 0;  // out
  std::int64_t fee_advanced = 0;
};
/// `by_tier` and `prizes` from `wins`. Errors: kAmountOverflow.
Status OwnD3Prizes(const OwnD3Fen& amounts, OwnD3Pool& pool);
/// What follows from `prizes`. Errors: kEntryInvalid for impossible figures.
Status OwnSettleD3(OwnD3Pool& pool);

/// "3d-2013" from 2013001, "3d-2016006" from 2016006; empty before.
std::string OwnD3RuleName(std::int32_t draw);

}  // namespace lottery::compliance
