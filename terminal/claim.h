// Paying a ticket at the counter: one claim for each draw of it that has an unpaid prize, or was
// cancelled and is refunded. When
// draws are left that have not been held, each claim that is paid gives an exchange ticket for what
// is left; the last one printed is the customer's, and the others stay at the counter.
#pragma once

#include <functional>

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
  std::optional<Confirmed> exchange;   // what its exchange ticket is printed from
  Status printed;                      // of the exchange ticket: then the journal keeps it
};

/// Puts an exchange ticket on paper and confirms it to the till.
using PrintExchange = std::function<Status(const Confirmed& exchange)>;

/// Errors: the refusal when no draw could be paid; kNotDrawnYet, kAlreadyPaid, kClaimLate,
/// kAlreadyVoided, kNoPrize when there is nothing to pay; transient ones.
Result<Paid> ClaimTicket(Till& till, const wire::TicketStatus& status,
                         const protocol::SecretCode& secret, const PrintExchange& print);
/// Whether paying it may give an exchange ticket: a printer is wanted then.
bool MayGiveExchange(const wire::TicketStatus& status);
/// Why none of a ticket's draws has an unpaid prize. Pre: none has.
base::ErrorCode WhyNothingToPay(const wire::TicketStatus& status);
/// Whether one of them has, or is of a cancelled draw and not refunded.
bool HasUnpaidPrize(const wire::TicketStatus& status);
/// Whether this draw's prize or refund is unpaid.
bool IsOwed(const wire::TicketStatus::Part& part);
/// Origin, state and prize of each draw.
base::json::array DrawsOf(const wire::TicketStatus& status);

}  // namespace lottery::terminal
