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
/// The escrow is the plan's and covers all its officials with the keys the plan names. Errors:
/// kBadPlan.
base::Status CheckEscrow(const Plan& plan, std::string_view text);

}  // namespace lottery::protocol
