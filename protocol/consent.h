// What lets a draw be sealed or paid: the control's agreement, or, where it disagrees, two named
// people who lift that with a reason. A lifting changes no figure and never leads to a new draw.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

struct Lifting {
  DrawId draw;
  std::string stage;  // "sales" or "prizes"
  std::uint64_t size = 0;
  Digest root;       // of the draw's log
  Digest statement;  // prizes: SHA-256 of the statement that stands; else zeros
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
  std::string reason;                  // where it was lifted
};
/// Errors: kControlDisagrees, kBadSignature, kBadJson.
Result<Consent> OpenConsent(std::string_view text, const Trust& trust);

}  // namespace lottery::protocol
