#include "settlement/deposit.h"

#include "base/pg/inbox.h"
#include "protocol/names.h"
#include "settlement/ledger.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::Result;
using base::pg::Session;
namespace {

// The row of the inbox this reference stands for: that of an earlier attempt unless central refused
// it, else a new one.
Result<std::int64_t> HandedIn(Session& session, const Deposit& d) {
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY_VOID(
      session.Exec("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {d.reference})
          .map([](const auto&) {}));
  LOTTERY_TRY(const auto known,
              session.Exec("SELECT d.inbox, d.terminal, d.amount_fen, x.answer LIKE '%\"error\"%' "
                           "FROM settlement.deposit d LEFT JOIN issuance.inbox_done x ON x.id = "
                           "d.inbox WHERE d.reference = $1 ORDER BY d.inbox DESC LIMIT 1",
                           {d.reference}));
  const bool stands = known.size() == 1 && (known.Null(0, 3) || !known.Bool(0, 3));
  if (stands) {
    if (known.Int(0, 1) != d.terminal || known.Int(0, 2) != d.amount.fen())
      return Fail(ErrorCode::kAlreadyExists, "reference " + d.reference + " is another deposit");
    return known.Int(0, 0);
  }
  LOTTERY_TRY(const auto id, base::pg::HandInRow(session, "credit",
                                                 {{"terminal", d.terminal},
                                                  {"amount_fen", d.amount.fen()},
                                                  {"reference", d.reference}}));
  LOTTERY_TRY_VOID(
      session
          .Exec("INSERT INTO settlement.deposit VALUES ($1, $2, $3, $4)",
                {d.reference, id, static_cast<std::int64_t>(d.terminal), d.amount.fen()})
          .map([](const auto&) {}));
  LOTTERY_TRY_VOID(transaction.Finish());
  return id;
}

}  // namespace

Result<base::json::object> MakeDeposit(Session& session, Deposit d, std::int64_t at_ms,
                                       int timeout_ms) {
  if (d.amount.fen() <= 0) return Fail(ErrorCode::kUsage, "an amount is above 0");
  LOTTERY_TRY(d.reference, protocol::CleanReference(d.reference));
  LOTTERY_TRY(const auto id, HandedIn(session, d));
  LOTTERY_TRY(auto answer, base::pg::WaitForAnswer(session, id, timeout_ms));
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY_VOID(
      session.Exec("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {d.reference})
          .map([](const auto&) {}));
  const std::string ref = "deposit:" + d.reference;
  LOTTERY_TRY(const auto posted, session.Exec("SELECT FROM ledger.txn WHERE ref = $1", {ref}));
  answer["posted"] = posted.size() == 0;
  if (posted.size() == 0) {
    Postings postings;
    postings.Debit("bank", d.amount);
    postings.Credit("terminal:" + std::to_string(d.terminal), d.amount);
    LOTTERY_TRY_VOID(postings.Post(session, "deposit", ref, at_ms));
  }
  LOTTERY_TRY_VOID(transaction.Finish());
  return answer;
}

}  // namespace lottery::settlement
