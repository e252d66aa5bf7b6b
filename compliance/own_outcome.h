// The control's own way from the officials' proofs to the drawn numbers: the published
// specification written down a second time, so that a slip in the draw program's generator shows as
// a different outcome.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "compliance/own_game.h"

namespace lottery::compliance {

/// SHA-512 over the tag "lottery-seed/1" (u16 length before it) and every beta (u32 length before
/// each), lengths big-endian. 64 octets. Pre: every beta is shorter than 4 GiB.
base::Bytes OwnSeed(const std::vector<base::Bytes>& betas);

/// The outcome a seed of 64 octets determines. Block i of its stream is SHA-512 over the tag
/// "lottery-stream/1" (u16 length before it), the seed and i as u64 (u32 length before each). A
/// number below n is an octet's low bits, as few as n needs, octets that give n or more being
/// skipped. ssq: six steps of a shuffle of 1..33 give the reds, one more number the blue. qlc:
/// eight steps of 1..30, the last the special number. kl8: twenty steps of 1..80. 3d: three numbers
/// below 10, in order. Errors: kOutcomeWrong for a game there is not, when `seed64` is not 64
/// octets, or 4096 octets of stream do not suffice.
Result<OwnOutcome> OwnOutcomeFromSeed(std::string_view game, base::ByteView seed64);

}  // namespace lottery::compliance
