// The published side of an escrow of officials' VRF keys: what every share can be checked against.
// A plan names the hash of this text.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

/// Holders of shares, in the order of their numbers 1, 2, 3; any two open a key.
inline constexpr std::size_t kEscrowHolderCount = 3;

struct Escrow {
  struct Official {
    std::string name;
    Bytes vrf_key, commitment;
  };
  std::vector<std::string> holders;
  std::vector<Official> officials;
  std::string ToBody() const;
  /// 1, 2, 3; 0 when there is no such holder.
  int NumberOf(std::string_view holder) const;
  /// Null when there is none.
  const Official* Find(std::string_view official) const;
};
/// Errors: kBadJson; kBadKey when a commitment is no sound point or somebody stands twice.
Result<Escrow> ParseEscrow(std::string_view text);
/// The escrow is the plan's, its holders are registered, and it covers all officials with the keys
/// the plan names. Errors: kBadPlan.
base::Status CheckEscrow(const Plan& plan, const Trust& trust, std::string_view text);

/// Two holders' word that they opened a silent official's key for one draw, and why.
struct KeyOpening {
  DrawId draw;
  Digest plan;
  std::string official, reason;
  UtcTime at;
  std::string ToBody() const;
};
Result<KeyOpening> ParseKeyOpening(std::string_view body);
/// Every opened key of the certificate was opened for this draw by two registered holders; returns
/// the officials. Errors: kBadContribution.
Result<std::vector<std::string>> CheckOpenings(const DrawCertificate& certificate, const Plan& plan,
                                               const Trust& trust);

}  // namespace lottery::protocol
