#include "games/ssq_prize.h"

#include <algorithm>
#include <array>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// The figures of rules/ssq.json that hold for a draw.
struct SsqRule {
  std::int64_t cap_yuan;            // of each part of the first prize, and of the second
  std::int64_t rich_pool_yuan;      // from here the first prize has a part B
  std::int64_t first_percent;       // of the high-tier money, pool below rich
  std::int64_t first_percent_rich;  // part A, pool rich
  std::int64_t extra_percent_rich;  // part B, pool rich
  std::int64_t second_percent;
  bool
      excess_of_whole_part;  // capped excess is floor(part - n*cap), before n*(floor(part/n) - cap)
  bool special_rule;         // 福运奖 and the split of the special rule exist
  std::int64_t special_extra_percent, special_second_percent;
  std::int64_t first_draw_cap_yuan, second_draw_cap_yuan;  // 0: none
  std::int64_t second_floor_yuan;                          // twice the third prize
};

SsqRule RuleOf(const RuleVersion& v) {
  return {v.Get("cap_yuan"),
          v.Get("rich_pool_yuan"),
          v.Get("first_percent"),
          v.Get("first_percent_rich"),
          v.Get("extra_percent_rich"),
          v.Get("second_percent"),
          v.Get("excess_of_whole_part") != 0,
          v.Get("special_rule") != 0,
          v.Get("special_extra_percent"),
          v.Get("special_second_percent"),
          v.Get("first_draw_cap_yuan"),
          v.Get("second_draw_cap_yuan"),
          2 * v.Fixed(3).fen() / 100};
}

// Shares of H are hundredths of a fen; everything inside the formula is counted in those.
// CheckInput bounds sales and pool below 2^50 fen and counts below 2^36, so every product here
// stays below 2^63.
using Wide = std::int64_t;
constexpr Wide kPerYuan = 10'000;

std::int64_t FloorYuan(Wide amount) { return static_cast<std::int64_t>(amount / kPerYuan); }

struct Share {
  std::int64_t each_yuan = 0;
  std::int64_t to_pool_yuan = 0;
  bool capped = false;
};

// Shares `part` among n > 0 winners, at most rule.cap_yuan each.
Share Split(const SsqRule& rule, Wide part, std::int64_t n) {
  Share share;
  const std::int64_t full = FloorYuan(part / n);
  share.each_yuan = std::min(full, rule.cap_yuan);
  share.capped = share.each_yuan == rule.cap_yuan;
  if (share.capped) {
    share.to_pool_yuan = rule.excess_of_whole_part ? FloorYuan(part - n * rule.cap_yuan * kPerYuan)
                                                   : n * (full - rule.cap_yuan);
  }
  return share;
}

Share SecondPrize(const SsqRule& rule, Wide part, std::int64_t n) {
  if (n == 0) return {0, FloorYuan(part), false};
  const std::int64_t full = FloorYuan(part / n);
  Share share{std::min(full, rule.cap_yuan), 0, full >= rule.cap_yuan};
  if (rule.second_draw_cap_yuan != 0 && share.each_yuan > rule.second_draw_cap_yuan / n) {
    share.each_yuan = rule.second_draw_cap_yuan / n;
    share.capped = true;
  }
  share.each_yuan =
      std::max(share.each_yuan,
               rule.second_floor_yuan);  // the guarantee comes last, above the draw's cap too
  if (share.capped)
    share.to_pool_yuan = FloorYuan(std::max<Wide>(0, part - n * share.each_yuan * kPerYuan));
  return share;
}

Share FirstPrize(const SsqRule& rule, Wide a, Wide b, std::int64_t n, std::int64_t second_yuan) {
  if (n == 0) return {0, FloorYuan(a) + FloorYuan(b), false};
  const Share qa = Split(rule, a, n);
  const Share qb = Split(rule, b, n);
  Share share{qa.each_yuan + qb.each_yuan, qa.to_pool_yuan + qb.to_pool_yuan, false};
  std::int64_t guaranteed = 2 * second_yuan;
  if (rule.first_draw_cap_yuan != 0) {
    const std::int64_t most = rule.first_draw_cap_yuan / n;
    if (share.each_yuan > most) {
      share.each_yuan = most;
      share.to_pool_yuan = FloorYuan(a + b - n * most * kPerYuan);
    }
    guaranteed = std::min(guaranteed, most);  // the guarantee does not lift the draw's cap
  }
  share.each_yuan = std::max(share.each_yuan, guaranteed);
  return share;
}

Result<Money> Total(const RuleVersion& version, const SsqPrizeInput& in, Money first, Money second,
                    bool with_high) {
  Money total;
  for (int tier = with_high ? 1 : 3; tier <= kSsqTiers; ++tier) {
    if (tier == 7 && !in.special_rule) continue;
    const Money each = tier == 1 ? first : tier == 2 ? second : version.Fixed(tier);
    LOTTERY_TRY(const Money all, each.Mul(in.winners[static_cast<std::size_t>(tier - 1)]));
    LOTTERY_TRY(total, total.Add(all));
  }
  return total;
}

base::Status CheckInput(const SsqPrizeInput& in) {
  const bool sane =
      in.sales.fen() >= 0 && in.sales.fen() % 100 == 0 && in.pool_before.fen() >= 0 &&
      in.pool_before.fen() % 100 == 0 && in.injection_after.fen() >= 0 &&
      in.sales.fen() < (std::int64_t{1} << 50) && in.pool_before.fen() < (std::int64_t{1} << 50) &&
      std::all_of(in.winners.begin(), in.winners.end(),
                  [](std::int64_t n) { return n >= 0 && n < (std::int64_t{1} << 36); });
  if (!sane)
    return Fail(ErrorCode::kIllegalBet, "sales, pool or winner counts outside their range");
  return {};
}

}  // namespace

Result<SsqPrizes> ComputeSsqPrizes(const SsqPrizeInput& in) {
  LOTTERY_TRY_VOID(CheckInput(in));
  LOTTERY_TRY(const RuleVersion* version, RuleFor("ssq", in.draw));
  const SsqRule rule = RuleOf(*version);
  if (in.special_rule && !rule.special_rule)
    return Fail(ErrorCode::kUnknownRule, "no special rule in that draw");
  SsqPrizes out;
  out.rule = version->name;
  LOTTERY_TRY(out.fixed_total, Total(*version, in, Money(), Money(), false));
  LOTTERY_TRY(const auto shares, SplitSales(*version, in.sales));
  const Money current = shares.current;
  LOTTERY_TRY(const Money rest, current.Sub(out.fixed_total));
  out.high_tier = std::max(rest, Money());

  const Wide h = out.high_tier.fen();  // one hundredth of h is a share of one percent
  const Wide pool = in.pool_before.fen() * 100;
  const bool rich = in.pool_before.fen() >= rule.rich_pool_yuan * 100;
  const Wide a = (in.special_rule ? 0
                  : rich          ? rule.first_percent_rich
                                  : rule.first_percent) *
                     h +
                 pool;
  const Wide b = (in.special_rule ? rule.special_extra_percent
                  : rich          ? rule.extra_percent_rich
                                  : 0) *
                 h;
  const Wide m2 = (in.special_rule ? rule.special_second_percent : rule.second_percent) * h;

  const Share second = SecondPrize(rule, m2, in.winners[1]);
  const Share first = FirstPrize(rule, a, b, in.winners[0], second.each_yuan);
  LOTTERY_TRY(out.first, Money::FromYuan(first.each_yuan));
  LOTTERY_TRY(out.second, Money::FromYuan(second.each_yuan));
  LOTTERY_TRY(const Money new_pool, Money::FromYuan(first.to_pool_yuan + second.to_pool_yuan));
  LOTTERY_TRY(out.paid_total, Total(*version, in, out.first, out.second, true));
  LOTTERY_TRY(out.pool_after, new_pool.Add(in.injection_after));

  // What came in (current prizes, old pool) less what went out (prizes, new pool), exact in fen.
  LOTTERY_TRY(const Money in_total, current.Add(in.pool_before));
  LOTTERY_TRY(const Money out_total, out.paid_total.Add(new_pool));
  LOTTERY_TRY(const Money left, in_total.Sub(out_total));
  out.adjustment_gained = std::max(left, Money());
  LOTTERY_TRY(out.adjustment_paid,
              Money::FromFen(left < Money() ? -left.fen() : 0).Add(in.injection_after));
  return out;
}

bool SsqSpecialRuleNext(std::int32_t next_draw, bool active, Money pool_after) {
  const auto version = RuleFor("ssq", next_draw);
  if (!version || (*version)->Get("special_rule") == 0) return false;
  if (pool_after.fen() >= (*version)->Get("special_on_yuan") * 100) return true;
  return active && pool_after.fen() >= (*version)->Get("special_off_yuan") * 100;
}

}  // namespace lottery::games
