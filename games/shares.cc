#include "games/shares.h"

namespace lottery::games {

Result<SalesShares> SplitSales(const RuleVersion& version, Money net_sales) {
  if (net_sales < Money() || net_sales.fen() % 100 != 0)
    return base::Fail(base::ErrorCode::kIllegalBet, "sales outside their range");
  const std::int64_t percent = net_sales.fen() / 100;
  const auto share = [&](std::string_view name) {
    return Money::FromFen(percent * version.Get(name));  // at most net_sales
  };
  return SalesShares{share("current_percent"), share("adjustment_percent"), share("fund_percent"),
                     share("fee_percent")};
}

Result<Money> TotalOf(const std::array<std::int64_t, kMostTiers>& lines,
                      const std::array<Money, kMostTiers>& each) {
  Money total;
  for (std::size_t i = 0; i < kMostTiers; ++i) {
    LOTTERY_TRY(const Money all, each[i].Mul(lines[i]));
    LOTTERY_TRY(total, total.Add(all));
  }
  return total;
}

}  // namespace lottery::games
