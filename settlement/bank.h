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
inline constexpr std::size_t kMaxStatementLines = 500'000;

struct BankCredit {
  std::string day;  // YYYY-MM-DD
  std::string reference;
  base::Money amount;
};
/// CSV (base/csv.h) with the columns `date`, `reference`, `amount` in any order, amounts in yuan
/// with two decimals ("1000.00"), references as protocol::CleanReference has them. Errors, with the
/// line as position: kUsage, which says the line in words too.
Result<std::vector<BankCredit>> ParseBankCsv(std::string_view text);

/// Keeps what the statement says, once; answers how all of the bank's credits and all deposits
/// stand to each other: matched, of another amount, only at the bank, only here. The same statement
/// again, or one that overlaps an earlier, changes nothing. Errors: kAlreadyExists when an earlier
/// statement had another amount or day for a reference. Where the two do not agree the answer
/// is a refusal with these figures (kDiffers).
Result<base::json::object> MatchBank(base::pg::Session& session,
                                     const std::vector<BankCredit>& credits,
                                     const base::Digest& statement);

}  // namespace lottery::settlement
