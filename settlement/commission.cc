#include "settlement/commission.h"

#include "games/order.h"
#include "settlement/ledger.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace {

Result<Money> Share(Money net, std::int64_t permille) {
  return net.Mul(permille).map([](Money m) { return m.DivMod(1000).quotient; });
}

std::string FeeAccount(const DrawId& draw) {
  return "fee:" + draw.game + ":" + std::to_string(draw.number);
}

// Rate by jurisdiction that holds for the draw.
Result<std::map<std::string, std::int64_t, std::less<>>> RatesFor(Session& session,
                                                                  const DrawId& draw) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT DISTINCT ON (jurisdiction) jurisdiction, permille FROM "
                           "settlement.commission_rate WHERE game = $1 AND from_draw <= $2 ORDER "
                           "BY jurisdiction, from_draw DESC",
                           {draw.game, draw.number}));
  std::map<std::string, std::int64_t, std::less<>> rates;
  for (int i = 0; i < rows.size(); ++i) rates[std::string(rows.Text(i, 0))] = rows.Int(i, 1);
  return rates;
}

}  // namespace

Status SetCommissionRate(Session& session, const DrawId& from, const std::string& jurisdiction,
                         int permille) {
  if (permille < 0 || permille > kMaxCommissionPermille || !protocol::IsJurisdiction(jurisdiction))
    return Fail(ErrorCode::kUsage, "a rate is 0 to 130 thousandths of a jurisdiction's sales");
  LOTTERY_TRY_VOID(games::RuleBookText(from.game).map([](const auto&) {}));
  LOTTERY_TRY(auto transaction,
              base::pg::Transaction::Begin(session, "ISOLATION LEVEL SERIALIZABLE"));
  LOTTERY_TRY(const auto settled,
              session.Exec("SELECT FROM settlement.statement WHERE game = $1 AND draw >= $2",
                           {from.game, from.number}));
  if (settled.size() != 0)
    return Fail(ErrorCode::kIllegalTransition, "a draw from " + from.ToText() + " on is settled");
  LOTTERY_TRY(const auto set,
              session.Exec("INSERT INTO settlement.commission_rate (game, jurisdiction, from_draw, "
                           "permille) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                           {from.game, jurisdiction, from.number, permille}));
  if (set.affected() == 0) {
    LOTTERY_TRY(const auto held,
                session.Exec("SELECT permille FROM settlement.commission_rate WHERE game = $1 AND "
                             "jurisdiction = $2 AND from_draw = $3",
                             {from.game, jurisdiction, from.number}));
    if (held.Int(0, 0) != permille)
      return Fail(ErrorCode::kAlreadyExists, std::to_string(held.Int(0, 0)) + " thousandths");
  }
  return transaction.Finish();
}

Status PostCommissions(Session& session, const DrawId& draw, const SealedSales& sales,
                       const Jurisdictions& jurisdictions, std::int64_t at_ms) {
  LOTTERY_TRY(const auto rates, RatesFor(session, draw));
  Postings postings;
  Money total;
  for (const auto& [terminal, t] : sales.by_terminal) {
    const auto rate = rates.find(jurisdictions.Of(terminal));
    if (rate == rates.end()) continue;
    LOTTERY_TRY(const Money net, t.sales_amount.Sub(t.voids_amount));
    LOTTERY_TRY(const Money share, Share(net, rate->second));
    postings.Credit("commission:" + std::to_string(terminal), share);
    LOTTERY_TRY(total, total.Add(share));
  }
  postings.Debit(FeeAccount(draw), total);
  return postings.Post(session, "commission", "commission:" + draw.ToText(), at_ms);
}

Result<base::json::object> CommissionReport(Session& session, const DrawId& draw) {
  LOTTERY_TRY(const auto rates, RatesFor(session, draw));
  LOTTERY_TRY(const auto settled,
              session.Exec("SELECT FROM settlement.statement WHERE game = $1 AND draw = $2",
                           {draw.game, draw.number}));
  if (settled.size() == 0) return Fail(ErrorCode::kNotDrawnYet, draw.ToText());
  LOTTERY_TRY(
      const auto rows,
      session.Exec("WITH c AS (SELECT p.account, -sum(p.amount_fen) FILTER (WHERE x.ref = $2) AS "
                   "posted, -sum(p.amount_fen) AS stands FROM ledger.posting p JOIN ledger.txn x "
                   "ON x.id = p.txn WHERE x.ref = $2 OR x.ref LIKE '%:' || $2 GROUP BY 1), s AS "
                   "(SELECT p.account, p.amount_fen AS net FROM ledger.posting p JOIN ledger.txn x "
                   "ON x.id = p.txn WHERE x.ref = $1) SELECT t.id, t.jurisdiction, COALESCE(s.net, "
                   "0), COALESCE(c.posted, 0), COALESCE(c.stands, 0) FROM issuance.terminal t LEFT "
                   "JOIN s ON s.account = 'terminal:' || t.id LEFT JOIN c ON c.account = "
                   "'commission:' || t.id WHERE s.net IS NOT NULL OR c.stands <> 0 ORDER BY t.id",
                   {"sales:" + draw.ToText(), "commission:" + draw.ToText()}));
  base::json::array terminals;
  Money net_sum, sum;
  for (int i = 0; i < rows.size(); ++i) {
    const Money net = Money::FromFen(rows.Int(i, 2)), posted = Money::FromFen(rows.Int(i, 3));
    const auto rate = rates.find(rows.Text(i, 1));
    const std::int64_t permille = rate == rates.end() ? 0 : rate->second;
    LOTTERY_TRY(const Money share, Share(net, permille));
    if (share != posted)
      return Fail(ErrorCode::kUnbalanced, "commission of terminal " + std::string(rows.Text(i, 0)));
    LOTTERY_TRY(net_sum, net_sum.Add(net));
    const Money stands = Money::FromFen(rows.Int(i, 4));
    LOTTERY_TRY(sum, sum.Add(stands));
    terminals.push_back(base::json::object{{"terminal", rows.Int(i, 0)},
                                           {"net_sales_fen", net.fen()},
                                           {"permille", permille},
                                           {"commission_fen", stands.fen()},
                                           {"corrected", stands != posted}});
  }
  return base::json::object{{"draw", draw.ToText()},
                            {"net_sales_fen", net_sum.fen()},
                            {"commission_fen", sum.fen()},
                            {"terminals", std::move(terminals)}};
}

}  // namespace lottery::settlement
