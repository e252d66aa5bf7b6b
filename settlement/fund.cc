#include "settlement/fund.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Session;

FundSplit SplitFund(Money income) {
  LOTTERY_CHECK(income.fen() >= 0);
  FundSplit s;
  s.central = income.DivMod(2).quotient;
  s.local = Money::FromFen(income.fen() - s.central.fen());
  const auto percent = [&](std::int64_t p) {
    return Money::FromFen(s.central.fen() / 100 * p + s.central.fen() % 100 * p / 100);
  };
  s.special = percent(30);
  s.civil_affairs = percent(5);
  s.sport = percent(5);
  s.social_security =
      Money::FromFen(s.central.fen() - s.special.fen() - s.civil_affairs.fen() - s.sport.fen());
  return s;
}

Status PostOpening(Session& session, const protocol::Trust& trust, const std::string& envelope_text,
                   std::int64_t at_ms) {
  LOTTERY_TRY(const auto envelope, protocol::OpenSigned(envelope_text, protocol::kTypeOpening,
                                                        trust.KeysFor("official"), 2));
  LOTTERY_TRY(const auto opening, protocol::ParseOpening(envelope.body));
  const auto& [game, pool, adjustment, fixed_pool, special, pools] = opening;
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(const auto inserted, session.Exec("INSERT INTO settlement.opening VALUES ($1, $2, "
                                                "$3, $4, $5::boolean) ON CONFLICT DO NOTHING",
                                                {game, envelope_text, pool.fen(), adjustment.fen(),
                                                 special ? "true" : "false"}));
  if (inserted.affected() == 0)
    return Fail(ErrorCode::kAlreadyExists, "opening balances of " + game);
  Postings postings;
  LOTTERY_TRY(const Money both, pool.Add(adjustment));
  LOTTERY_TRY(const Money all, both.Add(fixed_pool));
  postings.Debit("opening:" + game, all);
  postings.Credit("fixed-pool:" + game, fixed_pool);
  if (pools.empty()) {
    postings.Credit("pool:" + game, pool);
    postings.Credit("adjustment:" + game, adjustment);
  }
  for (const auto& p : pools) {
    postings.Credit("pool:" + game + ":" + p.jurisdiction, p.pool);
    postings.Credit("adjustment:" + game + ":" + p.jurisdiction, p.adjustment);
  }
  LOTTERY_TRY_VOID(postings.Post(session, "opening", "opening:" + game, at_ms));
  return transaction.Finish();
}

Result<base::json::object> LedgerReport(Session& session) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT COALESCE(sum(p.amount_fen) FILTER (WHERE t.kind = 'sales' AND "
                           "p.amount_fen > 0), 0), "
                           "COALESCE(-sum(p.amount_fen) FILTER (WHERE t.kind = 'prizes' AND "
                           "p.account LIKE 'prize-payable:%'), 0), "
                           "COALESCE(-sum(p.amount_fen) FILTER (WHERE t.kind = 'split' AND "
                           "p.account LIKE 'fee:%'), 0), "
                           "COALESCE(-sum(p.amount_fen) FILTER (WHERE t.kind = 'split' AND "
                           "p.account LIKE 'fund:%'), 0), "
                           "COALESCE(sum(p.amount_fen) FILTER (WHERE t.kind = 'claim' AND "
                           "p.account LIKE 'prize-payable:%'), 0), "
                           "COALESCE(-sum(p.amount_fen) FILTER (WHERE t.kind = 'claim' AND "
                           "p.account LIKE 'tax-payable:%'), 0), "
                           "COALESCE(-sum(p.amount_fen) FILTER (WHERE t.kind = 'forfeit' AND "
                           "p.account LIKE 'fund-forfeited-local:%'), 0), "
                           "COALESCE(-sum(p.amount_fen) FILTER (WHERE t.kind IN ('commission', "
                           "'reversal', 'correction') AND p.account LIKE 'commission:%'), 0), "
                           "COALESCE(sum(p.amount_fen) FILTER (WHERE t.kind = 'refund' AND "
                           "p.account LIKE 'refund-payable:%'), 0), "
                           "count(*), count(DISTINCT p.txn), "
                           "(SELECT count(*) FROM (SELECT txn FROM ledger.posting GROUP BY txn "
                           "HAVING sum(amount_fen) <> 0) u) "
                           "FROM ledger.posting p JOIN ledger.txn t ON t.id = p.txn"));
  return base::json::object{{"sales_fen", rows.Int(0, 0)},     {"prizes_fen", rows.Int(0, 1)},
                            {"fee_fen", rows.Int(0, 2)},       {"fund_fen", rows.Int(0, 3)},
                            {"paid_fen", rows.Int(0, 4)},      {"tax_fen", rows.Int(0, 5)},
                            {"forfeited_fen", rows.Int(0, 6)}, {"commission_fen", rows.Int(0, 7)},
                            {"refunded_fen", rows.Int(0, 8)},  {"postings", rows.Int(0, 9)},
                            {"transactions", rows.Int(0, 10)}, {"unbalanced", rows.Int(0, 11)}};
}

}  // namespace lottery::settlement
