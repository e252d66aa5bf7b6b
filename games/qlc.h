// 七乐彩, Seven Happiness: 7 of 30, drawn with a special number. Multiple and banker bets in closed
// form. Rules: Seven Happiness game rules, full text.
#pragma once

#include "games/numbers.h"

namespace lottery::games {

inline constexpr int kQlcNumbers = 30;
inline constexpr int kQlcPicks = 7;
inline constexpr int kQlcTiers = 7;

/// Numbers as octets, strictly ascending. Without bankers at least 7, with 1-6 bankers together
/// with the drag set at least 8.
struct QlcBet {
  base::Bytes bankers, numbers;
};

struct QlcOutcome {
  std::array<std::uint8_t, kQlcPicks> basic{};  // ascending
  std::uint8_t special = 0;
  bool operator==(const QlcOutcome&) const = default;
};

/// Errors: kIllegalBet, saying what.
base::Status CheckQlcBet(const QlcBet& bet);
/// At most C(30,7) = 2 035 800. Pre: CheckQlcBet passed.
std::int64_t QlcLines(const QlcBet& bet);
/// Winning lines of one unit of the bet. Pre: CheckQlcBet passed.
Wins QlcWinners(const QlcBet& bet, const QlcOutcome& outcome);
/// Errors: kBadOutcome.
base::Status CheckQlcOutcome(const QlcOutcome& outcome);
PlayName QlcPlay(const QlcBet& bet);

}  // namespace lottery::games
