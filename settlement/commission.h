// The retailers' commission (代销费), a part of the issuance fee: posted by terminal when a draw is
// settled, at the rate its jurisdiction had set before.
#pragma once

#include "settlement/settle.h"

namespace lottery::settlement {

/// Of net sales, in thousandths; the whole fee is 130.
inline constexpr int kMaxCommissionPermille = 130;

/// From `from` on; never for a draw that is settled. Errors: kUsage, kUnknownGame, kAlreadyExists
/// (there is another rate from that draw on), kIllegalTransition.
Status SetCommissionRate(base::pg::Session& session, const DrawId& from,
                         const std::string& jurisdiction, int permille);

/// Within the transaction that settles: debits the draw's fee, credits `commission:<terminal>`.
/// Fen that do not divide stay with the fee; a jurisdiction without a rate keeps all of it.
Status PostCommissions(base::pg::Session& session, const DrawId& draw, const SealedSales& sales,
                       const Jurisdictions& jurisdictions, std::int64_t at_ms);

/// Computed once more from the ledger's net sales and the rates, beside what was posted. Errors:
/// kUnbalanced when a terminal's differs; kNotDrawnYet.
Result<base::json::object> CommissionReport(base::pg::Session& session, const DrawId& draw);

}  // namespace lottery::settlement
