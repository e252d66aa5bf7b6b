// Prize and pool formula of 双色球, exact, by draw number. Reproduces the official announcements
// from 2013001 on. All arithmetic is in integers; every fen of the current prize money and the pool
// goes to a named place.
#pragma once

#include <span>
#include <string>

#include "games/ssq.h"

namespace lottery::games {

/// One version of the rules: in force from `from_draw` until the next version.
struct SsqRule {
  std::string_view name;
  std::int32_t from_draw;
  int first_percent;       // of the high-tier money, pool below 100 million yuan
  int first_percent_rich;  // part A, pool at or above 100 million
  int extra_percent_rich;  // part B, pool at or above 100 million
  int second_percent;
  bool excess_of_whole_part;          // capped excess is floor(part - n*cap), before 2018123
                                      // n*(floor(part/n) - cap)
  bool special_rule;                  // 福运奖 and the split of the special rule exist
  std::int64_t first_draw_cap_yuan;   // 0: none
  std::int64_t second_draw_cap_yuan;  // 0: none
};

std::span<const SsqRule> SsqRules();
/// Errors: kUnknownRule before 2009001.
Result<const SsqRule*> SsqRuleFor(std::int32_t draw);

/// Shares of the sales in percent: 49 current prizes + 2 adjustment fund, 36 welfare fund, 13
/// issuance fee.
inline constexpr int kSsqCurrentPercent = 49;
inline constexpr int kSsqAdjustmentPercent = 2;
inline constexpr int kSsqFundPercent = 36;
inline constexpr int kSsqFeePercent = 13;

/// Fixed amount of a tier in fen; 0 for tiers 1 and 2. `tier` is 1-7.
Money SsqFixedPrize(int tier);

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
/// off below 300 million, else unchanged. Exists from draw 2026014.
bool SsqSpecialRuleNext(std::int32_t next_draw, bool active, Money pool_after);

/// The rule table as text: what the rule book's published hash is taken over.
std::string SsqRuleBookText();

}  // namespace lottery::games
