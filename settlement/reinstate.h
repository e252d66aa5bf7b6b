// 恢复原票: an exchange ticket that never reached its customer is withdrawn by two people, and the
// ticket it was made from stands for the draws again. Each draw is paid once whichever paper comes.
#pragma once

#include "base/pg/pg.h"
#include "protocol/reinstatement.h"

namespace lottery::settlement {

using base::Result;

/// Withdraws the exchange ticket that claim gave; a second time changes nothing. Returns the draws
/// it stood for. Errors: kBadSignature unless two approvers signed; kUnknownTicket when the claim
/// gave none; kAlreadyExists when it is withdrawn for another reason.
Result<base::json::array> Reinstate(base::pg::Session& session, const protocol::Trust& trust,
                                    const std::string& envelope_text, std::int64_t at_ms);

}  // namespace lottery::settlement
