// 快乐8, Happy 8: 20 of 80 drawn, 1 to 10 picked, one play a bet. Multiple and banker bets in
// closed form. Prize tables: 财综〔2025〕46号.
#pragma once

#include "games/numbers.h"

namespace lottery::games {

inline constexpr int kKl8Numbers = 80;
inline constexpr int kKl8Drawn = 20;
inline constexpr int kKl8MostPick = 10;
inline constexpr int kKl8Tiers = 39;

/// Numbers as octets, strictly ascending. Without bankers at least `pick`, with 1 to pick - 1
/// bankers together with the drag set at least pick + 1.
struct Kl8Bet {
  int pick = 0;
  base::Bytes bankers, numbers;
};

struct Kl8Outcome {
  std::array<std::uint8_t, kKl8Drawn> numbers{};  // ascending
  bool operator==(const Kl8Outcome&) const = default;
};

/// Errors: kIllegalBet, saying what.
base::Status CheckKl8Bet(const Kl8Bet& bet);
/// At most C(80,10), about 1.6e12. Pre: CheckKl8Bet passed.
std::int64_t Kl8Lines(const Kl8Bet& bet);
/// Tier of `hits` drawn numbers of `pick`; 0 where that wins nothing. Tiers count up the plays, and
/// within a play down the hits: 1 is pick 1, 39 is pick 10 with none.
int Kl8Tier(int pick, int hits);
/// Winning lines of one unit of the bet. Pre: CheckKl8Bet passed.
Wins Kl8Winners(const Kl8Bet& bet, const Kl8Outcome& outcome);
/// Errors: kBadOutcome.
base::Status CheckKl8Outcome(const Kl8Outcome& outcome);
PlayName Kl8Play(const Kl8Bet& bet);

}  // namespace lottery::games
