// 退款: what the tickets of a cancelled draw are owed, each its price for that draw. No share of it
// goes anywhere else, and no end is set to it.
#pragma once

#include "settlement/settle.h"

namespace lottery::settlement {

/// Every ticket of the draw that was not voided is owed what it cost, in one transaction; the
/// signed refund statement comes back, the same one a second time. `cancellation_text`: the two
/// officials' envelope, the one in the audit log. Errors: kBadDeviation, kSealMismatch, kBadSeal,
/// kIllegalTransition when the draw is not cancelled.
Result<std::string> RefundDraw(base::pg::Session& session, const protocol::Trust& trust,
                               const DrawId& draw, const std::string& cancellation_text,
                               const crypto::SigningKey& key, base::UtcTime now);

}  // namespace lottery::settlement
