// From the winners of a draw to its statement: one readable function a game.
#include <algorithm>

#include "crypto/merkle.h"
#include "games/d3_prize.h"
#include "games/kl8_prize.h"
#include "games/qlc_prize.h"
#include "games/ssq_prize.h"
#include "protocol/draw_life.h"
#include "settlement/settle.h"

namespace lottery::settlement {
namespace {

// Every tier with its winning lines; `each` says what one is worth.
template <typename Each>
Status ListTiers(const games::Wins& wins, int tiers, Each each, protocol::Statement& s) {
  for (int tier = 1; tier <= tiers; ++tier) {
    const std::int64_t lines = wins[static_cast<std::size_t>(tier - 1)];
    const Money amount = lines == 0 ? Money() : each(tier);
    LOTTERY_TRY(const Money total, amount.Mul(lines));
    s.tiers.push_back({tier, lines, amount, total});
  }
  return {};
}

// Shares of the sales of a game whose pool is national.
Status SplitNational(const StatementInput& in, protocol::Statement& s) {
  LOTTERY_TRY(const auto* rule, games::RuleFor(*in.book, s.draw.number));
  LOTTERY_TRY(const auto shares, games::SplitSales(*rule, s.net_sales));
  s.prize_money = shares.current;
  s.adjustment_accrued = shares.adjustment;
  s.fund = shares.fund;
  s.fee = shares.fee;
  s.rule = rule->name;
  s.pool_before = in.pool_before;
  s.injection = in.promotion.injection;
  return {};
}

template <typename Prizes>
void TakeResult(const Prizes& prizes, protocol::Statement& s) {
  s.prizes = prizes.paid_total;
  s.pool_after = prizes.pool_after;
  s.adjustment_gained = prizes.adjustment_gained;
  s.adjustment_paid = prizes.adjustment_paid;
}

Status PriceSsq(const StatementInput& in, protocol::Statement& s) {
  LOTTERY_TRY_VOID(SplitNational(in, s));
  s.special_rule = in.special_rule;
  LOTTERY_TRY(const auto* rule, games::RuleFor(*in.book, s.draw.number));
  LOTTERY_TRY(const auto prizes,
              games::ComputeSsqPrizes({s.draw.number, s.net_sales, in.pool_before, s.injection,
                                       in.special_rule, in.sales->wins}));
  const int tiers = in.special_rule ? games::kSsqTiers : games::kSsqTiers - 1;
  const auto each = [&](int tier) {
    return tier == 1 ? prizes.first : tier == 2 ? prizes.second : rule->Fixed(tier);
  };
  LOTTERY_TRY_VOID(ListTiers(in.sales->wins, tiers, each, s));
  TakeResult(prizes, s);
  s.special_rule_next =
      games::SsqSpecialRuleNext(s.draw.number + 1, in.special_rule, prizes.pool_after);
  return {};
}

Status PriceQlc(const StatementInput& in, protocol::Statement& s) {
  LOTTERY_TRY_VOID(SplitNational(in, s));
  LOTTERY_TRY(const auto prizes,
              games::ComputeQlcPrizes(
                  {s.draw.number, s.net_sales, in.pool_before, s.injection, in.sales->wins}));
  const auto each = [&](int tier) { return prizes.each[static_cast<std::size_t>(tier - 1)]; };
  LOTTERY_TRY_VOID(ListTiers(in.sales->wins, games::kQlcTiers, each, s));
  TakeResult(prizes, s);
  return {};
}

Status PriceKl8(const StatementInput& in, protocol::Statement& s) {
  LOTTERY_TRY_VOID(SplitNational(in, s));
  s.sales_by_pick = in.sales->sales_by_pick;
  s.fixed_pool_before = in.fixed_pool_before;
  LOTTERY_TRY(const auto prizes,
              games::ComputeKl8Prizes({s.draw.number, s.sales_by_pick, in.pool_before,
                                       in.fixed_pool_before, s.injection, in.sales->wins}));
  const auto each = [&](int tier) { return prizes.each[static_cast<std::size_t>(tier - 1)]; };
  LOTTERY_TRY_VOID(ListTiers(in.sales->wins, games::kKl8Tiers, each, s));
  TakeResult(prizes, s);
  s.fixed_pool_after = prizes.fixed_pool_after;
  return {};
}

// Sales, winners and what was there before, of each jurisdiction.
Result<std::map<std::string, games::D3PoolInput>> D3Inputs(const StatementInput& in) {
  std::map<std::string, games::D3PoolInput> inputs;
  for (const auto& [jurisdiction, basis] : in.pools)
    inputs[jurisdiction] = {jurisdiction, {}, basis.pool, basis.adjustment, {}};
  for (const auto& [terminal, t] : in.sales->by_terminal) {
    LOTTERY_TRY(const Money net, t.sales_amount.Sub(t.voids_amount));
    const auto& jurisdiction = in.jurisdictions->Of(terminal);
    auto& input = inputs[jurisdiction];
    input.jurisdiction = jurisdiction;
    LOTTERY_TRY(input.net_sales, input.net_sales.Add(net));
  }
  LOTTERY_TRY_VOID(in.sales->ForCandidates([&](const Candidate& c, const auto& won) -> Status {
    auto& wins = inputs[in.jurisdictions->Of(c.terminal)].winners;
    for (const auto& w : won) wins[w.tier - 1U] += w.lines;
    return {};
  }));
  return inputs;
}

// Every jurisdiction by itself, at its own amounts; the statement's own figures are their sums.
Status PriceD3(const StatementInput& in, protocol::Statement& s) {
  LOTTERY_TRY(const auto* rule, games::RuleFor(*in.book, s.draw.number));
  s.rule = rule->name;
  for (int tier = 1; tier <= games::kD3Tiers; ++tier) {
    const std::int64_t lines = in.sales->wins[static_cast<std::size_t>(tier - 1)];
    s.tiers.push_back({tier, lines, lines == 0 ? Money() : rule->Fixed(tier), {}});
  }
  LOTTERY_TRY(const auto inputs, D3Inputs(in));
  for (const auto& [jurisdiction, input] : inputs) {
    LOTTERY_TRY(const auto p, games::SettleD3Pool(*rule, input));
    for (std::size_t i = 0; i < s.tiers.size(); ++i) {
      LOTTERY_TRY(s.tiers[i].total, s.tiers[i].total.Add(p.by_tier[i]));
    }
    s.pools.push_back({jurisdiction, input.net_sales, p.prizes, input.pool_before, p.pool_after,
                       input.adjustment_before, p.adjustment_paid, p.adjustment_after,
                       p.fee_advanced});
    const std::pair<Money*, Money> sums[] = {{&s.prize_money, p.prize_money},
                                             {&s.adjustment_accrued, p.adjustment_accrued},
                                             {&s.fund, p.fund},
                                             {&s.fee, p.fee},
                                             {&s.prizes, p.prizes},
                                             {&s.pool_before, input.pool_before},
                                             {&s.pool_after, p.pool_after},
                                             {&s.adjustment_paid, p.adjustment_paid}};
    for (const auto& [sum, amount] : sums) {
      LOTTERY_TRY(*sum, sum->Add(amount));
    }
  }
  return {};
}

// The adjustment fund pays each line of a promoted tier something on top, in whole yuan and within
// its budget.
Status AddBonuses(const protocol::Promotion& promotion, protocol::Statement& s) {
  for (const auto& bonus : promotion.bonuses) {
    const auto tier = std::find_if(s.tiers.begin(), s.tiers.end(),
                                   [&](const auto& t) { return t.tier == bonus.tier; });
    if (tier == s.tiers.end() || tier->lines == 0) continue;
    const std::int64_t share_yuan = bonus.budget.fen() / tier->lines / 100;
    tier->bonus = std::min(bonus.each, Money::FromFen(share_yuan * 100));
    LOTTERY_TRY(const Money cost, tier->bonus.Mul(tier->lines));
    LOTTERY_TRY(tier->each, tier->each.Add(tier->bonus));
    LOTTERY_TRY(tier->total, tier->total.Add(cost));
    LOTTERY_TRY(s.prizes, s.prizes.Add(cost));
    LOTTERY_TRY(s.adjustment_paid, s.adjustment_paid.Add(cost));
  }
  return {};
}

// Of a game with jurisdictions the sums of theirs.
Status FillAdjustment(Money before, protocol::Statement& s) {
  s.adjustment_before = before;
  if (s.pools.empty()) {
    LOTTERY_TRY(const Money accrued, before.Add(s.adjustment_accrued));
    LOTTERY_TRY(const Money gained, accrued.Add(s.adjustment_gained));
    LOTTERY_TRY(s.adjustment_after, gained.Sub(s.adjustment_paid));
    return {};
  }
  s.adjustment_before = s.adjustment_after = Money();
  for (const auto& pool : s.pools) {
    LOTTERY_TRY(s.adjustment_before, s.adjustment_before.Add(pool.adjustment_before));
    LOTTERY_TRY(s.adjustment_after, s.adjustment_after.Add(pool.adjustment_after));
  }
  return {};
}

Status Price(const StatementInput& in, protocol::Statement& s) {
  if (s.draw.game == protocol::kSsq) return PriceSsq(in, s);
  if (s.draw.game == protocol::kD3) return PriceD3(in, s);
  if (s.draw.game == protocol::kQlc) return PriceQlc(in, s);
  return PriceKl8(in, s);
}

}  // namespace

Result<PricedStatement> MakeStatement(const StatementInput& in) {
  const SealedSales& sales = *in.sales;
  protocol::Statement s;
  s.draw = in.certificate.draw;
  s.rule_book = crypto::Sha256(in.book->text);
  s.seal = in.seal;
  s.certificate = in.certificate_hash;
  s.totals = sales.totals;
  LOTTERY_TRY(s.net_sales, sales.totals.sales_amount.Sub(sales.totals.voids_amount));
  LOTTERY_TRY_VOID(Price(in, s));
  LOTTERY_TRY_VOID(AddBonuses(in.promotion, s));
  s.at = in.at;
  s.claim_until = ClaimUntil(in.certificate.at);
  const TicketPrices prices(s, *in.book, *in.jurisdictions);
  OwedRoot winners;
  LOTTERY_TRY_VOID(sales.ForCandidates([&](const Candidate& c, const auto& won) -> Status {
    const auto winner = prices.Of(c, won);
    if (winner.prize > Money()) winners.Add(winner);
    return {};
  }));
  LOTTERY_TRY_VOID(FillAdjustment(in.adjustment_before, s));
  PricedStatement out{std::move(s), {}};
  out.tiles = winners.Finish();
  out.statement.winning_tickets = static_cast<std::int64_t>(winners.size());
  out.statement.winners_root = winners.Root();
  return out;
}

base::UtcTime ClaimUntil(base::UtcTime drawn) {
  constexpr std::int64_t kBeijing = 8 * 3600 * base::kSecondMs;
  return {(protocol::LastClaimDay(drawn) + 1) * base::kDayMs - kBeijing - 1};
}

TicketPrices::TicketPrices(const protocol::Statement& statement, const games::RuleBook& book,
                           const Jurisdictions& jurisdictions)
    : jurisdictions_(jurisdictions) {
  for (const auto& tier : statement.tiers) {
    usual_[static_cast<std::size_t>(tier.tier - 1)] = tier.each;
    paid_[static_cast<std::size_t>(tier.tier - 1)] = true;
  }
  const auto rule = games::RuleFor(book, statement.draw.number);
  LOTTERY_CHECK(rule.has_value());  // the statement was made by it
  const auto& names = jurisdictions.names();
  const auto deviates = [&](const std::string& name) { return (*rule)->Deviates(name); };
  if (std::none_of(names.begin(), names.end(), deviates)) return;
  own_.assign(names.size(), usual_);
  for (std::size_t place = 0; place < names.size(); ++place) {
    for (const auto& tier : statement.tiers) {
      if (tier.lines > 0 && deviates(names[place]))
        own_[place][static_cast<std::size_t>(tier.tier - 1)] =
            (*rule)->FixedIn(names[place], tier.tier);
    }
  }
}

protocol::Winner TicketPrices::Of(const Candidate& ticket, const std::vector<Won>& won) const {
  protocol::Winner out{ticket.index, ticket.sale, {}, {}};
  const Each& each = EachOf(ticket.terminal);
  for (const auto& w : won) {
    const std::size_t i = w.tier - 1U;
    if (!paid_[i]) continue;
    out.tiers.push_back({w.tier, w.lines});
    out.prize = base::SumOrDie(out.prize, Money::FromFen(each[i].fen() * w.lines));
  }
  return out;
}

}  // namespace lottery::settlement
