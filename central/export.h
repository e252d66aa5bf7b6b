// Writes what central publishes of a draw into a folder: cosigned checkpoints, tiles, plans, seals,
// sampled ticket proofs, the audit log; and the auditors' entry bundles.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"
#include "protocol/names.h"

namespace lottery::central {

struct ExportRequest {
  std::string public_folder, auditor_folder, trust_file;
  int tickets = 200;  // sampled leaves with their proofs
};

/// Reads as role auditor. Draws that are not certified yet are left out. Errors:
/// kDatabaseUnavailable, kFileWrite, kLogMismatch when stored leaves do not make the sealed root.
base::Result<base::json::object> Export(const std::string& conninfo, const ExportRequest& request);

/// What an official's device needs of one sealed draw, into `folder`: plan.json, seal.json,
/// seal.leaf and seal.tlog-proof. Errors: kBadSeal when it is not sealed, kQuorumMissing while its
/// audit leaf is not witnessed.
base::Result<base::json::object> WriteBundle(const std::string& conninfo,
                                             const std::string& trust_file,
                                             const protocol::DrawId& draw,
                                             const std::string& folder);

}  // namespace lottery::central
