// Whose collusion would have sufficed for a draw that verifies: what no folder can show.
#pragma once

#include "protocol/deviation.h"
#include "protocol/escrow.h"

namespace lottery::compliance {

/// {draw, zh, en}: one sentence a draw, with the plan's own figures. `settled`: prizes are owed by
/// it; `entries`: its sales were recomputed.
base::json::object WhomToBelieve(const std::string& name, const protocol::Plan& plan,
                                 const protocol::Way& way, const protocol::Escrow& escrow,
                                 const protocol::Trust& trust, bool settled, bool entries);

}  // namespace lottery::compliance
