// Rows handed to the one writer through its inbox, and what it answered.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"

namespace lottery::base::pg {

/// Hands `kind` in as the connection's role and waits for the writer's answer, at most
/// `timeout_ms`. Errors: kDatabaseDenied, kTimeout (the row stays handed in), or what the writer
/// refused with.
Result<json::object> HandIn(const std::string& conninfo, const std::string& kind,
                            const json::object& body, int timeout_ms);

}  // namespace lottery::base::pg
