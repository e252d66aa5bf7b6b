#include "settlement/fund.h"

#include <set>

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

Result<std::vector<Weight>> ParseWeights(const std::string& text) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(text));
  LOTTERY_TRY(const auto list, base::GetArray(o, "programmes"));
  std::vector<Weight> weights;
  std::set<std::string> seen;
  for (const auto& item : list) {
    if (!item.is_object()) return Fail(ErrorCode::kBadJson, "programmes holds objects");
    Weight w;
    LOTTERY_TRY(w.programme, base::GetString(item.get_object(), "programme"));
    LOTTERY_TRY(w.weight, base::GetInt(item.get_object(), "weight"));
    if (w.weight <= 0 || w.weight > 1'000'000 || !seen.insert(w.programme).second)
      return Fail(ErrorCode::kBadJson, "weight of " + w.programme);
    weights.push_back(std::move(w));
  }
  if (weights.empty() || weights.size() > 1000)
    return Fail(ErrorCode::kBadJson, "1 to 1000 programmes");
  return weights;
}

Result<std::vector<protocol::Allocation::Line>> Allocate(Money amount,
                                                         const std::vector<Weight>& weights,
                                                         Money& remainder) {
  std::int64_t sum = 0;
  for (const auto& w : weights) sum += w.weight;
  std::vector<protocol::Allocation::Line> lines;
  remainder = amount;
  for (const auto& w : weights) {
    LOTTERY_TRY(const Money product, amount.Mul(w.weight));
    const Money share = product.DivMod(sum).quotient;
    lines.push_back({w.programme, w.weight, share});
    LOTTERY_TRY(remainder, remainder.Sub(share));
  }
  return lines;
}

Status PostOpening(Session& session, const protocol::Trust& trust, const std::string& envelope_text,
                   std::int64_t at_ms) {
  LOTTERY_TRY(const auto envelope, protocol::OpenSigned(envelope_text, protocol::kTypeOpening,
                                                        trust.KeysFor("official"), 2));
  LOTTERY_TRY(const auto opening, protocol::ParseOpening(envelope.body));
  const auto& [game, pool, adjustment, special, pools] = opening;
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(const auto inserted, session.Exec("INSERT INTO settlement.opening VALUES ($1, $2, "
                                                "$3, $4, $5::boolean) ON CONFLICT DO NOTHING",
                                                {game, envelope_text, pool.fen(), adjustment.fen(),
                                                 special ? "true" : "false"}));
  if (inserted.affected() == 0)
    return Fail(ErrorCode::kAlreadyExists, "opening balances of " + game);
  Postings postings;
  LOTTERY_TRY(const Money both, pool.Add(adjustment));
  postings.Debit("opening:" + game, both);
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

Result<std::string> AllocatePeriod(Session& session, const std::string& period,
                                   const std::vector<DrawId>& draws,
                                   const std::string& weights_text,
                                   const crypto::SigningKey& approver, std::int64_t at_ms) {
  LOTTERY_TRY(const auto weights, ParseWeights(weights_text));
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(
      const auto known,
      session.Exec("SELECT envelope FROM settlement.allocation WHERE period = $1", {period}));
  if (known.size() == 1) return std::string(known.Text(0, 0));
  protocol::Allocation a;
  a.period = period;
  a.weights = crypto::Sha256(weights_text);
  Postings postings;
  if (std::set<DrawId>(draws.begin(), draws.end()).size() != draws.size()) {
    return Fail(ErrorCode::kUsage, "a draw is named twice");
  }
  for (const auto& draw : draws) {
    const std::string account = "fund:" + draw.game + ":" + std::to_string(draw.number);
    LOTTERY_TRY(const Money balance, BalanceOf(session, account));
    const Money income = Money::FromFen(-balance.fen());
    if (income.fen() < 0) return Fail(ErrorCode::kUnbalanced, account);
    postings.Debit(account, income);
    LOTTERY_TRY(a.fund, a.fund.Add(income));
    a.draws.push_back(draw.ToText());
  }
  const FundSplit split = SplitFund(a.fund);
  a.central = split.central;
  a.local = split.local;
  a.social_security = split.social_security;
  a.special = split.special;
  a.civil_affairs = split.civil_affairs;
  a.sport = split.sport;
  LOTTERY_TRY(a.lines, Allocate(split.civil_affairs, weights, a.remainder));
  postings.Credit("fund-local", split.local);
  postings.Credit("fund-social-security", split.social_security);
  postings.Credit("fund-special", split.special);
  postings.Credit("fund-sport", split.sport);
  for (const auto& line : a.lines) postings.Credit("fund-programme:" + line.programme, line.amount);
  postings.Credit("fund-civil-affairs-carried", a.remainder);
  LOTTERY_TRY_VOID(postings.Post(session, "allocation", "allocation:" + period, at_ms));
  crypto::Envelope envelope{std::string(protocol::kTypeAllocation), a.ToBody(), {}};
  envelope.Sign(approver);
  LOTTERY_TRY_VOID(
      session.Exec("INSERT INTO settlement.allocation VALUES ($1, $2)", {period, envelope.ToText()})
          .map([](const auto&) {}));
  LOTTERY_TRY_VOID(transaction.Finish());
  return envelope.ToText();
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
                           "count(*), count(DISTINCT p.txn), "
                           "(SELECT count(*) FROM (SELECT txn FROM ledger.posting GROUP BY txn "
                           "HAVING sum(amount_fen) <> 0) u) "
                           "FROM ledger.posting p JOIN ledger.txn t ON t.id = p.txn"));
  return base::json::object{{"sales_fen", rows.Int(0, 0)},     {"prizes_fen", rows.Int(0, 1)},
                            {"fee_fen", rows.Int(0, 2)},       {"fund_fen", rows.Int(0, 3)},
                            {"paid_fen", rows.Int(0, 4)},      {"tax_fen", rows.Int(0, 5)},
                            {"forfeited_fen", rows.Int(0, 6)}, {"postings", rows.Int(0, 7)},
                            {"transactions", rows.Int(0, 8)},  {"unbalanced", rows.Int(0, 9)}};
}

}  // namespace lottery::settlement
