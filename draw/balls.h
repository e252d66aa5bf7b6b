// What an official types at a ball machine.
#pragma once

#include "games/balls.h"

namespace lottery::draw {

using base::Result;
using protocol::BallEntry;

/// "21 04 33 14 06 22": balls in this order. Errors: kIllegalBet.
Result<std::vector<int>> ParseBalls(std::string_view text);
/// "3:SSQ-2:power failure": after three balls, on that machine, why. Errors: kBadBallEntry.
Result<BallEntry::Interruption> ParseInterruption(const std::string& text);

}  // namespace lottery::draw
