// Connections that do nothing: what an idle terminal costs the server, and how fast all of them
// come back. Works against anything that speaks mutual TLS 1.3 under the same root.
#pragma once

#include "base/clock.h"
#include "crypto/ca.h"

namespace lottery::bench {

struct IdleConfig {
  std::string address;
  crypto::Identity ca;
  std::uint32_t first = 0;
  int count = 0;
};

/// Commands, one a line on standard input: "open N" until N are open, "drop" closes all,
/// "resume N" opens N again with the tickets kept. Answers {"open", "seconds", "resumed"}.
int HoldIdle(const IdleConfig& config, const base::Clock& clock);

}  // namespace lottery::bench
