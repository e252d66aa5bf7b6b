// Forfeits: what of a draw's prizes nobody claimed, stated by settlement when the claim period is
// over. Every figure follows from the statement and the payments in front of it in the audit log,
// so central and control add them up before they take it.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

/// A claim that was accepted in time is paid, if need be by its repeat, within so long after the
/// claim period.
inline constexpr std::int64_t kLastClaimsMs = 3600 * base::kSecondMs;

struct Expiry {
  DrawId draw;
  Digest statement;           // hash of its body
  std::int64_t payments = 0;  // of the draw, in the log
  Money paid, forfeited;      // before tax; together the statement's prizes
  UtcTime at;
  std::string ToBody() const;
};
/// Errors: kBadJson.
Result<Expiry> ParseExpiry(std::string_view body);

/// What the log says of a draw when its claim period ends.
struct Unclaimed {
  Digest statement;
  Money prizes, paid;
  std::int64_t payments = 0;
  UtcTime claim_until;
};
/// Signed by settlement, not before its time, to the fen. Errors: kBadSignature, kBadJson,
/// kIllegalTransition while claims may still be paid, kFenMoved.
Result<Expiry> OpenExpiry(std::string_view text, const DrawId& draw, const Unclaimed& unclaimed,
                          UtcTime now, const std::vector<Bytes>& settlement_keys);

}  // namespace lottery::protocol
