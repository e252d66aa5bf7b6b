// Prize and pool formula of 双色球, exact, by draw number. Reproduces the official announcements
// from 2013001 on. All arithmetic is in integers; every fen of the current prize money and the pool
// goes to a named place.
#pragma once

#include "games/shares.h"
#include "games/ssq.h"

namespace lottery::games {

struct SsqPrizeInput {
  std::int32_t draw = 0;
  Money sales;
  Money pool_before;      // as announced after the draw before, injection included
  Money injection_after;  // paid by the adjustment fund into the new pool
  bool special_rule = false;
  Wins winners{};  // winner[6] counts only under the special rule
};

struct SsqPrizes {
  std::string_view rule;
  Money first, second;      // per line; 0 where the tier has no winner
  Money high_tier;          // H, at least 0
  Money fixed_total;        // tiers 3-7 together
  Money pool_after;         // injection included
  Money adjustment_paid;    // by the adjustment fund: shortfall of H, guarantees, injection
  Money adjustment_gained;  // remainders below one yuan
  Money paid_total;         // all prizes
};

/// Errors: kUnknownRule; kIllegalBet for negative inputs; kAmountOverflow.
Result<SsqPrizes> ComputeSsqPrizes(const SsqPrizeInput& input);

/// The special rule of the draw after one whose new pool is `pool_after`: on from 1.5 billion yuan,
/// off below 300 million, else unchanged. Exists where the draw's version has it.
bool SsqSpecialRuleNext(std::int32_t next_draw, bool active, Money pool_after);

}  // namespace lottery::games
