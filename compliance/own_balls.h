// The control's own reading of a ball machine's draw: the officials' entries looked at a second
// time.
#pragma once

#include "compliance/own_game.h"
#include "protocol/deviation.h"

namespace lottery::compliance {

using base::Digest;

struct OwnBalls {
  OwnOutcome outcome;
  base::UtcTime started;  // the earliest any entry that counts says
};

/// Of the entries in a certificate: the balls that two different officials of the plan wrote down
/// alike; all entries are in order. Errors: kBadBallEntry, kEntriesDiffer.
Result<OwnBalls> ReadBalls(const std::vector<std::string>& entries, const protocol::Plan& plan,
                           const Digest& plan_hash, const Digest& seal_hash);

}  // namespace lottery::compliance
