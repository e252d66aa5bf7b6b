#include "settlement/settle.h"

#include "protocol/expiry.h"
#include "protocol/payment.h"
#include "settlement/certified.h"
#include "settlement/commission.h"
#include "settlement/draw_money.h"
#include "settlement/in_turn.h"
#include "settlement/owed.h"
#include "settlement/sealed.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
using base::pg::Session;
namespace {

struct Basis {
  Money pool_before, fixed_pool_before, adjustment_before;
  bool special_rule = false;
  std::map<std::string, PoolBasis> pools;
  bool operator==(const Basis&) const = default;
};

Basis After(const protocol::Statement& statement) {
  Basis basis{
      statement.pool_after, statement.fixed_pool_after, {}, statement.special_rule_next, {}};
  for (const auto& p : statement.pools)
    basis.pools[p.jurisdiction] = {p.pool_after, p.adjustment_after};
  return basis;
}

// What the last draw before that was held left, or the signed opening balance where none was. A
// cancelled draw leaves all as it was.
Result<Basis> FindPools(Session& session, const DrawId& draw) {
  LOTTERY_TRY(const auto unsettled,
              session.Exec("SELECT FROM issuance.draw d WHERE game = $1 AND draw < $2 AND NOT "
                           "EXISTS (SELECT FROM settlement.statement s WHERE s.game = d.game AND "
                           "s.draw = d.draw)",
                           {draw.game, draw.number}));
  if (unsettled.size() != 0)
    return Fail(ErrorCode::kPoolMissing, draw.ToText() + ": a draw before is not settled");
  LOTTERY_TRY(const auto before,
              session.Exec("SELECT envelope FROM settlement.statement WHERE game = $1 AND draw < "
                           "$2 AND kind = 'prizes' ORDER BY draw DESC LIMIT 1",
                           {draw.game, draw.number}));
  if (before.size() == 1) {
    LOTTERY_TRY(const auto envelope,
                crypto::ParseEnvelope(before.Text(0, 0), protocol::kTypeStatement));
    LOTTERY_TRY(const auto statement, protocol::ParseStatement(envelope.body));
    return After(statement);
  }
  LOTTERY_TRY(const auto opening,
              session.Exec("SELECT envelope FROM settlement.opening WHERE game = $1", {draw.game}));
  if (opening.size() != 1)
    return Fail(ErrorCode::kPoolMissing, draw.game + " has no opening balances");
  LOTTERY_TRY(const auto envelope,
              crypto::ParseEnvelope(opening.Text(0, 0), protocol::kTypeOpening));
  LOTTERY_TRY(const auto signed_opening, protocol::ParseOpening(envelope.body));
  Basis basis{signed_opening.pool, signed_opening.fixed_pool, {}, signed_opening.special_rule, {}};
  for (const auto& p : signed_opening.pools) basis.pools[p.jurisdiction] = {p.pool, p.adjustment};
  return basis;
}

// The same with the adjustment fund, which the ledger has held all along.
Result<Basis> FindBasis(Session& session, const DrawId& draw) {
  LOTTERY_TRY(auto basis, FindPools(session, draw));
  LOTTERY_TRY(const auto held,
              session.Exec("SELECT settlement.held('adjustment', $1, '')", {draw.game}));
  basis.adjustment_before = Money::FromFen(held.Int(0, 0));
  return basis;
}

// What each outlet owes for what it sold.
Status PostSales(Session& session, const DrawId& draw, const SealedSales& sales,
                 std::int64_t at_ms) {
  Postings postings;
  Money all;
  for (const auto& [terminal, t] : sales.by_terminal) {
    LOTTERY_TRY(const Money net, t.sales_amount.Sub(t.voids_amount));
    postings.Debit(Account({"terminal", std::to_string(terminal)}), net);
    LOTTERY_TRY(all, all.Add(net));
  }
  postings.Credit(Account({"sales", draw.game, std::to_string(draw.number)}), all);
  return postings.Post(session, "sales", Account({"sales", draw.ToText()}), at_ms);
}

Status PostSplit(Session& session, const DrawId& draw, const protocol::Statement& s) {
  const std::string number = std::to_string(draw.number);
  Postings split;
  split.Debit(Account({"sales", draw.game, number}), s.net_sales);
  split.Credit(Account({"prize-money", draw.game, number}), s.prize_money);
  if (s.pools.empty()) split.Credit(Account({"adjustment", draw.game}), s.adjustment_accrued);
  for (const auto& p : s.pools) {
    LOTTERY_TRY(const Money held, p.adjustment_after.Add(p.adjustment_paid));
    LOTTERY_TRY(const Money accrued, held.Sub(p.adjustment_before));
    split.Credit(Account({"adjustment", draw.game, p.jurisdiction}), accrued);
  }
  split.Credit(Account({"fund", draw.game, number}), s.fund);
  split.Credit(Account({"fee", draw.game, number}), s.fee);
  return split.Post(session, "split", "split:" + draw.ToText(), s.at.ms);
}

// By tier and jurisdiction.
using Payable = std::map<std::pair<int, std::string>, Money>;

Result<Payable> SumPayable(const SealedSales& sales, const TicketPrices& prices,
                           const Jurisdictions& jurisdictions) {
  const auto& names = jurisdictions.names();
  std::vector<std::array<Money, games::kMostTiers>> sums(names.size());
  LOTTERY_TRY_VOID(sales.ForCandidates([&](const Candidate& c, const auto& won) -> Status {
    auto& by_tier = sums[jurisdictions.PlaceOf(c.terminal)];
    const auto& each = prices.EachOf(c.terminal);
    for (const auto& w : won) {
      auto& sum = by_tier[w.tier - 1U];
      sum = base::SumOrDie(sum, Money::FromFen(each[w.tier - 1U].fen() * w.lines));
    }
    return {};
  }));
  Payable payable;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (int tier = 1; tier <= static_cast<int>(games::kMostTiers); ++tier) {
      const Money sum = sums[i][static_cast<std::size_t>(tier - 1)];
      if (sum != Money()) payable[{tier, names[i]}] = sum;
    }
  }
  return payable;
}

std::string ArrayOf(const TicketPrices::Each& each) {
  std::string out = "{";
  for (const Money amount : each) out += (out.size() > 1 ? "," : "") + std::to_string(amount.fen());
  return out + "}";
}

Status InsertStatement(Session& session, const protocol::Statement& s, const std::string& text,
                       const TicketPrices& prices) {
  return Run(
      session,
      "INSERT INTO settlement.statement (game, draw, kind, envelope, owed_tickets, owed_fen, "
      "pool_after_fen, special_rule_next, claim_until_ms, each_fen) VALUES ($1, $2, "
      "'prizes', $3, $4, $5, $6, $7::boolean, $8, $9::bigint[])",
      {s.draw.game, s.draw.number, text, s.winning_tickets, s.prizes.fen(), s.pool_after.fen(),
       s.special_rule_next ? "true" : "false", s.claim_until.ms, ArrayOf(prices.usual())});
}

// Amounts of the jurisdictions that do not pay those of the statement.
Status InsertOwnAmounts(Session& session, const DrawId& draw, const TicketPrices& prices,
                        const Jurisdictions& jurisdictions) {
  for (std::size_t place = 0; place < prices.own().size(); ++place) {
    const auto& each = prices.own()[place];
    if (each == prices.usual()) continue;
    LOTTERY_TRY_VOID(Run(session,
                         "INSERT INTO settlement.own_amounts VALUES ($1, $2, $3, $4::bigint[])",
                         {draw.game, draw.number, jurisdictions.names()[place], ArrayOf(each)}));
  }
  return {};
}

// Prize money and the old pool go to prizes by tier and jurisdiction, the new pool, and the
// adjustment fund.
Status PostPrizes(Session& session, const DrawId& draw, const protocol::Statement& s,
                  const Payable& payable) {
  const std::string number = std::to_string(draw.number);
  Postings prizes;
  prizes.Debit(Account({"prize-money", draw.game, number}), s.prize_money);
  if (s.pools.empty()) {
    prizes.Debit(Account({"pool", draw.game}), s.pool_before);
    prizes.Debit(Account({"adjustment", draw.game}), s.adjustment_paid);
    prizes.Debit(Account({"fixed-pool", draw.game}), s.fixed_pool_before);
    prizes.Credit(Account({"pool", draw.game}), s.pool_after);
    prizes.Credit(Account({"fixed-pool", draw.game}), s.fixed_pool_after);
    prizes.Credit(Account({"adjustment", draw.game}), s.adjustment_gained);
  }
  for (const auto& p : s.pools) {
    prizes.Debit(Account({"pool", draw.game, p.jurisdiction}), p.pool_before);
    prizes.Debit(Account({"adjustment", draw.game, p.jurisdiction}), p.adjustment_paid);
    prizes.Debit(Account({"fee-advanced", draw.game, p.jurisdiction}), p.fee_advanced);
    prizes.Credit(Account({"pool", draw.game, p.jurisdiction}), p.pool_after);
  }
  for (const auto& [key, amount] : payable) {
    prizes.Credit(
        Account({"prize-payable", draw.game, number, std::to_string(key.first), key.second}),
        amount);
  }
  return prizes.Post(session, "prizes", "prizes:" + draw.ToText(), s.at.ms);
}

// A draw's statement and what goes with it into the books.
struct Priced {
  SealedSales sales;
  Jurisdictions jurisdictions;
  Basis basis;
  protocol::Statement statement;
  std::vector<OwedTile> tiles;
  std::string text;
  Payable payable;
};

Result<Priced> PriceDraw(Session& session, const protocol::Trust& trust, const DrawId& draw,
                         const DrawnFiles& drawn, const crypto::SigningKey& key,
                         base::UtcTime now) {
  Priced out;
  LOTTERY_TRY(const auto sealed, OpenSeal(session, trust, draw));
  LOTTERY_TRY(const auto rule_book, games::RuleBookText(draw.game));
  if (crypto::Sha256(rule_book) != sealed.plan.rule_book)
    return Fail(ErrorCode::kOldRule, "planned under another rule book: settle with its program");
  LOTTERY_TRY(const auto certified,
              OpenCertificate(session, trust, sealed, drawn.certificate, drawn.pulse));
  LOTTERY_TRY(const auto outcome, games::MakeOutcome(draw.game, certified.certificate.numbers,
                                                     certified.certificate.extra));
  LOTTERY_TRY(out.basis, FindBasis(session, draw));
  LOTTERY_TRY(out.sales, ReadSales(session, sealed, outcome));
  LOTTERY_TRY(out.jurisdictions, ReadJurisdictions(session, draw, out.sales));
  const auto& book = games::RuleBookOf(draw.game);
  StatementInput input{&out.sales,
                       &out.jurisdictions,
                       &book,
                       certified.certificate,
                       sealed.seal_hash,
                       certified.hash,
                       out.basis.pool_before,
                       sealed.plan.promotion,
                       out.basis.special_rule,
                       out.basis.pools,
                       out.basis.fixed_pool_before,
                       out.basis.adjustment_before,
                       now};
  LOTTERY_TRY(auto made, MakeStatement(input));
  out.statement = std::move(made.statement);
  out.tiles = std::move(made.tiles);
  crypto::Envelope envelope{std::string(protocol::kTypeStatement), out.statement.ToBody(), {}};
  envelope.Sign(key);
  out.text = envelope.ToText();
  const TicketPrices prices(out.statement, book, out.jurisdictions);
  LOTTERY_TRY(out.payable, SumPayable(out.sales, prices, out.jurisdictions));
  return out;
}

// In one transaction; a commission rate set meanwhile is for a later draw, or this is done again.
Status PostDraw(Session& session, const DrawId& draw, const Priced& priced,
                const TicketPrices& prices, const OwedList& owed) {
  LOTTERY_TRY(const auto basis, FindBasis(session, draw));
  if (basis != priced.basis) return Fail(ErrorCode::kPoolMissing, draw.ToText() + ": it changed");
  const auto& statement = priced.statement;
  const std::int64_t at_ms = statement.at.ms;
  LOTTERY_TRY_VOID(InsertStatement(session, statement, priced.text, prices));
  LOTTERY_TRY_VOID(InsertOwnAmounts(session, draw, prices, priced.jurisdictions));
  LOTTERY_TRY_VOID(owed.Take(session, priced.tiles));
  LOTTERY_TRY_VOID(InsertDrawMoney(session, statement));
  LOTTERY_TRY_VOID(PostSales(session, draw, priced.sales, at_ms));
  LOTTERY_TRY_VOID(PostSplit(session, draw, statement));
  LOTTERY_TRY_VOID(PostCommissions(session, draw, priced.sales, priced.jurisdictions, at_ms));
  return PostPrizes(session, draw, statement, priced.payable);
}

}  // namespace

Result<std::string> SettleDraw(Session& session, const protocol::Trust& trust, const DrawId& draw,
                               const DrawnFiles& drawn, const crypto::SigningKey& key,
                               base::UtcTime now) {
  LOTTERY_TRY(const auto lock, HeldLock::Take(session, SettlingLock()));
  LOTTERY_TRY(
      const auto known,
      session.Exec("SELECT envelope FROM settlement.statement WHERE game = $1 AND draw = $2 AND "
                   "kind = 'prizes'",
                   {draw.game, draw.number}));
  if (known.size() == 1)
    return std::string(known.Text(0, 0));  // settled before: the same statement
  LOTTERY_TRY(const auto priced, PriceDraw(session, trust, draw, drawn, key, now));
  const TicketPrices prices(priced.statement, games::RuleBookOf(draw.game), priced.jurisdictions);
  const auto owes = [&](const Candidate& c, const auto& won) { return prices.Of(c, won); };
  LOTTERY_TRY(const auto owed,
              OwedList::Write(session, draw, priced.sales, priced.jurisdictions, owes));
  return Serialized<std::string>(session, [&]() -> Result<std::string> {
    LOTTERY_TRY_VOID(PostDraw(session, draw, priced, prices, owed));
    return priced.text;
  });
}

Result<bool> CheckAgreement(Session& session, const protocol::Trust& trust, const DrawId& draw,
                            const std::string& agreement_text) {
  LOTTERY_TRY(
      const auto rows,
      session.Exec("SELECT envelope, kind FROM settlement.statement WHERE game = $1 AND draw = $2",
                   {draw.game, draw.number}));
  if (rows.size() != 1) return Fail(ErrorCode::kNotDrawnYet, draw.ToText());
  LOTTERY_TRY(const auto owed,
              protocol::OpenOwed(std::string(rows.Text(0, 0)), agreement_text, trust));
  if (owed.draw != draw) return Fail(ErrorCode::kControlDisagrees, draw.ToText());
  return owed.refund;
}

Status KeepAgreement(Session& session, const DrawId& draw, const std::string& agreement_text) {
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY_VOID(Run(session,
                       "INSERT INTO settlement.agreed VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                       {draw.game, draw.number, agreement_text}));
  return transaction.Finish();
}

namespace {

// What the ledger still owes to winners, account by account.
struct Unpaid {
  Postings postings;  // that take it away
  Money total;
};

Result<Unpaid> FindUnpaid(Session& session, const DrawId& draw) {
  Unpaid out;
  LOTTERY_TRY(
      const auto unpaid,
      session.Exec("SELECT a.name, -sum(p.amount_fen) FROM ledger.account a JOIN ledger.posting p "
                   "ON p.account = a.name WHERE a.heading = 'prize-payable' AND a.game = $1 AND "
                   "a.draw = $2 GROUP BY a.name HAVING sum(p.amount_fen) <> 0 ORDER BY a.name",
                   {draw.game, draw.number}));
  for (int i = 0; i < unpaid.size(); ++i) {
    const Money amount = Money::FromFen(unpaid.Int(i, 1));
    out.postings.Debit(std::string(unpaid.Text(i, 0)), amount);
    LOTTERY_TRY(out.total, out.total.Add(amount));
  }
  return out;
}

// The paper on what nobody claimed, from payments and winners; the ledger must say the same.
Result<protocol::Expiry> MakeExpiry(Session& session, const DrawId& draw, base::UtcTime now) {
  LOTTERY_TRY(const auto stated,
              session.Exec("SELECT s.envelope, s.claim_until_ms, s.owed_fen FROM "
                           "settlement.statement s JOIN settlement.agreed a USING (game, draw) "
                           "WHERE game = $1 AND draw = $2 AND kind = 'prizes'",
                           {draw.game, draw.number}));
  if (stated.size() != 1 || now.ms <= stated.Int(0, 1) + protocol::kLastClaimsMs)
    return Fail(ErrorCode::kIllegalTransition, draw.ToText() + ": the claim period is not over");
  LOTTERY_TRY(const auto envelope,
              crypto::ParseEnvelope(stated.Text(0, 0), protocol::kTypeStatement));
  LOTTERY_TRY(const auto paid,
              session.Exec("SELECT count(*), COALESCE(sum(paid_fen + tax_fen), 0)::bigint FROM "
                           "settlement.payment WHERE game = $1 AND draw = $2",
                           {draw.game, draw.number}));
  protocol::Expiry e;
  e.draw = draw;
  e.statement = protocol::BodyHash(envelope);
  e.payments = paid.Int(0, 0);
  e.paid = Money::FromFen(paid.Int(0, 1));
  LOTTERY_TRY(e.forfeited, Money::FromFen(stated.Int(0, 2)).Sub(e.paid));
  e.at = now;
  LOTTERY_TRY(const auto unpaid, FindUnpaid(session, draw));
  if (unpaid.total != e.forfeited)
    return Fail(ErrorCode::kUnbalanced, draw.ToText() + ": what is payable and who is not paid");
  return e;
}

Result<Money> PostExpiry(Session& session, const DrawId& draw, Money forfeited, base::UtcTime now) {
  LOTTERY_TRY(auto unpaid, FindUnpaid(session, draw));
  if (unpaid.total != forfeited)
    return Fail(ErrorCode::kUnbalanced, draw.ToText() + ": not what was logged as forfeited");
  unpaid.postings.Credit(Account({"fund-forfeited-local", draw.game, std::to_string(draw.number)}),
                         forfeited);
  LOTTERY_TRY_VOID(unpaid.postings.Post(session, "forfeit", "forfeit:" + draw.ToText(), now.ms));
  LOTTERY_TRY_VOID(Run(session, "INSERT INTO settlement.expiry VALUES ($1, $2, $3, $4)",
                       {draw.game, draw.number, now.ms, forfeited.fen()}));
  return forfeited;
}

}  // namespace

// The lock is held from before the sums until after the postings: whoever pays waits for it.
Result<Money> ExpireDraw(Session& session, const DrawId& draw, const crypto::SigningKey& key,
                         base::UtcTime now, const HandIn& hand_in) {
  LOTTERY_TRY(const auto lock, HeldLock::Take(session, ClaimsLock(draw)));
  LOTTERY_TRY(
      const auto known,
      session.Exec("SELECT forfeited_fen FROM settlement.expiry WHERE game = $1 AND draw = $2",
                   {draw.game, draw.number}));
  if (known.size() == 1) return Money::FromFen(known.Int(0, 0));
  LOTTERY_TRY(const auto expiry, MakeExpiry(session, draw, now));
  crypto::Envelope envelope{std::string(protocol::kTypeExpiry), expiry.ToBody(), {}};
  envelope.Sign(key);
  const auto handed = hand_in(envelope.ToText());
  if (!handed) {  // logged before, and cut off before its postings: the figures are the log's
    LOTTERY_TRY(const auto logged, StepReason(session, draw, "expired"));
    if (handed.error().code != ErrorCode::kIllegalTransition || logged.empty())
      return tl::unexpected<base::Error>(handed.error());
    if (logged != std::to_string(expiry.forfeited.fen()))
      return Fail(ErrorCode::kUnbalanced, draw.ToText() + ": not what was logged as forfeited");
  }
  return Serialized<Money>(session,
                           [&] { return PostExpiry(session, draw, expiry.forfeited, now); });
}

}  // namespace lottery::settlement
