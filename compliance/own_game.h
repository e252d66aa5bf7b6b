// One door to the control's own games: which of them an order or a draw is of.
#pragma once

#include "compliance/own_d3.h"
#include "compliance/own_ssq.h"

namespace lottery::compliance {

/// Price of one draw of an order. Errors: kEntryInvalid.
Result<std::int64_t> OwnOrderPrice(const wire::Order& order);
/// Winning lines of an order in one draw. Errors: kEntryInvalid, kOutcomeWrong.
Result<OwnWins> OwnOrderWins(const wire::Order& order, const OwnOutcome& outcome);

}  // namespace lottery::compliance
