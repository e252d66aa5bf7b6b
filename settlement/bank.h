// Deposits against what the bank says came in: by reference, to the fen, in both directions.
#pragma once

#include <vector>

#include "base/json.h"
#include "base/money.h"
#include "base/pg/pg.h"

namespace lottery::settlement {

using base::Result;

/// A statement has at most so many octets and lines.
inline constexpr std::size_t kMaxStatementOctets = 64 << 20;
inline constexpr int kMaxStatementLines = 500'000;

struct BankCredit {
  std::string day;  // YYYY-MM-DD
  std::string reference;
  base::Money amount;
};
/// CSV, UTF-8, heading `date,reference,amount`, amounts in yuan with two decimals ("1000.00").
/// Errors: kUsage with the line when one is not of that form or repeats a reference.
Result<std::vector<BankCredit>> ParseBankCsv(std::string_view text);

/// Keeps what the statement says, once; answers how all of the bank's credits and all deposits
/// stand to each other: matched, of another amount, only at the bank, only here. The same statement
/// again, or one that overlaps an earlier, changes nothing. Errors: kAlreadyExists when an earlier
/// statement had another amount or day for a reference.
Result<base::json::object> MatchBank(base::pg::Session& session,
                                     const std::vector<BankCredit>& credits,
                                     const base::Digest& statement);

}  // namespace lottery::settlement
