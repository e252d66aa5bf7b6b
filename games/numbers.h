// What every game's bets are made of: sets of numbers as ascending octets, combinations, wins by
// tier.
#pragma once

#include "base/bytes.h"
#include "games/rules.h"

namespace lottery::games {

/// Winning lines by tier, index 0 is tier 1. Games with fewer tiers leave the others 0.
using Wins = std::array<std::int64_t, kMostTiers>;

/// Sizes Choose knows: 快乐8 takes 10 of 80, 七乐彩 7 of 30.
inline constexpr int kMostNumbers = 80;
inline constexpr int kMostPicks = 10;
/// n choose k; 0 outside 0 <= k <= n. Pre: n <= kMostNumbers and k or n - k <= kMostPicks.
std::int64_t Choose(int n, int k);

/// Each of `least`..`most`, strictly ascending.
bool Ascending(base::ByteView numbers, int least, int most);
bool Holds(base::ByteView numbers, std::uint8_t n);
bool Disjoint(base::ByteView a, base::ByteView b);

/// "01 05 11", as slips, screens and officials write numbers, to octets. Errors: kIllegalBet.
Result<base::Bytes> ParseNumbers(std::string_view text);

/// Numbers drawn from 1..127, for matching sets against them.
class DrawnSet {
 public:
  void Add(int n) { bits_[static_cast<std::size_t>(n) / 64] |= std::uint64_t{1} << (n % 64); }
  bool Has(std::uint8_t n) const { return n < 128 && ((bits_[n / 64] >> (n % 64)) & 1) != 0; }
  int HitsOf(base::ByteView numbers) const {
    int hits = 0;
    for (const char c : numbers) hits += Has(static_cast<std::uint8_t>(c)) ? 1 : 0;
    return hits;
  }

 private:
  std::array<std::uint64_t, 2> bits_{};
};

/// Lines of a bet with `bankers` in every line and the other of `picks` places filled from `drags`
/// numbers: how many of them hold exactly `hits` drawn numbers, given how many of each are drawn.
struct Matches {
  int picks, bankers, banker_hits, drags, drag_hits;
  std::int64_t LinesWith(int hits) const {
    return Choose(drag_hits, hits - banker_hits) *
           Choose(drags - drag_hits, picks - bankers - (hits - banker_hits));
  }
};

}  // namespace lottery::games
