#include "games/qlc_prize.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// Amounts are below 2^50 fen and shares of the high-tier money are counted in hundredths of a fen.
constexpr std::int64_t kMost = std::int64_t{1} << 50;
constexpr std::int64_t kMostLines = std::int64_t{1} << 36;
constexpr std::int64_t kPerYuan = 10'000;

bool Sane(const QlcPrizeInput& in) {
  const auto amount = [](Money m) { return m >= Money() && m.fen() < kMost; };
  return amount(in.sales) && amount(in.pool_before) && in.pool_before.fen() % 100 == 0 &&
         amount(in.injection_after) &&
         std::all_of(in.winners.begin(), in.winners.end(),
                     [](auto n) { return n >= 0 && n < kMostLines; });
}

struct Share {
  std::int64_t each_yuan = 0;
  std::int64_t to_pool_yuan = 0;
};

// Unwon money and what the cap cuts off go to the pool; what rounding down to yuan leaves goes to
// the adjustment fund.
Share Split(std::int64_t part, std::int64_t winners, std::int64_t cap_yuan) {
  if (winners == 0) return {0, part / kPerYuan};
  const std::int64_t full = part / winners / kPerYuan;
  if (full < cap_yuan) return {full, 0};
  return {cap_yuan, (part - winners * cap_yuan * kPerYuan) / kPerYuan};
}

}  // namespace

Result<QlcPrizes> ComputeQlcPrizes(const QlcPrizeInput& in) {
  if (!Sane(in)) return Fail(ErrorCode::kIllegalBet, "sales, pool or winners outside their range");
  LOTTERY_TRY(const RuleVersion* rule, RuleFor("qlc", in.draw));
  LOTTERY_TRY(const auto shares, SplitSales(*rule, in.sales));
  QlcPrizes out;
  out.rule = rule->name;
  for (int tier = 4; tier <= kQlcTiers; ++tier)
    out.each[static_cast<std::size_t>(tier - 1)] = rule->Fixed(tier);
  LOTTERY_TRY(const Money fixed, TotalOf(in.winners, out.each));
  LOTTERY_TRY(const Money rest, shares.current.Sub(fixed));
  const std::int64_t high = std::max<std::int64_t>(rest.fen(), 0);

  const std::int64_t parts[] = {high * rule->Get("first_percent") + in.pool_before.fen() * 100,
                                high * rule->Get("second_percent"),
                                high * rule->Get("third_percent")};
  // From the third prize up: each at least twice the next one that is paid.
  std::int64_t next_yuan = rule->Fixed(4).fen() / 100, to_pool_yuan = 0;
  for (std::size_t i = 3; i-- > 0;) {
    auto share = Split(parts[i], in.winners[i], rule->Get("cap_yuan"));
    to_pool_yuan += share.to_pool_yuan;
    if (in.winners[i] == 0) continue;
    share.each_yuan = std::max(share.each_yuan, 2 * next_yuan);
    LOTTERY_TRY(out.each[i], Money::FromYuan(share.each_yuan));
    next_yuan = share.each_yuan;
  }
  LOTTERY_TRY(const Money new_pool, Money::FromYuan(to_pool_yuan));
  LOTTERY_TRY(out.paid_total, TotalOf(in.winners, out.each));
  LOTTERY_TRY(out.pool_after, new_pool.Add(in.injection_after));
  LOTTERY_TRY(const Money came, shares.current.Add(in.pool_before));
  LOTTERY_TRY(const Money went, out.paid_total.Add(new_pool));
  LOTTERY_TRY(const Money left, came.Sub(went));
  out.adjustment_gained = std::max(left, Money());
  LOTTERY_TRY(const Money lacking, out.adjustment_gained.Sub(left));
  LOTTERY_TRY(out.adjustment_paid, lacking.Add(in.injection_after));
  return out;
}

}  // namespace lottery::games
