// The closed list of what an audit leaf may say: who writes each kind, and exactly which members it
// has. The control's own table, typed beside docs/formats/leaf.md and not taken from central.
#pragma once

#include "base/json.h"

namespace lottery::compliance {

/// An audit leaf's JSON against the table. Rules of docs/verification.md.
/// Errors: kEntryInvalid for a kind, a member or a type that is not in the table, kNotPermitted for
/// an author who may not write that kind.
base::Status CheckAuditKind(const std::string& kind, const std::string& by,
                            const base::json::object& body);

}  // namespace lottery::compliance
