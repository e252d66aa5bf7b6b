// 福彩3D: three digits 000-999 in order. 单选 (single), 组选3 (group 3) and 组选6 (group 6), each
// also as a multiple bet. Lines and winners in closed form; the numbers a bet stands on are listed
// for the sales limits. Rules: China Welfare Lottery 3D game rules, play types and fixed prizes.
#pragma once

#include <functional>

#include "games/ssq.h"

namespace lottery::games {

inline constexpr std::int64_t kD3LinePriceFen = 200;
/// Tier 1 is 单选, 2 组选3, 3 组选6: a line wins in the tier of its play or not at all.
inline constexpr int kD3Tiers = 3;

/// Digits as octets 0-9, strictly ascending within a field. Only the fields of the play are filled.
struct D3Bet {
  enum class Play { kSingle = 1, kGroup3 = 2, kGroup6 = 3 };
  Play play = Play::kSingle;
  base::Bytes hundreds, tens, units;  // single: at least one digit each
  base::Bytes doubles, singles;       // group 3: the digit that stands twice, and the other
  base::Bytes digits;                 // group 6: three or more
};

struct D3Outcome {
  std::array<std::uint8_t, 3> digits{};  // hundreds, tens, units
  bool operator==(const D3Outcome&) const = default;
};

/// Errors: kIllegalBet, saying which field.
base::Status CheckD3Bet(const D3Bet& bet);
/// At most 1000. Pre: CheckD3Bet passed.
std::int64_t D3Lines(const D3Bet& bet);
/// Winning lines of one unit of the bet, by tier. Pre: CheckD3Bet passed.
Wins D3Winners(const D3Bet& bet, const D3Outcome& outcome);
/// Errors: kBadOutcome.
base::Status CheckD3Outcome(const D3Outcome& outcome);
PlayName D3Play(const D3Bet& bet);

/// What a sales limit counts: 0-999 a single number; 1000 + the sorted digits read as a number for
/// a group, so 112 and 122 are different and 123 is the six orders of 1, 2, 3.
using D3Number = std::uint16_t;
inline constexpr D3Number kD3Numbers = 2000;
/// Each number of the bet, once, in no order. Pre: CheckD3Bet passed.
void ForD3Numbers(const D3Bet& bet, const std::function<void(D3Number)>& each);
/// "358" or "组 112".
std::string D3NumberText(D3Number number);

}  // namespace lottery::games
