// What no log shows by itself: an order of several draws stands in the log of each, and so does its
// void.
#pragma once

#include "compliance/sales_view.h"

namespace lottery::compliance {

/// Rules L-14 and V-06 over the logs at hand; a draw that is not among them is passed over. Errors:
/// kLeafMissing, naming the log.
Status CheckAcrossLogs(const std::map<protocol::DrawId, const SalesView*>& logs,
                       const AuditView& audit);

}  // namespace lottery::compliance
