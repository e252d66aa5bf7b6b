// Rows handed to the one writer through its inbox, and what it answered.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"

namespace lottery::base::pg {

/// Hands `kind` in as the session's role, in its transaction if there is one; the row's id.
/// Errors: kDatabaseDenied.
Result<std::int64_t> HandInRow(Session& session, const std::string& kind, const json::object& body);

/// Waits for the writer's answer to a committed row, at most `timeout_ms`. Errors: kTimeout (the
/// row stays handed in), or what the writer refused with.
Result<json::object> WaitForAnswer(Session& session, std::int64_t id, int timeout_ms);

/// Both, on a connection of its own.
Result<json::object> HandIn(const std::string& conninfo, const std::string& kind,
                            const json::object& body, int timeout_ms);

}  // namespace lottery::base::pg
