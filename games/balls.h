// A ball machine's draw: what officials wrote down, blind to each other, and which of it counts.
#pragma once

#include "games/order.h"
#include "protocol/deviation.h"

namespace lottery::games {

using base::Digest;
using base::Result;
using protocol::BallEntry;

/// The entry that counts: two agree, or a third agrees with one of two that differ. Each is signed
/// by another official of the plan and speaks of this draw, plan and seal; numbers are in range,
/// tests were made before and after, the machine is the plan's. Its `started` is the earliest of
/// the two that agree. Errors: kBadBallEntry,
/// kEntriesDiffer.
Result<BallEntry> AgreedEntry(const std::vector<std::string>& envelopes, const protocol::Plan& plan,
                              const Digest& plan_hash, const Digest& seal_hash);
/// One entry by itself. Errors: kBadBallEntry, naming the official.
base::Status CheckEntry(const BallEntry& entry, const protocol::Plan& plan, const Digest& plan_hash,
                        const Digest& seal_hash);
/// An entry's numbers as a certificate lists them: ascending in ssq. Errors: kBadOutcome.
Result<std::vector<int>> NumbersOf(std::string_view game, const BallEntry& entry);

}  // namespace lottery::games
