#include "terminal/claim.h"

#include <algorithm>

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
namespace {

bool Any(const wire::TicketStatus& status, std::string_view state) {
  return std::any_of(status.parts().begin(), status.parts().end(),
                     [&](const auto& part) { return part.state() == state; });
}

Result<Confirmed> ClaimPart(Till& till, const wire::TicketStatus::Part& part,
                            const protocol::SecretCode& secret, bool exchange) {
  LOTTERY_TRY(auto confirmed, till.Claim(part.origin(), part.index(), secret, exchange));
  const auto& claim = confirmed.receipt.claim();
  if (claim.outcome() == wire::ClaimResult::REFUSED)
    return Fail(base::ErrorCodeFrom(claim.refusal()).value_or(ErrorCode::kInternal));
  return confirmed;
}

void Add(Paid& out, const wire::ClaimResult& claim) {
  ++out.claims;
  out.amount = base::SumOrDie(out.amount, base::Money::FromFen(claim.paid_fen()));
  out.tax = base::SumOrDie(out.tax, base::Money::FromFen(claim.tax_fen()));
  out.fresh = out.fresh || claim.outcome() == wire::ClaimResult::PAID;
  out.at = {claim.paid_at_ms()};
  out.terminal = claim.paid_by_terminal();
}

}  // namespace

bool IsOwed(const wire::TicketStatus::Part& part) {
  return part.state() == "won" || part.state() == "refund";
}

bool HasUnpaidPrize(const wire::TicketStatus& status) {
  return std::any_of(status.parts().begin(), status.parts().end(), IsOwed);
}

bool MayGiveExchange(const wire::TicketStatus& status) {
  return HasUnpaidPrize(status) && Any(status, "sold");
}

ErrorCode WhyNothingToPay(const wire::TicketStatus& status) {
  if (Any(status, "sold")) return ErrorCode::kNotDrawnYet;
  if (Any(status, "paid")) return ErrorCode::kAlreadyPaid;
  if (Any(status, "forfeited")) return ErrorCode::kClaimLate;
  return Any(status, "void") ? ErrorCode::kAlreadyVoided : ErrorCode::kNoPrize;
}

base::json::array DrawsOf(const wire::TicketStatus& status) {
  base::json::array draws;
  for (const auto& part : status.parts())
    draws.push_back(base::json::object{{"origin", part.origin()},
                                       {"index", static_cast<std::int64_t>(part.index())},
                                       {"state", part.state()},
                                       {"prize_fen", part.prize_fen()}});
  return draws;
}

// While draws are to come every claim gives an exchange ticket in place of the one before, and what
// is left is claimed with its secrets: whoever has seen the old ones can do nothing with them.
Result<Paid> ClaimTicket(Till& till, const wire::TicketStatus& status,
                         const protocol::SecretCode& old, const PrintExchange& print) {
  Paid out;
  protocol::SecretCode secret = old;
  for (const auto& part : status.parts()) {
    if (!IsOwed(part)) continue;
    auto paid = ClaimPart(till, part, secret, MayGiveExchange(status));
    if (!paid) {
      if (!out.refusal) out.refusal = paid.error();
      if (base::IsTransient(paid.error().code)) break;  // the line is down: what is paid is paid
      continue;
    }
    Add(out, paid->receipt.claim());
    if (!GivesTicket(paid->message, paid->receipt)) continue;
    secret = {paid->t, paid->receipt.s()};
    out.exchange = std::move(*paid);
    out.printed = print(*out.exchange);
    if (!out.printed) break;  // it comes first; the rest is claimed with it
  }
  if (out.claims != 0) return out;
  if (out.refusal) return tl::unexpected<base::Error>(*out.refusal);
  return Fail(WhyNothingToPay(status));
}

}  // namespace lottery::terminal
