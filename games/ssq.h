// 双色球, Double Colour Ball: 6 of 33 red and 1 of 16 blue. Bets, line counts and winners in closed
// form: a multiple or banker bet is never expanded. Rules: Double Colour Ball game rules, chapters
// 2-4.
#pragma once

#include "games/numbers.h"

namespace lottery::games {

inline constexpr int kSsqReds = 33;
inline constexpr int kSsqBlues = 16;
inline constexpr int kSsqRedPicks = 6;
/// Tiers 1-6 and, as the seventh, 福运奖 (3+0), which is paid only while the special rule is
/// active.
inline constexpr int kSsqTiers = 7;

/// Numbers as octets, strictly ascending. Bankers are in every line; without them `reds` has at
/// least 6 numbers, with them bankers and reds together at least 7.
struct SsqBet {
  base::Bytes red_bankers, reds, blues;
};

struct SsqOutcome {
  std::array<std::uint8_t, kSsqRedPicks> reds{};  // ascending
  std::uint8_t blue = 0;
  bool operator==(const SsqOutcome&) const = default;
};

/// Errors: kIllegalBet, saying which zone.
base::Status CheckSsqBet(const SsqBet& bet);
/// Lines the bet stands for: at most C(33,6) * 16 = 17 721 088. Pre: CheckSsqBet passed.
std::int64_t SsqLines(const SsqBet& bet);
/// Winning lines of one unit of the bet (multiply by the multiplier). Pre: CheckSsqBet passed.
/// HOT: bench/micro
Wins SsqWinners(const SsqBet& bet, const SsqOutcome& outcome);
/// Errors: kBadOutcome.
base::Status CheckSsqOutcome(const SsqOutcome& outcome);
/// "单式", "复式" or "胆拖" and "single", "multiple", "banker".
PlayName SsqPlay(const SsqBet& bet);

}  // namespace lottery::games
