// A plan that is taken back before anything was sold: two of those who signed it sign this. The
// draw may then be planned again. Only the last plan of a game can be withdrawn, so that the
// calendar still grows and shrinks at its end only. What was withdrawn is never planned again:
// those who signed it have taken their word back, and the draw needs a new plan.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

struct Withdrawal {
  DrawId draw;
  Digest plan;  // SHA-256 of the body of the plan that is withdrawn
  std::string reason;
  UtcTime at;
  std::string ToBody() const;
};
/// Errors: kBadJson.
Result<Withdrawal> ParseWithdrawal(std::string_view body);

/// Signed by two officials who signed the plan, and of that plan. Errors: kBadSignature, kBadPlan,
/// kBadJson.
Result<Withdrawal> OpenWithdrawal(std::string_view text, std::string_view plan_text,
                                  const Trust& trust);

}  // namespace lottery::protocol
