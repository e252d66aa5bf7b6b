#include "games/kl8_prize.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 50;  // fen
constexpr std::int64_t kMostLines = std::int64_t{1} << 36;
constexpr std::int64_t kPpm = 1'000'000;

bool Sane(const Kl8PrizeInput& in) {
  const auto amount = [](Money m) { return m >= Money() && m.fen() < kMost; };
  return std::all_of(in.sales.begin(), in.sales.end(), amount) && amount(in.pool_before) &&
         amount(in.fixed_pool_before) && amount(in.injection_after) &&
         std::all_of(in.winners.begin(), in.winners.end(),
                     [](auto n) { return n >= 0 && n < kMostLines; });
}

// `amount` below 2^50, so the product needs the split. Rounded down to the fen.
std::int64_t Ppm(std::int64_t amount, std::int64_t ppm) {
  return amount / kPpm * ppm + amount % kPpm * ppm / kPpm;
}

// One floating prize. All in fen, prizes in whole yuan.
struct Floating {
  std::int64_t money, winners, cap, draw_cap, floor;
  std::int64_t each = 0, to_pool = 0, topped_up = 0, left = 0;

  void Share() {
    if (winners == 0) {
      to_pool = money;
      return;
    }
    const std::int64_t full = money / winners / 100 * 100;
    const std::int64_t most = std::min(cap, draw_cap / winners / 100 * 100);
    each = std::max(std::min(full, most), floor);  // the guarantee comes last
    const std::int64_t rest = money - winners * each;
    topped_up = std::max<std::int64_t>(-rest, 0);
    (full > most ? to_pool : left) = std::max<std::int64_t>(rest, 0);
  }
};

}  // namespace

Result<Kl8Prizes> ComputeKl8Prizes(const Kl8PrizeInput& in) {
  if (!Sane(in)) return Fail(ErrorCode::kIllegalBet, "sales, pools or winners outside their range");
  LOTTERY_TRY(const RuleVersion* rule, RuleFor("kl8", in.draw));
  Money sales;
  for (const Money m : in.sales) {
    LOTTERY_TRY(sales, sales.Add(m));
  }
  LOTTERY_TRY(const auto shares, SplitSales(*rule, sales));
  Kl8Prizes out;
  out.rule = rule->name;
  for (int tier = 1; tier <= kKl8Tiers; ++tier)
    out.each[static_cast<std::size_t>(tier - 1)] = rule->Fixed(tier);
  LOTTERY_TRY(const Money fixed, TotalOf(in.winners, out.each));

  const auto floating = [&](int pick, std::string_view ppm, std::string_view cap, Money pool) {
    const auto tier = static_cast<std::size_t>(Kl8Tier(pick, pick) - 1);
    const Money next = rule->Fixed(Kl8Tier(pick, pick - 1));
    Floating f{Ppm(in.sales[static_cast<std::size_t>(pick - 1)].fen(), rule->Get(ppm)),
               rule->amounts[tier] ? 0 : in.winners[tier], rule->Get(cap) * 100,
               rule->Get("draw_cap_yuan") * 100, next.fen() * rule->Get("floor_times_next")};
    const std::int64_t of_sales = f.money;
    f.money += pool.fen();
    f.Share();
    if (!rule->amounts[tier]) out.each[tier] = Money::FromFen(f.each);
    return std::pair(f, Money::FromFen(of_sales));
  };
  const auto [nine, nine_money] = floating(9, "floating_ppm_pick9", "cap_pick9_yuan", Money());
  const auto [ten, ten_money] =
      floating(10, "floating_ppm_pick10", "cap_pick10_yuan", in.pool_before);

  // What the floating pool holds above its most goes to the adjustment fund; 0 is no limit.
  const std::int64_t pooled = nine.to_pool + ten.to_pool;
  const std::int64_t most = rule->Get("pool_most_yuan") * 100;
  const std::int64_t pool = most == 0 ? pooled : std::min(pooled, most);
  // The fixed prizes take the rest of the current prize money, then their pool, then the adjustment
  // fund.
  LOTTERY_TRY(const Money floating_money, nine_money.Add(ten_money));
  LOTTERY_TRY(const Money fixed_money, shares.current.Sub(floating_money));
  LOTTERY_TRY(const Money there, fixed_money.Add(in.fixed_pool_before));
  LOTTERY_TRY(const Money rest, there.Sub(fixed));
  out.fixed_pool_after = std::max(rest, Money());
  LOTTERY_TRY(const Money lacking, out.fixed_pool_after.Sub(rest));

  LOTTERY_TRY(out.pool_after, Money::FromFen(pool).Add(in.injection_after));
  LOTTERY_TRY(out.paid_total, TotalOf(in.winners, out.each));
  const std::int64_t gained = nine.left + ten.left + (pooled - pool);
  const std::int64_t topped_up = nine.topped_up + ten.topped_up + lacking.fen();
  out.adjustment_gained = Money::FromFen(std::max<std::int64_t>(gained - topped_up, 0));
  LOTTERY_TRY(
      out.adjustment_paid,
      Money::FromFen(std::max<std::int64_t>(topped_up - gained, 0)).Add(in.injection_after));
  return out;
}

}  // namespace lottery::games
