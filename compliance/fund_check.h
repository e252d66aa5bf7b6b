// The fund's allocation by the control's own arithmetic.
#pragma once

#include "protocol/documents.h"

namespace lottery::compliance {

/// Signed by two approvers, income equal to the statements', split 50:50 and 60/30/5/5, shares by
/// the published rules. `carried` is what the period before left, and then what this one leaves.
/// Errors: kAllocationWrong, kBadSignature.
base::Result<crypto::Envelope> CheckAllocation(const std::string& allocation_text,
                                               const std::string& rules_text,
                                               const std::vector<base::Bytes>& approvers,
                                               const std::vector<protocol::Statement>& statements,
                                               std::int64_t& carried);

}  // namespace lottery::compliance
