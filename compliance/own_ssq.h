// The control's own recomputation of 双色球. It shares no code with the seller, the rule book or
// the settlement: lines are expanded one by one and amounts are exact fractions, so that a mistake
// made there is not repeated here. Slower than theirs, and meant to be.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "protocol/wire.pb.h"

namespace lottery::compliance {

using base::Result;

/// What was drawn: six reds of 1..33 ascending, one blue of 1..16.
struct OwnOutcome {
  std::vector<int> reds;
  int blue = 0;
};

/// Winning lines by tier, multiplier included: [0] is tier 1, ..., [5] is tier 6, [6] is 福运奖
/// (3+0).
using OwnWins = std::array<std::int64_t, 7>;

/// Checks the whole order: game, bets, multiplier, draws, and that price_fen is lines x 200 x
/// multiplier x draws and at most 2 000 000 fen. Returns the price of one of its draws, in fen.
/// Errors: kEntryInvalid with what is wrong.
Result<std::int64_t> OwnPricePerDraw(const wire::Order& order);

/// Counts one draw's winning lines of the order. 3+0 is always counted under [6]; whether it pays
/// is the draw's rule and decided in OwnSsqPrizes. Errors: kEntryInvalid as in OwnPricePerDraw;
/// kOutcomeWrong when `outcome` is no legal outcome.
Result<OwnWins> OwnWinners(const wire::Order& order, const OwnOutcome& outcome);

struct OwnPrizeInput {
  std::int32_t draw = 0;           // YYYYNNN
  std::int64_t sales_fen = 0;      // of this draw, a multiple of 200
  std::int64_t pool_fen = 0;       // announced after the draw before, its injection included
  std::int64_t injection_fen = 0;  // put into the pool after this draw by the adjustment fund
  bool special = false;            // 特别规定 in force for this draw
  OwnWins wins{};                  // of the whole country; [6] is ignored unless `special`
};

/// In fen. Always: sales x 49% + pool + adjustment_paid = paid + pool_after + adjustment_gained.
struct OwnPrizes {
  std::int64_t first_fen = 0;            // per line, 0 without winners
  std::int64_t second_fen = 0;           // per line, 0 without winners
  std::int64_t pool_after_fen = 0;       // injection included
  std::int64_t paid_fen = 0;             // all prizes of all tiers
  std::int64_t adjustment_paid_fen = 0;  // injection, and shortfalls and guarantees less remainders
  std::int64_t adjustment_gained_fen =
      0;  // remainders less shortfalls and guarantees; not the 2% of sales
};

/// Amounts of one draw under the version its number selects.
/// Errors: kEntryInvalid for impossible figures; kOldRule when no version covers the draw or
/// `special` is asked of a version that has none; kAmountOverflow when a result exceeds 2^63-1 fen.
Result<OwnPrizes> OwnSsqPrizes(const OwnPrizeInput& input);

/// Whether 特别规定 is in force for `next_draw`, given whether it was for the draw before and the
/// pool announced after that one, in fen: on from 1 500 000 000 yuan, off below 300 000 000 yuan.
bool OwnSpecialNext(std::int32_t next_draw, bool active, std::int64_t pool_after_fen);

/// Name of the version that governs `draw` (YYYYNNN), "ssq-" and its first draw or year; empty
/// before 2009001.
std::string OwnRuleName(std::int32_t draw);

}  // namespace lottery::compliance
