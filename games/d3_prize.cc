#include "games/d3_prize.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int32_t kFromDraw = 2016001;  // 1 040, 346 and 173 yuan; before: 1 000, 320, 160
constexpr std::string_view kRule = "3d-2016";
constexpr std::array<std::int64_t, kD3Tiers> kPrizeYuan = {1040, 346, 173};

}  // namespace

Result<std::string_view> D3RuleFor(std::int32_t draw) {
  if (draw < kFromDraw) return Fail(ErrorCode::kUnknownRule, "3d draw " + std::to_string(draw));
  return kRule;
}

Money D3Prize(int tier) {
  LOTTERY_CHECK(tier >= 1 && tier <= kD3Tiers);
  return Money::FromFen(kPrizeYuan[static_cast<std::size_t>(tier - 1)] * 100);
}

Result<D3Pool> SettleD3Pool(const D3PoolInput& in) {
  const bool sane =
      in.net_sales >= Money() && in.net_sales.fen() % kD3LinePriceFen == 0 &&
      in.pool_before >= Money() && in.adjustment_before >= Money() &&
      std::all_of(in.winners.begin(), in.winners.end(), [](auto n) { return n >= 0; });
  if (!sane) return Fail(ErrorCode::kIllegalBet, "sales, pool or winners outside their range");
  D3Pool out;
  // A line costs 200 fen, so a percent of the sales is a whole number of fen.
  const Money percent = in.net_sales.DivMod(100).quotient;
  LOTTERY_TRY(out.prize_money, percent.Mul(kD3CurrentPercent));
  LOTTERY_TRY(out.adjustment_accrued, percent.Mul(kD3AdjustmentPercent));
  LOTTERY_TRY(out.fund, percent.Mul(kD3FundPercent));
  LOTTERY_TRY(out.fee, percent.Mul(kD3FeePercent));
  for (int tier = 1; tier <= kD3Tiers; ++tier) {
    LOTTERY_TRY(const Money all, D3Prize(tier).Mul(in.winners[static_cast<std::size_t>(tier - 1)]));
    LOTTERY_TRY(out.prizes, out.prizes.Add(all));
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

std::string D3RuleBookText() {
  std::string text = "3d rule book\n";
  const auto add = [&](std::string_view name, std::int64_t value) {
    text += std::string(name) + " " + std::to_string(value) + "\n";
  };
  add("line_price_fen", kD3LinePriceFen);
  add("current_percent", kD3CurrentPercent);
  add("adjustment_percent", kD3AdjustmentPercent);
  add("fund_percent", kD3FundPercent);
  add("fee_percent", kD3FeePercent);
  text += std::string(kRule) + ":\n";
  add(" from", kFromDraw);
  for (int tier = 1; tier <= kD3Tiers; ++tier)
    add(" tier" + std::to_string(tier) + "_fen", D3Prize(tier).fen());
  return text;
}

}  // namespace lottery::games
