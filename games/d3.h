// 福彩3D: three digits 000-999 in order, and fifteen ways to bet on them. Lines and winners in
// closed form; the numbers a bet stands on are listed for the sales limits. Rules: China Welfare
// Lottery 3D game rules, play types and fixed prizes.
#pragma once

#include <functional>

#include "games/numbers.h"

namespace lottery::games {

/// Tiers in the order of rules/3d.json: a line wins in one tier of its play or not at all.
inline constexpr int kD3Tiers = 34;

/// Digits as octets 0-9, strictly ascending within a field. Only the fields of the play are filled.
struct D3Bet {
  enum class Play {
    kSingle = 1,    // 单选: three digits in order
    kGroup3 = 2,    // 组选3: a pair and another digit, any order
    kGroup6 = 3,    // 组选6: three different digits, any order
    k1D = 4,        // one place
    k2D = 5,        // two places
    kAny = 6,       // 通选: three digits; all or two places right
    kSum = 7,       // 和数
    kWrap3 = 8,     // 包选3: a number with a pair; in order or in another order
    kWrap6 = 9,     // 包选6: three different digits, likewise
    kGuess1D = 10,  // 猜1D: how often a digit stands
    kGuess2D = 11,  // 猜2D: two digits, any place
    kSize = 12,     // 猜大小
    kParity = 13,   // 猜奇偶
    kTriple = 14,   // 猜三同
    kRun = 15,      // 拖拉机: three digits one after the other, up or down
  };
  Play play = Play::kSingle;
  base::Bytes hundreds = {}, tens = {}, units = {};  // places: single, any, wrap, 1D, 2D
  base::Bytes doubles = {}, singles = {};  // group 3: what stands twice, and the other; guess 2D
  base::Bytes digits = {};                 // group 6: three or more; guess 1D, guess 2D
  base::Bytes sums = {};                   // 0-27
  int choice = 0;                          // 1 big or odd, 2 small or even
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

/// What a sales limit counts: a line's play and number, so that 单选 358 and 通选 358 are two.
/// 0-999 is a single number; the other plays follow, each with 1000 places, of which it uses some.
using D3Number = std::uint16_t;
inline constexpr D3Number kD3Numbers = 15'000;
/// The number of every line of the bet, each once, in no order. Pre: CheckD3Bet passed.
void ForD3Numbers(const D3Bet& bet, const std::function<void(D3Number)>& each);
/// "358", "组 112", "通选 358", "和数 14", "1D 3**".
std::string D3NumberText(D3Number number);

}  // namespace lottery::games
