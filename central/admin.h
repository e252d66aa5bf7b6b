// What central's operator asks of the database itself: make it, look at it, trust its clock.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"

namespace lottery::central {

/// Makes the schema (the session must be able to become lottery_owner) and the one row that says
/// whose installation this is. Safe to run again.
base::Result<base::json::object> InitDatabase(const std::string& conninfo,
                                              const std::string& operator_name, bool demo,
                                              std::int64_t now_ms);

/// Fails with kClockNotAllowed when a demo clock meets a database not marked demo.
base::Status CheckClock(base::pg::Session& session, bool demo_clock);

/// What an operator asks first: draws, terminals, newest record.
base::Result<base::json::object> ShowStatus(const std::string& conninfo);

}  // namespace lottery::central
