// A bet as it is typed and shown, in every game.
#pragma once

#include "base/result.h"
#include "protocol/wire.pb.h"

namespace lottery::terminal {

using base::Result;

/// So many digits without a blank are one line of ssq (six reds, one blue) and of qlc (seven
/// numbers).
inline constexpr std::size_t kCompactDigits = 14;
bool IsCompactLine(std::string_view game, std::string_view text);
/// What was typed with an input method on, or with commas, as it is meant: half-width, blanks
/// between.
std::string CleanTyped(std::string_view text);

/// A bet as it is typed (docs/formats/slips.md). ssq: "01 05 11 17 23 30 + 09"; bankers before a
/// '|': "01 02 | 05 06 07 08 09 + 03 04". qlc: "01 05 11 17 23 28 30", "01 | 05 06 07 08 09 10 11".
/// kl8: the play first, "3: 08 15 22" or "3: 08 | 15 22 31". 3d: "1 2 3", several digits a place
/// "12 3 45", or a play and its numbers: "g3 1 1 2", "g6 12345", "1d * 3 *", "2d 1 * 3", "any 1 2
/// 3", "sum 14", "w3 1 1 2", "w6 1 2 3", "guess1d 7", "guess2d 36", "big", "small", "odd", "even",
/// "triple", "run". Errors: kUnknownGame, kIllegalBet.
Result<wire::Bet> ParseBetText(std::string_view game, std::string_view text);
/// The numbers as ParseBetText reads them, without the play.
std::string BetText(const wire::Bet& bet);

}  // namespace lottery::terminal
