// A follower of the published logs, as any citizen may run one: every second the checkpoints, and
// the hash tiles they promise, over HTTP; each root is computed again.
#pragma once

#include <string>
#include <vector>

#include "crypto/note.h"

namespace lottery::bench {

struct FollowConfig {
  std::string url;  // of central's public side
  std::string operator_name;
  crypto::VerifierKey log_key;
  std::vector<std::string> logs;  // e.g. "ssq/2026097"
};

/// Follows until standard input ends; then prints {"checkpoints", "tiles", "leaves", "bad"}.
int Follow(const FollowConfig& config);

}  // namespace lottery::bench
