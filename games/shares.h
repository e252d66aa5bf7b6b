// How the sales of a draw are split before any prize is known: current prize money, adjustment
// fund, welfare fund, issuance fee (Regulations art. 28; the shares are the Ministry of Finance's).
#pragma once

#include "games/rules.h"

namespace lottery::games {

struct SalesShares {
  Money current, adjustment, fund, fee;
};
/// Percents of the version; they make 100, and a line costs whole yuan, so nothing is left over.
/// Errors: kIllegalBet when the sales are negative or no whole yuan.
Result<SalesShares> SplitSales(const RuleVersion& version, Money net_sales);

/// Sum of lines times each over the tiers. Errors: kAmountOverflow.
Result<Money> TotalOf(const std::array<std::int64_t, kMostTiers>& lines,
                      const std::array<Money, kMostTiers>& each);

}  // namespace lottery::games
