// The books as finance reads and keeps them: rolled up by what is asked, closed by the month,
// corrected by reversal. docs/guide/finance.md shows each.
#pragma once

#include "protocol/documents.h"
#include "settlement/ledger.h"

namespace lottery::settlement {

/// "202611", also of "2026-11". Errors: kUsage.
Result<std::string> ParsePeriod(std::string_view text);

/// Debits, credits and balance of each heading, by `by`; `period` YYYYMM or empty for all there is.
/// One row an answer: `by` itself, heading, zh, en, debit_fen, credit_fen, balance_fen (credits
/// below zero). Over all rows the balances sum to zero. Errors: kUsage.
Result<base::json::array> RollUp(base::pg::Session& session, const std::string& by,
                                 const std::string& period);

/// Pools and adjustment funds, a row a settled draw (3d: and jurisdiction), each beginning where
/// the one before ended: what there was, what came, what went and what is left, in fen. `draw`
/// empty for all.
Result<base::json::array> Pools(base::pg::Session& session, const std::string& draw);

/// Rows as lines of text, amounts in yuan.
std::string RowsText(const base::json::array& rows);

/// Closes a month: nothing is dated in it from then on. Again changes nothing. Answers period,
/// closed and the trial balance's rows. Errors: kPeriodClosed an hour after its end at the
/// earliest, and in order; kUsage.
Result<base::json::object> ClosePeriod(base::pg::Session& session, const std::string& period,
                                       std::int64_t now_ms);

/// One transaction that should not stand, and what should stand in its place.
struct Correction {
  std::string corrects;  // ref of the transaction
  std::string reason;
  std::vector<std::pair<std::string, Money>> lines;  // account, positive debits; none: only undone
  base::UtcTime at;
  std::string ToBody() const;
};
/// Errors: kBadJson, kUnbalanced.
Result<Correction> ParseCorrection(std::string_view body);
/// "account=fen", as on a command line. Errors: kUsage.
Result<std::pair<std::string, Money>> ParseLine(const std::string& text);

/// Reverses and posts anew what two approvers signed; again changes nothing. Answers the two refs.
/// Errors: kBadSignature, kNotCorrectable (only commissions and allocations are, and only into fee,
/// commission and fund), kAlreadyExists when another paper corrected it.
Result<base::json::object> Correct(base::pg::Session& session, const protocol::Trust& trust,
                                   const std::string& envelope_text, std::int64_t at_ms);

}  // namespace lottery::settlement
