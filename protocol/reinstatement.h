// 恢复原票: two approvers withdraw an exchange ticket that never reached its customer; what it was
// made from stands again.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

struct Reinstatement {
  Digest claim;  // hash of the claim's message, as the audit log has it
  std::string reason;
  UtcTime at;
  std::string ToBody() const;
};
/// Errors: kBadJson.
Result<Reinstatement> ParseReinstatement(std::string_view body);

}  // namespace lottery::protocol
