// The figures of a statement from what was counted, game by game.
#include "compliance/own_kl8.h"
#include "compliance/own_ssq.h"
#include "compliance/own_statement.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

Money Fen(std::int64_t amount) { return Money::FromFen(amount); }

// Current prize money, adjustment fund, welfare fund and fee, in percent of the sales.
struct Shares {
  std::int64_t current, adjustment, fund, fee;
};
Shares SharesOf(const std::string& game) {
  if (game == "ssq") return {49, 2, 36, 13};
  if (game == "3d") return {52, 1, 34, 13};
  if (game == "qlc") return {49, 1, 37, 13};
  return {57, 1, 30, 12};
}

void FillShares(protocol::Statement& s) {
  const Shares shares = SharesOf(s.draw.game);
  const std::int64_t percent = s.net_sales.fen() / 100;
  s.prize_money = Fen(percent * shares.current);
  s.adjustment_accrued = Fen(percent * shares.adjustment);
  s.fund = Fen(percent * shares.fund);
  s.fee = Fen(percent * shares.fee);
}

void FillTiers(const OwnWins& lines, std::size_t tiers,
               const std::array<std::int64_t, kOwnMostTiers>& each_fen, protocol::Statement& s) {
  s.tiers.clear();
  for (std::size_t i = 0; i < tiers; ++i) {
    const std::int64_t each = lines[i] == 0 ? 0 : each_fen[i];
    s.tiers.push_back({static_cast<int>(i) + 1, lines[i], Fen(each), Fen(each * lines[i])});
  }
}

void FillMoney(std::int64_t paid, std::int64_t pool_after, std::int64_t adjustment_paid,
               std::int64_t adjustment_gained, protocol::Statement& s) {
  s.prizes = Fen(paid);
  s.pool_after = Fen(pool_after);
  s.adjustment_paid = Fen(adjustment_paid);
  s.adjustment_gained = Fen(adjustment_gained);
}

Status FillSsq(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& s) {
  s.special_rule = basis.special_rule;
  LOTTERY_TRY(const auto prizes,
              OwnSsqPrizes({s.draw.number, s.net_sales.fen(), basis.pool_before_fen,
                            s.injection.fen(), basis.special_rule, count.lines}));
  FillTiers(count.lines, basis.special_rule ? 7 : 6,
            {prizes.first_fen, prizes.second_fen, 300'000, 20'000, 1'000, 500, 500}, s);
  FillMoney(prizes.paid_fen, prizes.pool_after_fen, prizes.adjustment_paid_fen,
            prizes.adjustment_gained_fen, s);
  s.special_rule_next =
      OwnSpecialNext(s.draw.number + 1, basis.special_rule, prizes.pool_after_fen);
  return {};
}

Status FillQlc(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& s) {
  LOTTERY_TRY(const auto prizes, OwnQlcPrizes({s.net_sales.fen(), basis.pool_before_fen,
                                               s.injection.fen(), count.lines}));
  FillTiers(count.lines, 7, prizes.each_fen, s);
  FillMoney(prizes.paid_fen, prizes.pool_after_fen, prizes.adjustment_paid_fen,
            prizes.adjustment_gained_fen, s);
  return {};
}

Status FillKl8(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& s) {
  for (std::size_t i = 0; i < count.sales_by_pick.size(); ++i)
    s.sales_by_pick[i] = Fen(count.sales_by_pick[i]);
  LOTTERY_TRY(const auto prizes,
              OwnKl8Money({s.draw.number, count.sales_by_pick, basis.pool_before_fen,
                           basis.fixed_pool_fen, s.injection.fen(), count.lines}));
  const auto& m = prizes.money;
  FillTiers(count.lines, kOwnKl8Tiers, m.each_fen, s);
  FillMoney(m.paid_fen, m.pool_after_fen, m.adjustment_paid_fen, m.adjustment_gained_fen, s);
  s.fixed_pool_before = Fen(basis.fixed_pool_fen);
  s.fixed_pool_after = Fen(prizes.fixed_pool_after_fen);
  return {};
}

// The adjustment fund of a game that has one for the whole country; from the figure the statement
// names where no other is known.
void FillAdjustment(const PrizeBasis& basis, protocol::Statement& s) {
  if (s.draw.game == "3d") return;
  if (basis.adjustment_fen) s.adjustment_before = Fen(*basis.adjustment_fen);
  s.adjustment_after = Fen(s.adjustment_before.fen() + s.adjustment_accrued.fen() +
                           s.adjustment_gained.fen() - s.adjustment_paid.fen());
}

// What the plan promised on top, tier by tier, at most its budget; all of it from the adjustment
// fund.
void FillPromotion(const protocol::Promotion& promotion, protocol::Statement& s) {
  std::int64_t on_top = 0;
  for (auto& tier : s.tiers) {
    std::int64_t each = 0;
    for (const auto& bonus : promotion.bonuses) {
      if (bonus.tier != tier.tier || tier.lines == 0) continue;
      each = bonus.each.fen();
      if (each > bonus.budget.fen() / tier.lines)  // too many: whole yuan of an equal share
        each = bonus.budget.fen() / (tier.lines * 100) * 100;
    }
    tier.bonus = Fen(each);
    tier.each = Fen(tier.each.fen() + each);
    tier.total = Fen(tier.total.fen() + each * tier.lines);
    on_top += each * tier.lines;
  }
  s.prizes = Fen(s.prizes.fen() + on_top);
  s.adjustment_paid = Fen(s.adjustment_paid.fen() + on_top);
}

// Jurisdiction after jurisdiction; the statement's own figures are their sums.
Status FillD3(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& s) {
  std::int64_t prizes = 0, before = 0, after = 0, paid = 0;
  s.pools.clear();
  for (const auto& [jurisdiction, counted] : count.pools) {
    OwnD3Pool p = counted;
    LOTTERY_TRY_VOID(OwnSettleD3(p));
    s.pools.push_back({jurisdiction, Fen(p.net_sales), Fen(p.prizes), Fen(p.pool_before),
                       Fen(p.pool_after), Fen(p.adjustment_before), Fen(p.adjustment_paid),
                       Fen(p.adjustment_after), Fen(p.fee_advanced)});
    prizes += p.prizes;
    before += p.pool_before;
    after += p.pool_after;
    paid += p.adjustment_paid;
  }
  FillMoney(prizes, after, paid, 0, s);
  s.pool_before = Fen(before);
  std::int64_t adjustment_before = 0, adjustment_after = 0;
  for (const auto& pool : s.pools) {
    adjustment_before += pool.adjustment_before.fen();
    adjustment_after += pool.adjustment_after.fen();
  }
  s.adjustment_before = Fen(adjustment_before);
  s.adjustment_after = Fen(adjustment_after);
  LOTTERY_TRY(const auto* usual, OwnD3Amounts(*basis.d3_amounts, s.draw.number, ""));
  s.tiers.clear();
  for (std::size_t i = 0; i < kOwnD3Tiers; ++i) {
    const std::string tier = std::to_string(i + 1);
    if (count.lines[i] > 0 && (*usual)[i] == 0)
      return Fail(ErrorCode::kOldRule, s.rule + " has no amount of tier " + tier);
    s.tiers.push_back({static_cast<int>(i) + 1, count.lines[i],
                       Fen(count.lines[i] == 0 ? 0 : (*usual)[i]), Fen(count.d3_prizes[i])});
  }
  return {};
}

Status FillGame(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& s) {
  if (s.draw.game == "ssq") return FillSsq(count, basis, s);
  if (s.draw.game == "3d") return FillD3(count, basis, s);
  return s.draw.game == "qlc" ? FillQlc(count, basis, s) : FillKl8(count, basis, s);
}

}  // namespace

std::string OwnRuleOf(const protocol::DrawId& draw) {
  if (draw.game == "ssq") return OwnRuleName(draw.number);
  if (draw.game == "3d") return OwnD3RuleName(draw.number);
  if (draw.game == "kl8") return OwnKl8RuleName(draw.number);
  return draw.game == "qlc" && draw.number >= 2009001 ? "qlc-2009" : "";
}

std::size_t OwnTiersOf(const std::string& game) {
  if (game == "3d") return kOwnD3Tiers;
  return game == "kl8" ? kOwnKl8Tiers : 7;
}

Status FillFigures(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& s) {
  s.rule = OwnRuleOf(s.draw);
  if (s.rule.empty()) return Fail(ErrorCode::kOldRule, "no version covers " + s.draw.ToText());
  s.injection = basis.promotion.injection;
  const auto sane = [](std::int64_t fen) { return fen >= 0 && fen < std::int64_t{1} << 50; };
  if (!sane(s.net_sales.fen()) || s.net_sales.fen() % 200 != 0 || !sane(s.injection.fen()) ||
      !sane(basis.pool_before_fen) || !sane(basis.fixed_pool_fen) ||
      !sane(std::abs(basis.adjustment_fen.value_or(s.adjustment_before.fen()))))
    return Fail(ErrorCode::kEntryInvalid, "sales, pools or injection outside their range");
  FillShares(s);
  s.pool_before = Fen(basis.pool_before_fen);
  s.special_rule = s.special_rule_next = false;
  LOTTERY_TRY_VOID(FillGame(count, basis, s));
  FillPromotion(basis.promotion, s);
  FillAdjustment(basis, s);
  return {};
}

}  // namespace lottery::compliance
