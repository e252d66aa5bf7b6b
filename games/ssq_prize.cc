#include "games/ssq_prize.h"

#include <algorithm>
#include <array>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kCapYuan = 5'000'000;  // of each part of the first prize, and of the second
constexpr std::int64_t kRichPoolYuan = 100'000'000;
constexpr std::int64_t kSecondFloorYuan = 6'000;   // twice the third prize
constexpr std::int64_t kSpecialExtraPercent = 20;  // part B while the special rule is active
constexpr std::int64_t kSpecialSecondPercent = 80;
constexpr std::int64_t kSpecialOnYuan = 1'500'000'000;
constexpr std::int64_t kSpecialOffYuan = 300'000'000;
constexpr std::int32_t kSpecialExistsFrom = 2026014;

constexpr std::array<std::int64_t, kSsqTiers> kFixedYuan = {0, 0, 3000, 200, 10, 5, 5};

constexpr std::array<SsqRule, 4> kRules = {{
    {"ssq-2009", 2009001, 70, 50, 20, 30, false, false, 0, 0},
    {"ssq-2014055", 2014055, 75, 55, 20, 25, false, false, 0, 0},
    {"ssq-2018123", 2018123, 75, 55, 20, 25, true, false, 0, 0},
    {"ssq-2026014", 2026014, 75, 55, 20, 25, true, true, 100'000'000, 70'000'000},
}};

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

// Shares `part` among n > 0 winners, at most kCapYuan each.
Share Split(const SsqRule& rule, Wide part, std::int64_t n) {
  Share share;
  const std::int64_t full = FloorYuan(part / n);
  share.each_yuan = std::min(full, kCapYuan);
  share.capped = share.each_yuan == kCapYuan;
  if (share.capped) {
    share.to_pool_yuan = rule.excess_of_whole_part ? FloorYuan(part - n * kCapYuan * kPerYuan)
                                                   : n * (full - kCapYuan);
  }
  return share;
}

Share SecondPrize(const SsqRule& rule, Wide part, std::int64_t n) {
  if (n == 0) return {0, FloorYuan(part), false};
  const std::int64_t full = FloorYuan(part / n);
  Share share{std::min(full, kCapYuan), 0, full >= kCapYuan};
  if (rule.second_draw_cap_yuan != 0 && share.each_yuan > rule.second_draw_cap_yuan / n) {
    share.each_yuan = rule.second_draw_cap_yuan / n;
    share.capped = true;
  }
  share.each_yuan = std::max(
      share.each_yuan, kSecondFloorYuan);  // the guarantee comes last, above the draw's cap too
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

Result<Money> Total(const SsqPrizeInput& in, Money first, Money second, bool with_high) {
  Money total;
  for (int tier = with_high ? 1 : 3; tier <= kSsqTiers; ++tier) {
    if (tier == 7 && !in.special_rule) continue;
    const Money each = tier == 1 ? first : tier == 2 ? second : SsqFixedPrize(tier);
    LOTTERY_TRY(const Money all, each.Mul(in.winners[static_cast<std::size_t>(tier - 1)]));
    LOTTERY_TRY(total, total.Add(all));
  }
  return total;
}

base::Status CheckInput(const SsqPrizeInput& in) {
  const bool sane =
      in.sales.fen() >= 0 && in.sales.fen() % kSsqLinePriceFen == 0 && in.pool_before.fen() >= 0 &&
      in.pool_before.fen() % 100 == 0 && in.injection_after.fen() >= 0 &&
      in.sales.fen() < (std::int64_t{1} << 50) && in.pool_before.fen() < (std::int64_t{1} << 50) &&
      std::all_of(in.winners.begin(), in.winners.end(),
                  [](std::int64_t n) { return n >= 0 && n < (std::int64_t{1} << 36); });
  if (!sane)
    return Fail(ErrorCode::kIllegalBet, "sales, pool or winner counts outside their range");
  return {};
}

}  // namespace

std::span<const SsqRule> SsqRules() { return kRules; }

Result<const SsqRule*> SsqRuleFor(std::int32_t draw) {
  const SsqRule* found = nullptr;
  for (const auto& rule : kRules) {
    if (draw >= rule.from_draw) found = &rule;
  }
  if (found == nullptr) return Fail(ErrorCode::kUnknownRule, "ssq draw " + std::to_string(draw));
  return found;
}

Money SsqFixedPrize(int tier) {
  LOTTERY_CHECK(tier >= 1 && tier <= kSsqTiers);
  return Money::FromFen(kFixedYuan[static_cast<std::size_t>(tier - 1)] * 100);
}

Result<SsqPrizes> ComputeSsqPrizes(const SsqPrizeInput& in) {
  LOTTERY_TRY_VOID(CheckInput(in));
  LOTTERY_TRY(const SsqRule* rule, SsqRuleFor(in.draw));
  if (in.special_rule && !rule->special_rule)
    return Fail(ErrorCode::kUnknownRule, "no special rule in that draw");
  SsqPrizes out;
  out.rule = rule->name;
  LOTTERY_TRY(out.fixed_total, Total(in, Money(), Money(), false));
  const Money current =
      Money::FromFen(in.sales.fen() / 100 * kSsqCurrentPercent);  // sales are a multiple of 200 fen
  LOTTERY_TRY(const Money rest, current.Sub(out.fixed_total));
  out.high_tier = std::max(rest, Money());

  const Wide h = out.high_tier.fen();  // one hundredth of h is a share of one percent
  const Wide pool = in.pool_before.fen() * 100;
  const bool rich = in.pool_before.fen() >= kRichPoolYuan * 100;
  const Wide a = (in.special_rule ? 0
                  : rich          ? rule->first_percent_rich
                                  : rule->first_percent) *
                     h +
                 pool;
  const Wide b = (in.special_rule ? kSpecialExtraPercent : rich ? rule->extra_percent_rich : 0) * h;
  const Wide m2 = (in.special_rule ? kSpecialSecondPercent : rule->second_percent) * h;

  const Share second = SecondPrize(*rule, m2, in.winners[1]);
  const Share first = FirstPrize(*rule, a, b, in.winners[0], second.each_yuan);
  LOTTERY_TRY(out.first, Money::FromYuan(first.each_yuan));
  LOTTERY_TRY(out.second, Money::FromYuan(second.each_yuan));
  LOTTERY_TRY(const Money new_pool, Money::FromYuan(first.to_pool_yuan + second.to_pool_yuan));
  LOTTERY_TRY(out.paid_total, Total(in, out.first, out.second, true));
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
  if (next_draw < kSpecialExistsFrom) return false;
  if (pool_after.fen() >= kSpecialOnYuan * 100) return true;
  return active && pool_after.fen() >= kSpecialOffYuan * 100;
}

std::string SsqRuleBookText() {
  std::string text = "ssq rule book\n";
  const auto add = [&](std::string_view name, std::int64_t value) {
    text += std::string(name) + " " + std::to_string(value) + "\n";
  };
  add("line_price_fen", kSsqLinePriceFen);
  add("current_percent", kSsqCurrentPercent);
  add("adjustment_percent", kSsqAdjustmentPercent);
  add("fund_percent", kSsqFundPercent);
  add("fee_percent", kSsqFeePercent);
  add("cap_yuan", kCapYuan);
  add("rich_pool_yuan", kRichPoolYuan);
  add("second_floor_yuan", kSecondFloorYuan);
  add("special_extra_percent", kSpecialExtraPercent);
  add("special_second_percent", kSpecialSecondPercent);
  add("special_on_yuan", kSpecialOnYuan);
  add("special_off_yuan", kSpecialOffYuan);
  add("special_exists_from", kSpecialExistsFrom);
  for (int tier = 3; tier <= kSsqTiers; ++tier)
    add("tier" + std::to_string(tier) + "_fen", SsqFixedPrize(tier).fen());
  for (const auto& r : kRules) {
    text += std::string(r.name) + ":\n";
    add(" from", r.from_draw);
    add(" first", r.first_percent);
    add(" first_rich", r.first_percent_rich);
    add(" extra_rich", r.extra_percent_rich);
    add(" second", r.second_percent);
    add(" whole_excess", r.excess_of_whole_part ? 1 : 0);
    add(" special", r.special_rule ? 1 : 0);
    add(" first_draw_cap", r.first_draw_cap_yuan);
    add(" second_draw_cap", r.second_draw_cap_yuan);
  }
  return text;
}

}  // namespace lottery::games
