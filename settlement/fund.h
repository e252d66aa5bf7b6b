// The welfare fund: opening balances, the split of income, sums for reports.
#pragma once

#include "settlement/settle.h"

namespace lottery::settlement {

/// Where each part of the fund goes (MoF figures: central : local 50 : 50; of the central half 60 %
/// social security fund, 30 % central special fund, 5 % civil affairs, 5 % sport). Fen that do not
/// divide: the odd fen of the halves is local, the rest of the central half goes to the social
/// security fund.
struct FundSplit {
  Money central, local, social_security, special, civil_affairs, sport;
};
/// Pre: income >= 0. The parts sum to `income` exactly.
FundSplit SplitFund(Money income);

/// Posts signed opening balances. Two officials sign {"format": "opening/1", "game", "pool_fen",
/// "adjustment_fen", "special_rule", "sample"}. Errors: kAlreadyExists, kBadSignature.
Status PostOpening(base::pg::Session& session, const protocol::Trust& trust,
                   const std::string& envelope_text, std::int64_t at_ms);

/// Sums over the ledger for reports. Keys: sales_fen, prizes_fen, fee_fen, fund_fen, paid_fen
/// (tax included), tax_fen, forfeited_fen, commission_fen (a part of the fee), postings,
/// transactions and unbalanced (always 0).
Result<base::json::object> LedgerReport(base::pg::Session& session);

}  // namespace lottery::settlement
