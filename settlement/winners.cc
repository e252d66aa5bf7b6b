// The winner search: one pass over the sealed leaves that hashes every one of them.
#include <algorithm>

#include "games/order.h"
#include "protocol/draw_life.h"
#include "protocol/leaf.h"
#include "protocol/message.h"
#include "settlement/settle.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;

Status WinnerSearch::Add(base::ByteView raw) {
  const std::uint64_t index = tree_.size();
  tree_.Append(crypto::LeafHash(raw));
  LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(raw));
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf.message, leaf.signature));
  const auto& m = *message.decoded;
  if (leaf.kind == protocol::LeafKind::kVoid) {
    if (!m.has_void_()) return Fail(ErrorCode::kEntryInvalid, "leaf " + std::to_string(index));
    const auto order = sold_.find(m.void_().order_hash());
    if (order == sold_.end())
      return Fail(ErrorCode::kEntryInvalid,
                  "a void without its order, leaf " + std::to_string(index));
    auto& totals = out_.by_terminal[m.terminal()];
    ++totals.voids;
    totals.voids_amount =
        base::SumOrDie(totals.voids_amount, Money::FromFen(order->second.per_draw_fen));
    sold_.erase(order);
    return {};
  }
  if (!m.has_order()) return Fail(ErrorCode::kEntryInvalid, "leaf " + std::to_string(index));
  LOTTERY_TRY(const auto facts, games::CheckOrder(m.order()));
  auto& totals = out_.by_terminal[m.terminal()];
  ++totals.sales;
  totals.sales_amount = base::SumOrDie(totals.sales_amount, facts.per_draw);
  sold_[Bytes(message.hash.view())] = {
      index,
      m.terminal(),
      facts.per_draw.fen(),
      outcome_ ? games::OrderWinners(m.order(), *outcome_) : games::Wins{},
      m.order().t_hash(),
      Bytes(leaf.s_hash.view())};
  return {};
}

SealedSales WinnerSearch::Finish() {
  out_.root = tree_.Root();
  out_.size = tree_.size();
  for (const auto& [terminal, t] : out_.by_terminal) {
    out_.totals.sales += t.sales;
    out_.totals.voids += t.voids;
    out_.totals.sales_amount = base::SumOrDie(out_.totals.sales_amount, t.sales_amount);
    out_.totals.voids_amount = base::SumOrDie(out_.totals.voids_amount, t.voids_amount);
  }
  for (auto& [hash, sold] : sold_) {
    if (outcome_ &&
        std::all_of(sold.wins.begin(), sold.wins.end(), [](std::int64_t n) { return n == 0; }))
      continue;
    for (std::size_t tier = 0; tier < sold.wins.size(); ++tier) out_.wins[tier] += sold.wins[tier];
    out_.candidates.push_back({sold.index, sold.terminal, sold.per_draw_fen, sold.wins,
                               std::move(sold.t_hash), std::move(sold.s_hash)});
  }
  std::sort(out_.candidates.begin(), out_.candidates.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return std::move(out_);
}

base::UtcTime ClaimUntil(base::UtcTime drawn) {
  constexpr std::int64_t kBeijing = 8 * 3600 * base::kSecondMs;
  return {(protocol::LastClaimDay(drawn) + 1) * base::kDayMs - kBeijing - 1};
}

namespace {

Status PriceSsq(const StatementInput& in, protocol::Statement& s) {
  const SealedSales& sales = *in.sales;
  // A line costs 200 fen, so a percent of the sales is a whole number of fen.
  const Money percent = s.net_sales.DivMod(100).quotient;
  LOTTERY_TRY(s.prize_money, percent.Mul(games::kSsqCurrentPercent));
  LOTTERY_TRY(s.adjustment_accrued, percent.Mul(games::kSsqAdjustmentPercent));
  LOTTERY_TRY(s.fund, percent.Mul(games::kSsqFundPercent));
  LOTTERY_TRY(s.fee, percent.Mul(games::kSsqFeePercent));
  s.pool_before = in.pool_before;
  s.injection = in.injection;
  s.special_rule = in.special_rule;
  games::SsqPrizeInput input{s.draw.number, s.net_sales,     in.pool_before,
                             in.injection,  in.special_rule, sales.wins};
  LOTTERY_TRY(const auto prizes, games::ComputeSsqPrizes(input));
  s.rule = prizes.rule;
  for (int tier = 1; tier <= games::kSsqTiers; ++tier) {
    if (tier == 7 && !in.special_rule) continue;
    const std::int64_t lines = sales.wins[static_cast<std::size_t>(tier - 1)];
    const Money full = tier == 1   ? prizes.first
                       : tier == 2 ? prizes.second
                                   : games::SsqFixedPrize(tier);
    const Money each = lines == 0 ? Money() : full;
    LOTTERY_TRY(const Money total, each.Mul(lines));
    s.tiers.push_back({tier, lines, each, total});
  }
  s.prizes = prizes.paid_total;
  s.pool_after = prizes.pool_after;
  s.adjustment_gained = prizes.adjustment_gained;
  s.adjustment_paid = prizes.adjustment_paid;
  s.special_rule_next =
      games::SsqSpecialRuleNext(s.draw.number + 1, in.special_rule, prizes.pool_after);
  return {};
}

// Every jurisdiction by itself; the statement's own figures are their sums.
Status PriceD3(const StatementInput& in, protocol::Statement& s) {
  const SealedSales& sales = *in.sales;
  LOTTERY_TRY(s.rule,
              games::D3RuleFor(s.draw.number).map([](auto name) { return std::string(name); }));
  std::map<std::string, games::D3PoolInput> inputs;
  for (const auto& [jurisdiction, basis] : in.pools)
    inputs[jurisdiction] = {{}, basis.pool, basis.adjustment, {}};
  for (const auto& [terminal, t] : sales.by_terminal) {
    LOTTERY_TRY(const Money net, t.sales_amount.Sub(t.voids_amount));
    auto& input = inputs[in.jurisdictions->at(terminal)];
    LOTTERY_TRY(input.net_sales, input.net_sales.Add(net));
  }
  for (const auto& c : sales.candidates) {
    auto& wins = inputs[in.jurisdictions->at(c.terminal)].winners;
    for (std::size_t tier = 0; tier < wins.size(); ++tier) wins[tier] += c.wins[tier];
  }
  for (const auto& [jurisdiction, input] : inputs) {
    LOTTERY_TRY(const auto p, games::SettleD3Pool(input));
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
  for (int tier = 1; tier <= games::kD3Tiers; ++tier) {
    const std::int64_t lines = sales.wins[static_cast<std::size_t>(tier - 1)];
    const Money each = lines == 0 ? Money() : games::D3Prize(tier);
    LOTTERY_TRY(const Money total, each.Mul(lines));
    s.tiers.push_back({tier, lines, each, total});
  }
  return {};
}

}  // namespace

Result<protocol::Statement> MakeStatement(const StatementInput& in) {
  const SealedSales& sales = *in.sales;
  protocol::Statement s;
  s.draw = in.certificate.draw;
  LOTTERY_TRY(const auto rule_book, games::RuleBookText(s.draw.game));
  s.rule_book = crypto::Sha256(rule_book);
  s.seal = in.seal;
  s.certificate = in.certificate_hash;
  s.totals = sales.totals;
  LOTTERY_TRY(s.net_sales, sales.totals.sales_amount.Sub(sales.totals.voids_amount));
  LOTTERY_TRY_VOID(s.draw.game == protocol::kD3 ? PriceD3(in, s) : PriceSsq(in, s));
  s.at = in.at;
  s.claim_until = ClaimUntil(in.certificate.at);
  std::vector<protocol::Winner> winners;
  for (auto& ticket : PriceWinners(sales, s)) winners.push_back(std::move(ticket.winner));
  s.winning_tickets = static_cast<std::int64_t>(winners.size());
  s.winners_root = protocol::WinnersRoot(winners);
  return s;
}

std::vector<WinningTicket> PriceWinners(const SealedSales& sales,
                                        const protocol::Statement& statement) {
  std::vector<WinningTicket> tickets;
  for (const auto& c : sales.candidates) {
    WinningTicket t{{c.index, {}, std::vector<std::int64_t>(7)},
                    c.terminal,
                    std::vector<Money>(7),
                    c.t_hash,
                    c.s_hash};
    for (const auto& tier : statement.tiers) {
      const auto i = static_cast<std::size_t>(tier.tier - 1);
      t.winner.lines[i] = c.wins[i];
      t.by_tier[i] = Money::FromFen(tier.each.fen() * c.wins[i]);
      t.winner.prize = base::SumOrDie(t.winner.prize, t.by_tier[i]);
    }
    if (t.winner.prize > Money()) tickets.push_back(std::move(t));
  }
  return tickets;
}

}  // namespace lottery::settlement
