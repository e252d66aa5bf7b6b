// Claims of a national draw, as fast as the payer pays them: real papers under a witnessed
// checkpoint, real signatures, each paid in a transaction of its own.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"
#include "crypto/ed25519.h"
#include "protocol/documents.h"

namespace lottery::bench {

/// Every ticket of the bench has these two halves of its secret code.
inline constexpr std::string_view kTicketT = "bench, 16 octets";
inline constexpr std::string_view kTicketS = "bench: thirty-two octets of an s";
static_assert(kTicketT.size() == 16 && kTicketS.size() == 32);

struct Claims {
  std::string owner, payer;  // databases: as migrator, who writes the log, and as payer
  protocol::Trust trust;
  std::string plan, certificate, statement;
  std::string journal;  // a folder
  base::Digest seal;
  std::int64_t count = 0;
  int threads = 1;
  std::function<base::Result<crypto::SigningKey>(const std::string& file, const char* purpose)> key;
};
/// Writes the audit log of the draw up to its claims, and pays them. {"claims_per_s",
/// "claims_cpu_per_s", "claims"}: of the wall clock, and of this process's processor time.
base::Result<base::json::object> PayClaims(const Claims& claims);

}  // namespace lottery::bench
