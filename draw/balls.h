// A ball machine's draw: what officials wrote down, blind to each other, and which of it counts.
#pragma once

#include "games/ssq.h"
#include "protocol/deviation.h"

namespace lottery::draw {

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
/// "21 04 33 14 06 22": so many balls, in this order. Errors: kIllegalBet, kBadOutcome.
Result<std::vector<int>> ParseBalls(std::string_view text, std::size_t count);
/// "3:SSQ-2:power failure": after three balls, on that machine, why. Errors: kBadBallEntry.
Result<BallEntry::Interruption> ParseInterruption(const std::string& text);
/// Balls in the order they came out, as an outcome. Errors: kBadOutcome.
Result<games::SsqOutcome> OutcomeOf(const std::vector<int>& reds, int blue);

}  // namespace lottery::draw
