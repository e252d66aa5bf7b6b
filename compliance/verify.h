// The stranger: trusts one fingerprint, reads a public folder, and names the first thing wrong.
#pragma once

#include "compliance/as_of.h"
#include "compliance/recompute.h"

namespace lottery::compliance {

/// Checks every published file of `folder`. With `entries` (auditors' bundles) sales, winners and
/// prizes too. Without `root` it shows the fingerprint and errs with kRootNotGiven. A folder that
/// is older than what `outside` knows is refused.
Result<base::json::object> VerifyFolder(const std::string& folder, const std::string& root,
                                        const std::string& entries, const Outside& outside);

/// SHA-256 of every file below `folder` into manifest.json.
Result<base::json::object> WriteManifest(const std::string& folder);

/// Certificate and statement of one draw against what was read: the hash of the statement agreed
/// with.
Result<Digest> CheckDrawAndStatement(const std::string& folder, const protocol::Trust& trust,
                                     const protocol::DrawId& draw, const SalesView& sales,
                                     const AuditView& audit);

/// The same of a cancelled draw: the hash of the refund agreed with. What was cancelled is checked
/// as it was logged.
Result<Digest> CheckRefundOf(const protocol::Trust& trust, const protocol::DrawId& draw,
                             const SalesView& sales, const AuditView& audit);
/// By the auditors' own reading: what each ticket that was not voided cost.
std::vector<protocol::Winner> OwnRefunds(const SalesView& sales);
/// Errors: kFenMoved.
Status CompareRefunds(const SalesView& sales, const protocol::Refund& refund);

}  // namespace lottery::compliance
