// Paying a ticket at the counter: one claim for each draw of it that has an unpaid prize.
#pragma once

#include "terminal/till.h"

namespace lottery::terminal {

struct Paid {
  std::int64_t claims = 0;
  base::Money amount;  // into the winner's hand
  base::Money tax;     // withheld
  bool fresh = false;  // false: all of it was paid before
  base::UtcTime at;    // of the last
  std::uint32_t terminal = 0;
  std::optional<base::Error> refusal;  // of one draw's prize, the first: the others are paid
};

/// Errors: the refusal when no draw could be paid; kNotDrawnYet, kAlreadyPaid, kClaimLate,
/// kAlreadyVoided, kNoPrize when there is nothing to pay; transient ones.
Result<Paid> ClaimTicket(Till& till, const wire::TicketStatus& status,
                         const protocol::SecretCode& secret);
/// Why none of a ticket's draws has an unpaid prize. Pre: none has.
base::ErrorCode WhyNothingToPay(const wire::TicketStatus& status);
/// Whether one of them has.
bool HasUnpaidPrize(const wire::TicketStatus& status);
/// Origin, state and prize of each draw.
base::json::array DrawsOf(const wire::TicketStatus& status);

}  // namespace lottery::terminal
