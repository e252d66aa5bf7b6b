// The control's own recomputation of 福彩3D. Shares no code with the rule book or the settlement: a
// bet is written out as the thousand outcomes each of its lines wins on.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "compliance/own_ssq.h"
#include "protocol/wire.pb.h"

namespace lottery::compliance {

/// Price of one draw, as OwnPricePerDraw. Errors: kEntryInvalid.
Result<std::int64_t> OwnD3PricePerDraw(const wire::Order& order);

/// [0] 单选, [1] 组选3, [2] 组选6. Errors: kEntryInvalid; kOutcomeWrong when `outcome` is not three
/// digits.
Result<OwnWins> OwnD3Winners(const wire::Order& order, const OwnOutcome& outcome);

inline constexpr std::array<std::int64_t, 3> kOwnD3Fen = {104'000, 34'600, 17'300};

/// One jurisdiction's money, in fen.
struct OwnD3Pool {
  std::int64_t pool_before = 0, adjustment_before = 0;  // in
  std::int64_t net_sales = 0;
  OwnWins wins{};
  std::int64_t prizes = 0, pool_after = 0, adjustment_paid = 0, adjustment_after = 0;  // out
  std::int64_t fee_advanced = 0;
};
/// `prizes` from `wins`. Errors: kEntryInvalid for impossible figures, kAmountOverflow.
base::Status OwnD3Prizes(OwnD3Pool& pool);
/// What follows from `prizes`. Errors: kEntryInvalid for impossible figures.
base::Status OwnSettleD3(OwnD3Pool& pool);

/// "3d-2016" from 2016001; empty before.
std::string OwnD3RuleName(std::int32_t draw);

}  // namespace lottery::compliance
