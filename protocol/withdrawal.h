// A plan that is taken back before anything was sold: two of those who signed it sign this. The
// draw may then be planned again. Only the last plan of a game can be withdrawn, so that the
// calendar still grows and shrinks at its end only. The next plan of the draw names the withdrawal
// (its member "after"): what was withdrawn does not come again without its signers.
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
