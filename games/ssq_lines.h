// Single lines of 双色球 as sets of bits: what most bets of a draw are, matched in a few
// instructions each.
#pragma once

#include <bit>

#include "games/ssq.h"

namespace lottery::games {

/// A line as a set: red n is bit n, blue n is bit 40 + n.
using SsqLine = std::uint64_t;
inline constexpr int kSsqBlueBit = 40;

inline bool IsSsqLine(base::ByteView red_bankers, base::ByteView reds, base::ByteView blues) {
  return red_bankers.empty() && reds.size() == kSsqRedPicks && blues.size() == 1;
}
/// Pre: IsSsqLine, and CheckSsqBet passed.
inline SsqLine ToSsqLine(base::ByteView reds, base::ByteView blues) {
  SsqLine line = SsqLine{1} << (kSsqBlueBit + blues[0]);
  for (const char red : reds) line |= SsqLine{1} << red;
  return line;
}

/// Matches lines against one outcome. HOT: bench/settlement
class SsqMatcher {
 public:
  /// Pre: CheckSsqOutcome passed.
  explicit SsqMatcher(const SsqOutcome& outcome)
      : blue_(SsqLine{1} << (kSsqBlueBit + outcome.blue)) {
    for (const auto red : outcome.reds) reds_ |= SsqLine{1} << red;
  }
  /// How a line stands to the outcome: red hits, and 8 where the blue is right.
  static constexpr std::size_t kPlaces = 16;
  std::size_t PlaceOf(SsqLine line) const {
    return static_cast<std::size_t>(std::popcount(line & reds_)) | ((line & blue_) != 0 ? 8U : 0U);
  }
  /// 1 to kSsqTiers, 0 for a line that wins nothing. The table
  /// of prizes as SsqWinners counts it.
  static int TierOf(std::size_t place) { return kTiers[place]; }

 private:
  //                                                  reds 0  1  2  3  4  5  6
  static constexpr std::array<std::uint8_t, kPlaces> kTiers{0, 0, 0, 7, 5, 4, 2, 0,
                                                            6, 6, 6, 5, 4, 3, 1, 0};
  SsqLine reds_ = 0, blue_;
};

}  // namespace lottery::games
