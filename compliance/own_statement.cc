#include "compliance/own_statement.h"

#include <algorithm>

#include "compliance/recompute.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;

PrizeBasis BasisAfter(const protocol::Statement& s, const PrizeBasis& before) {
  PrizeBasis basis;
  basis.pool_before_fen = s.pool_after.fen();
  basis.special_rule = s.special_rule_next;
  basis.fixed_pool_fen = s.fixed_pool_after.fen();
  if (s.format != 1) {
    basis.adjustment_fen = s.adjustment_after.fen();
  } else if (before.adjustment_fen) {
    basis.adjustment_fen = *before.adjustment_fen + s.adjustment_accrued.fen() +
                           s.adjustment_gained.fen() - s.adjustment_paid.fen();
  }
  for (const auto& p : s.pools)
    basis.pools[p.jurisdiction] = {p.pool_after.fen(), p.adjustment_after.fen()};
  return basis;
}

PrizeBasis BasisOf(const protocol::Opening& opening) {
  PrizeBasis basis;
  basis.pool_before_fen = opening.pool.fen();
  basis.special_rule = opening.special_rule;
  basis.fixed_pool_fen = opening.fixed_pool.fen();
  basis.adjustment_fen = opening.adjustment.fen();
  for (const auto& p : opening.pools)
    basis.pools[p.jurisdiction] = {p.pool.fen(), p.adjustment.fen()};
  return basis;
}

namespace {

// What one pass over the sales finds: the counts that decide the money, and each ticket's wins.
struct Counted {
  OwnCount count;
  std::int64_t tickets = 0;
  struct Ticket {
    std::uint64_t index;
    std::vector<protocol::TierLines> tiers;
    const OwnD3Fen* d3_amounts;  // where it was sold; null in the other games
  };
  std::vector<Ticket> winners;  // in order of index
};

// The seventh tier of ssq pays under the special rule only.
bool Pays(std::string_view game, std::size_t tier, bool special) {
  return game != protocol::kSsq || tier != 6 || special;
}

Status CountSale(const SalesView& sales, const SalesView::Sale& sale, const OwnOutcome& outcome,
                 const PrizeBasis& basis, std::int32_t draw, Counted& counted) {
  const auto order = sale.Order();
  const auto& game = order.game();
  LOTTERY_TRY(const auto wins, OwnOrderWins(order, outcome));
  if (game == protocol::kKl8) {
    LOTTERY_TRY(const auto by_pick, OwnSalesByPick(order));
    for (std::size_t i = 0; i < by_pick.size(); ++i) counted.count.sales_by_pick[i] += by_pick[i];
  }
  Counted::Ticket ticket{sale.index, {}, nullptr};
  OwnD3Pool* pool = nullptr;
  if (game == protocol::kD3) {
    const auto& jurisdiction = sales.outlets.at(sale.terminal).jurisdiction;
    pool = &counted.count.pools[jurisdiction];
    pool->net_sales += sale.per_draw_fen;
    LOTTERY_TRY(ticket.d3_amounts, OwnD3Amounts(*basis.d3_amounts, draw, jurisdiction));
  }
  for (std::size_t tier = 0; tier < wins.size(); ++tier) {
    if (wins[tier] == 0 || !Pays(game, tier, basis.special_rule)) continue;
    counted.count.lines[tier] += wins[tier];
    if (pool != nullptr) pool->wins[tier] += wins[tier];
    ticket.tiers.push_back({static_cast<int>(tier) + 1, wins[tier]});
  }
  if (ticket.tiers.empty()) return {};
  ++counted.tickets;
  counted.winners.push_back(std::move(ticket));
  return {};
}

Result<Counted> CountSales(const SalesView& sales, const protocol::DrawCertificate& certificate,
                           const PrizeBasis& basis, bool with_voided) {
  const OwnOutcome outcome{certificate.numbers, certificate.extra};
  Counted counted;
  for (const auto& [jurisdiction, held] : basis.pools) {
    counted.count.pools[jurisdiction].pool_before = held.first;
    counted.count.pools[jurisdiction].adjustment_before = held.second;
  }
  if (certificate.draw.game == protocol::kD3) {  // also those whose every ticket was voided
    for (const auto& [terminal, outlet] : sales.outlets) counted.count.pools[outlet.jurisdiction];
  }
  for (const auto& sale : sales.sales) {
    if (sale.voided && !with_voided) continue;
    LOTTERY_TRY_VOID(CountSale(sales, sale, outcome, basis, certificate.draw.number, counted));
  }
  for (auto& [jurisdiction, pool] : counted.count.pools) {
    LOTTERY_TRY(const auto* amounts,
                OwnD3Amounts(*basis.d3_amounts, certificate.draw.number, jurisdiction));
    LOTTERY_TRY_VOID(OwnD3Prizes(*amounts, pool));
    for (std::size_t tier = 0; tier < kOwnD3Tiers; ++tier)
      counted.count.d3_prizes[tier] += pool.by_tier[tier];
  }
  return counted;
}

// Who is owed something: the share of a first prize can come to nothing when all was needed below.
std::vector<protocol::Winner> PriceWinners(const SalesView& sales, const Counted& counted,
                                           const protocol::Statement& s) {
  std::vector<protocol::Winner> winners;
  winners.reserve(counted.winners.size());
  for (const auto& ticket : counted.winners) {
    std::int64_t total = 0;
    for (const auto& t : ticket.tiers) {
      const auto i = static_cast<std::size_t>(t.tier - 1);
      const bool d3 = ticket.d3_amounts != nullptr;
      total += t.lines * (d3 ? (*ticket.d3_amounts)[i] : s.tiers[i].each.fen());
    }
    if (total > 0)
      winners.push_back(
          {ticket.index, sales.tree.leaf(ticket.index), Money::FromFen(total), ticket.tiers});
  }
  return winners;
}

constexpr std::int64_t kMostLines = std::int64_t{1} << 36;  // no sum of prizes overflows
constexpr std::size_t kMostPools = 1'000;

// Of 3d: what all lines of a tier win together lies between the least and the most any of the
// statement's jurisdictions pays for them, so that it is one figure where all pay the same.
Status CheckTierTotals(const protocol::Statement& s, const OwnD3Table& table) {
  LOTTERY_TRY(const auto* usual, OwnD3Amounts(table, s.draw.number, ""));
  for (const auto& t : s.tiers) {
    const auto i = static_cast<std::size_t>(t.tier - 1);
    std::int64_t least = (*usual)[i], most = least;
    for (const auto& p : s.pools) {
      LOTTERY_TRY(const auto* amounts, OwnD3Amounts(table, s.draw.number, p.jurisdiction));
      least = std::min(least, (*amounts)[i]);
      most = std::max(most, (*amounts)[i]);
    }
    if (t.total.fen() < least * t.lines || t.total.fen() > most * t.lines)
      return Fail(ErrorCode::kFenMoved, "tier " + std::to_string(t.tier));
  }
  return {};
}

// The counts a statement claims; for 3d with the prizes each tier and jurisdiction claims.
Result<OwnCount> Claimed(const protocol::Statement& s, const PrizeBasis& basis) {
  OwnCount count;
  if (s.pools.size() > kMostPools) return Fail(ErrorCode::kStatementForged, "pools");
  for (const auto& t : s.tiers) {
    if (t.tier < 1 || t.tier > static_cast<int>(OwnTiersOf(s.draw.game)) || t.lines < 0 ||
        t.lines >= kMostLines)
      return Fail(ErrorCode::kStatementForged, "tiers");
    count.lines[static_cast<std::size_t>(t.tier - 1)] = t.lines;
    count.d3_prizes[static_cast<std::size_t>(t.tier - 1)] = t.total.fen();
  }
  if (s.draw.game == protocol::kD3) LOTTERY_TRY_VOID(CheckTierTotals(s, *basis.d3_amounts));
  for (std::size_t i = 0; i < count.sales_by_pick.size(); ++i) {
    count.sales_by_pick[i] = s.sales_by_pick[i].fen();
    if (count.sales_by_pick[i] < 0 || count.sales_by_pick[i] > s.net_sales.fen())
      return Fail(ErrorCode::kFenMoved, "plays");
  }
  for (const auto& p : s.pools) {
    OwnD3Pool& own = count.pools[p.jurisdiction];
    const auto held = basis.pools.find(p.jurisdiction);
    if (held != basis.pools.end()) std::tie(own.pool_before, own.adjustment_before) = held->second;
    own.net_sales = p.net_sales.fen();
    own.prizes = p.prizes.fen();
  }
  for (const auto& [jurisdiction, held] : basis.pools) {
    if (!count.pools.contains(jurisdiction))
      return Fail(ErrorCode::kFenMoved, "pool of " + jurisdiction);
  }
  return count;
}

// Sums a statement states twice.
Status CheckSums(const protocol::Statement& s) {
  std::int64_t by_pick = 0, by_pool = 0, prizes = 0;
  for (const Money m : s.sales_by_pick) by_pick += m.fen();
  for (const auto& p : s.pools) by_pool += p.net_sales.fen();
  for (const auto& t : s.tiers) prizes += t.total.fen();
  const bool picks = s.draw.game != protocol::kKl8 || by_pick == s.net_sales.fen();
  const bool pools = s.draw.game != protocol::kD3 || by_pool == s.net_sales.fen();
  if (!picks || !pools || prizes != s.prizes.fen())
    return Fail(ErrorCode::kFenMoved, "sums of plays, jurisdictions or tiers");
  return {};
}

// The first amount in which the two differ.
Status NameDifference(const protocol::Statement& ours, const protocol::Statement& theirs) {
  const std::pair<const char*, Money protocol::Statement::*> amounts[] = {
      {"net_sales_fen", &protocol::Statement::net_sales},
      {"fund_fen", &protocol::Statement::fund},
      {"fee_fen", &protocol::Statement::fee},
      {"prizes_fen", &protocol::Statement::prizes},
      {"pool_before_fen", &protocol::Statement::pool_before},
      {"injection_fen", &protocol::Statement::injection},
      {"pool_after_fen", &protocol::Statement::pool_after},
      {"fixed_pool_before_fen", &protocol::Statement::fixed_pool_before},
      {"fixed_pool_after_fen", &protocol::Statement::fixed_pool_after},
      {"adjustment_paid_fen", &protocol::Statement::adjustment_paid},
      {"adjustment_gained_fen", &protocol::Statement::adjustment_gained},
      {"adjustment_accrued_fen", &protocol::Statement::adjustment_accrued},
      {"adjustment_before_fen", &protocol::Statement::adjustment_before},
      {"adjustment_after_fen", &protocol::Statement::adjustment_after},
      {"prize_money_fen", &protocol::Statement::prize_money}};
  for (const auto& [name, amount] : amounts) {
    if (ours.*amount != theirs.*amount) {
      return Fail(ErrorCode::kFenMoved, std::string(name) + " is " +
                                            std::to_string((theirs.*amount).fen()) +
                                            ", recomputed " + std::to_string((ours.*amount).fen()));
    }
  }
  if (ours.special_rule != theirs.special_rule ||
      ours.special_rule_next != theirs.special_rule_next)
    return Fail(ErrorCode::kFenMoved, "special_rule");
  if (ours.claim_until != theirs.claim_until) return Fail(ErrorCode::kFenMoved, "claim_until");
  if (ours.pools != theirs.pools) return Fail(ErrorCode::kFenMoved, "figures of the jurisdictions");
  if (ours.tiers.size() == theirs.tiers.size()) {
    for (std::size_t i = 0; i < ours.tiers.size(); ++i) {
      if (ours.tiers[i].lines == theirs.tiers[i].lines && ours.tiers[i] != theirs.tiers[i])
        return Fail(ErrorCode::kFenMoved, "tier " + std::to_string(i + 1));
    }
  }
  return Fail(ErrorCode::kStatementForged, theirs.draw.ToText());
}

}  // namespace

Result<protocol::Statement> Recompute(const SalesView& sales,
                                      const protocol::DrawCertificate& certificate,
                                      const PrizeBasis& basis, const protocol::Statement& like) {
  LOTTERY_TRY(const auto counted, CountSales(sales, certificate, basis, false));
  protocol::Statement s = like;
  s.draw = certificate.draw;
  s.totals = sales.Totals();
  s.net_sales = Money::FromFen(s.totals.sales_amount.fen() - s.totals.voids_amount.fen());
  LOTTERY_TRY_VOID(FillFigures(counted.count, basis, s));
  s.claim_until = OwnClaimUntil(certificate.at);
  const auto winners = PriceWinners(sales, counted, s);
  s.winning_tickets = static_cast<std::int64_t>(winners.size());
  s.winners_root = protocol::WinnersRoot(winners, s.format);
  return s;
}

Result<std::vector<protocol::Winner>> OwnWinners(const SalesView& sales,
                                                 const protocol::DrawCertificate& certificate,
                                                 const PrizeBasis& basis,
                                                 const protocol::Statement& s) {
  LOTTERY_TRY(const auto counted, CountSales(sales, certificate, basis, false));
  return PriceWinners(sales, counted, s);
}

Status CheckPaid(const std::vector<Payments::Paid>& paid,
                 const std::vector<protocol::Winner>& owed) {
  for (const auto& p : paid) {
    if (p.place >= owed.size() || owed[p.place].index != p.index ||
        owed[p.place].prize.fen() != p.gross_fen)
      return Fail(ErrorCode::kPaymentForged, "leaf " + std::to_string(p.index) + " was paid " +
                                                 std::to_string(p.gross_fen) + " fen");
  }
  return {};
}

Status CompareStatement(const SalesView& sales, const protocol::DrawCertificate& certificate,
                        const PrizeBasis& basis, const protocol::Statement& theirs) {
  if (theirs.rule != OwnRuleOf(certificate.draw)) return Fail(ErrorCode::kOldRule, theirs.rule);
  LOTTERY_TRY(const auto ours, Recompute(sales, certificate, basis, theirs));
  if (ours.ToBody() == theirs.ToBody()) return {};
  if (theirs.winning_tickets > ours.winning_tickets) {
    LOTTERY_TRY(const auto with_voided, CountSales(sales, certificate, basis, true));
    if (theirs.winning_tickets <= with_voided.tickets)
      return Fail(ErrorCode::kVoidedPaid, certificate.draw.ToText());
  }
  return NameDifference(ours, theirs);
}

Status CheckFigures(const protocol::Statement& s, const PrizeBasis& basis,
                    const protocol::DrawCertificate& certificate, const Digest& rule_book) {
  if (s.rule != OwnRuleOf(s.draw)) return Fail(ErrorCode::kOldRule, s.rule);
  if (s.rule_book != rule_book) return Fail(ErrorCode::kOldRule, "another rule book");
  LOTTERY_TRY(const auto count, Claimed(s, basis));
  protocol::Statement ours = s;
  ours.net_sales = Money::FromFen(s.totals.sales_amount.fen() - s.totals.voids_amount.fen());
  LOTTERY_TRY_VOID(FillFigures(count, basis, ours));
  ours.claim_until = OwnClaimUntil(certificate.at);
  if (ours.ToBody() != s.ToBody()) return NameDifference(ours, s);
  LOTTERY_TRY_VOID(CheckSums(s));
  std::int64_t lines = 0;
  for (const auto& t : s.tiers) lines += t.each > Money() ? t.lines : 0;
  const bool fits = s.winning_tickets >= (lines > 0 ? 1 : 0) && s.winning_tickets <= lines;
  return fits ? Status() : Fail(ErrorCode::kStatementForged, "winning_tickets");
}

}  // namespace lottery::compliance
