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

Result<wire::ClaimResult> ClaimPart(Till& till, const wire::TicketStatus::Part& part,
                                    const protocol::SecretCode& secret) {
  LOTTERY_TRY(const auto confirmed, till.Claim(part.origin(), part.index(), secret.t, secret.s));
  const auto& claim = confirmed.receipt.claim();
  if (claim.outcome() == wire::ClaimResult::REFUSED)
    return Fail(base::ErrorCodeFrom(claim.refusal()).value_or(ErrorCode::kInternal));
  return claim;
}

}  // namespace

bool HasUnpaidPrize(const wire::TicketStatus& status) { return Any(status, "won"); }

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

Result<Paid> ClaimTicket(Till& till, const wire::TicketStatus& status,
                         const protocol::SecretCode& secret) {
  Paid out;
  for (const auto& part : status.parts()) {
    if (part.state() != "won") continue;
    const auto paid = ClaimPart(till, part, secret);
    if (!paid) {
      if (!out.refusal) out.refusal = paid.error();
      if (base::IsTransient(paid.error().code)) break;  // the line is down: what is paid is paid
      continue;
    }
    ++out.claims;
    out.amount = base::SumOrDie(out.amount, base::Money::FromFen(paid->paid_fen()));
    out.tax = base::SumOrDie(out.tax, base::Money::FromFen(paid->tax_fen()));
    out.fresh = out.fresh || paid->outcome() == wire::ClaimResult::PAID;
    out.at = {paid->paid_at_ms()};
    out.terminal = paid->paid_by_terminal();
  }
  if (out.claims != 0) return out;
  if (out.refusal) return tl::unexpected<base::Error>(*out.refusal);
  return Fail(WhyNothingToPay(status));
}

}  // namespace lottery::terminal
