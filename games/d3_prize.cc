#include "games/d3_prize.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// The tier in which a line of a number pays most.
int TopTier(D3Number number) {
  constexpr int kTop[] = {1, 1, 4, 5, 6, 8, 22, 24, 28, 29, 31, 32, 33, 34};
  const int kind = number / 1000, value = number % 1000;
  if (kind == 5) return 8 + std::min(value, 27 - value);     // 和数
  if (kind == 9) return value / 10 == value % 10 ? 29 : 30;  // 猜2D
  return kind < static_cast<int>(std::size(kTop)) ? kTop[kind] : 1;
}

// What the lines of each tier win in the jurisdiction.
Result<std::array<Money, kMostTiers>> PrizesByTier(const RuleVersion& rule, const D3PoolInput& in) {
  std::array<Money, kMostTiers> out;
  for (int tier = 1; tier <= kD3Tiers; ++tier) {
    const auto i = static_cast<std::size_t>(tier - 1);
    if (in.winners[i] > 0 && !rule.amounts[i])
      return Fail(ErrorCode::kUnknownRule,
                  rule.name + " has no amount of tier " + std::to_string(tier));
    LOTTERY_TRY(out[i], rule.FixedIn(in.jurisdiction, tier).Mul(in.winners[i]));
  }
  return out;
}

}  // namespace

std::int64_t D3LimitTimes(D3Number number) {
  if (number < 2000) return 1;
  const auto& rule = NewestRule("3d");
  return std::max<std::int64_t>(1, rule.Fixed(1).fen() / rule.Fixed(TopTier(number)).fen());
}

bool D3FitsLimit(D3Number number, std::int64_t lines, std::int64_t limit) {
  const std::int64_t times = D3LimitTimes(number);
  return lines / times + (lines % times != 0 ? 1 : 0) <= limit;
}

Result<D3Pool> SettleD3Pool(const RuleVersion& rule, const D3PoolInput& in) {
  const bool sane =
      in.pool_before >= Money() && in.adjustment_before >= Money() &&
      std::all_of(in.winners.begin(), in.winners.end(), [](auto n) { return n >= 0; });
  if (!sane) return Fail(ErrorCode::kIllegalBet, "sales, pool or winners outside their range");
  LOTTERY_TRY(const auto shares, SplitSales(rule, in.net_sales));
  D3Pool out;
  out.prize_money = shares.current;
  out.adjustment_accrued = shares.adjustment;
  out.fund = shares.fund;
  out.fee = shares.fee;
  LOTTERY_TRY(out.by_tier, PrizesByTier(rule, in));
  for (const Money prizes : out.by_tier) {
    LOTTERY_TRY(out.prizes, out.prizes.Add(prizes));
  }
  LOTTERY_TRY(const Money there, out.prize_money.Add(in.pool_before));
  LOTTERY_TRY(const Money left, there.Sub(out.prizes));
  LOTTERY_TRY(const Money adjustment, in.adjustment_before.Add(out.adjustment_accrued));
  out.pool_after = std::max(left, Money());
  LOTTERY_TRY(const Money lacking, out.pool_after.Sub(left));
  out.adjustment_paid = std::min(lacking, adjustment);
  LOTTERY_TRY(out.adjustment_after, adjustment.Sub(out.adjustment_paid));
  LOTTERY_TRY(out.fee_advanced, lacking.Sub(out.adjustment_paid));
  return out;
}

}  // namespace lottery::games
