// The fund's allocation by the control's own arithmetic.
#pragma once

#include "protocol/documents.h"

namespace lottery::compliance {

/// Signed by an approver, income equal to the statements', split 50:50 and 60/30/5/5, programmes by
/// the published weights. Errors: kAllocationWrong, kBadSignature.
base::Status CheckAllocation(const std::string& allocation_text, const std::string& weights_text,
                             const std::vector<base::Bytes>& approvers,
                             const std::vector<protocol::Statement>& statements);

}  // namespace lottery::compliance
