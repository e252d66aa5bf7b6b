// What lets a draw be sealed or paid: the control's agreement. Where it does not agree on sales,
// two named people may lift that with a reason: it changes no figure and never leads to a new draw.
// What was drawn and what is owed nobody lifts.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

struct Lifting {
  DrawId draw;
  std::string stage;  // "sales"; "prizes" was written once and counts for nothing
  std::uint64_t size = 0;
  Digest root;       // of the draw's log
  Digest statement;  // zeros
  std::string reason;
  UtcTime at;
  std::string ToBody() const;
};
Result<Lifting> ParseLifting(std::string_view body);

/// Either of the two, opened and its signatures checked.
struct Consent {
  DrawId draw;
  std::string stage;
  std::uint64_t size = 0;
  Digest root, statement;
  Digest body;                         // SHA-256 of the signed body
  std::optional<Agreement> agreement;  // where the control agreed
  std::string reason;                  // where sales were lifted
};
/// Errors: kNotAgreed for a lifting of prizes, kBadSignature, kBadJson.
Result<Consent> OpenConsent(std::string_view text, const Trust& trust);

}  // namespace lottery::protocol
