// The control's own money of 双色球: exact fractions of a yuan until the announced figure is
// reached.
#pragma once

#include "compliance/own_game.h"

namespace lottery::compliance {

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
