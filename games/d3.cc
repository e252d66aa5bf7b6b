#include "games/d3.h"

#include <algorithm>
#include <bit>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
using Play = D3Bet::Play;
namespace {

std::int64_t Size(base::ByteView digits) { return static_cast<std::int64_t>(digits.size()); }
std::int64_t Has(base::ByteView digits, std::uint8_t n) { return Holds(digits, n) ? 1 : 0; }

// Pairs of a double and another single digit.
std::int64_t Group3Lines(const D3Bet& bet) {
  std::int64_t same = 0;
  for (const char c : bet.doubles) same += Has(bet.singles, static_cast<std::uint8_t>(c));
  return Size(bet.doubles) * Size(bet.singles) - same;
}

// Which fields a play is written in, as bits in the order of the struct.
constexpr unsigned kHundreds = 1, kTens = 2, kUnits = 4, kDoubles = 8, kSingles = 16, kDigits = 32,
                   kSums = 64, kChoice = 128;
constexpr unsigned kPlaces = kHundreds | kTens | kUnits;

unsigned FilledOf(const D3Bet& bet) {
  const bool filled[] = {!bet.hundreds.empty(), !bet.tens.empty(),    !bet.units.empty(),
                         !bet.doubles.empty(),  !bet.singles.empty(), !bet.digits.empty(),
                         !bet.sums.empty(),     bet.choice != 0};
  unsigned out = 0;
  for (unsigned i = 0; i < std::size(filled); ++i) out |= filled[i] ? 1U << i : 0U;
  return out;
}

int PlacesFilled(unsigned filled) { return std::popcount(filled & kPlaces); }

// One digit in each place, and whether two or all of them are equal.
struct Number {
  int a, b, c;
  bool AllSame() const { return a == b && b == c; }
  bool AllDiffer() const { return a != b && b != c && a != c; }
  bool Pair() const { return !AllSame() && !AllDiffer(); }
  int Sum() const { return a + b + c; }
  int Count(int digit) const { return (a == digit) + (b == digit) + (c == digit); }
  bool SameDigits(Number o) const {
    std::array<int, 3> x = {a, b, c}, y = {o.a, o.b, o.c};
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
    return x == y;
  }
  bool operator==(const Number&) const = default;
};
Number Of(const D3Outcome& o) { return {o.digits[0], o.digits[1], o.digits[2]}; }
Number Written(const D3Bet& bet) { return {bet.hundreds[0], bet.tens[0], bet.units[0]}; }

base::Status Illegal(const char* why) { return Fail(ErrorCode::kIllegalBet, why); }

// A wrap is one number, with a pair or with three different digits.
base::Status CheckWrap(const D3Bet& bet, unsigned filled) {
  const bool one = filled == kPlaces && bet.hundreds.size() == 1 && bet.tens.size() == 1 &&
                   bet.units.size() == 1;
  if (!one) return Illegal("one digit for each of hundreds, tens and units");
  const Number n = Written(bet);
  if (bet.play == Play::kWrap3 ? n.Pair() : n.AllDiffer()) return {};
  return Illegal(bet.play == Play::kWrap3 ? "a number with a pair" : "three different digits");
}

// Tiers, as rules/3d.json numbers them.
enum Tier : std::size_t {
  kSingle = 1,
  kGroup3 = 2,
  kGroup6 = 3,
  k1D = 4,
  k2D = 5,
  kAnyAll = 6,
  kAnyTwo = 7,
  kSum0 = 8,  // to 21: sum 13 or 14
  kWrap3InOrder = 22,
  kWrap3Other = 23,
  kWrap6InOrder = 24,
  kWrap6Other = 25,
  kGuess1DOnce = 26,  // twice, three times
  kGuess2DEqual = 29,
  kGuess2DDifferent = 30,
  kSize = 31,
  kParity = 32,
  kTriple = 33,
  kRun = 34,
};

void WinPlaces(const D3Bet& bet, const D3Outcome& o, Wins& wins) {
  const std::int64_t h = Has(bet.hundreds, o.digits[0]), t = Has(bet.tens, o.digits[1]),
                     u = Has(bet.units, o.digits[2]);
  const std::int64_t nh = Size(bet.hundreds), nt = Size(bet.tens), nu = Size(bet.units);
  switch (bet.play) {
    case Play::kSingle:
      wins[kSingle - 1] = h * t * u;
      break;
    case Play::kAny:
      wins[kAnyAll - 1] = h * t * u;
      wins[kAnyTwo - 1] = h * t * (nu - u) + h * (nt - t) * u + (nh - h) * t * u;
      break;
    case Play::k1D:
      wins[k1D - 1] = h + t + u;
      break;
    case Play::k2D:  // the place that is left open is right by itself
      wins[k2D - 1] = (nh == 0 ? 1 : h) * (nt == 0 ? 1 : t) * (nu == 0 ? 1 : u);
      break;
    default:
      LOTTERY_CHECK(false);
  }
}

void WinGuess(const D3Bet& bet, Number drawn, Wins& wins) {
  if (bet.play == Play::kGuess1D) {
    for (const char c : bet.digits) {
      const int times = drawn.Count(c);
      if (times > 0) ++wins[kGuess1DOnce - 2 + static_cast<std::size_t>(times)];
    }
    return;
  }
  std::int64_t present = 0;
  for (int digit = 0; digit <= 9; ++digit) {
    const auto n = static_cast<std::uint8_t>(digit);
    if (drawn.Count(digit) >= 2) wins[kGuess2DEqual - 1] += Has(bet.doubles, n);
    if (drawn.Count(digit) >= 1) present += Has(bet.digits, n);
  }
  wins[kGuess2DDifferent - 1] = present * (present - 1) / 2;
}

bool ChoiceWins(const D3Bet& bet, Number n) {
  if (bet.play == Play::kSize) return bet.choice == 1 ? n.Sum() >= 19 : n.Sum() <= 8;
  const int odd = bet.choice == 1 ? 1 : 0;
  return n.a % 2 == odd && n.b % 2 == odd && n.c % 2 == odd;
}

bool IsRun(Number n) {
  return (n.b == n.a + 1 && n.c == n.b + 1) || (n.b == n.a - 1 && n.c == n.b - 1);
}

}  // namespace

base::Status CheckD3Bet(const D3Bet& bet) {
  for (const auto* field :
       {&bet.hundreds, &bet.tens, &bet.units, &bet.doubles, &bet.singles, &bet.digits}) {
    if (!Ascending(*field, 0, 9)) return Illegal("digits are 0-9, ascending, each once");
  }
  if (!Ascending(bet.sums, 0, 27)) return Illegal("sums are 0-27, ascending, each once");
  const unsigned filled = FilledOf(bet);
  switch (bet.play) {
    case Play::kSingle:
    case Play::kAny:
      return filled == kPlaces ? base::Status()
                               : Illegal("a digit for each of hundreds, tens and units");
    case Play::kGroup3:
      return filled == (kDoubles | kSingles) && Group3Lines(bet) > 0
                 ? base::Status()
                 : Illegal("a digit that stands twice and another one");
    case Play::kGroup6:
      return filled == kDigits && bet.digits.size() >= 3 ? base::Status()
                                                         : Illegal("three or more digits");
    case Play::k1D:
    case Play::k2D:
      return (filled & ~kPlaces) == 0 && PlacesFilled(filled) == (bet.play == Play::k1D ? 1 : 2)
                 ? base::Status()
                 : Illegal(bet.play == Play::k1D ? "digits of one place" : "digits of two places");
    case Play::kSum:
      return filled == kSums ? base::Status() : Illegal("one or more sums");
    case Play::kWrap3:
    case Play::kWrap6:
      return CheckWrap(bet, filled);
    case Play::kGuess1D:
      return filled == kDigits ? base::Status() : Illegal("one or more digits");
    case Play::kGuess2D:
      return (filled & ~(kDoubles | kDigits)) == 0 && filled != 0 && bet.digits.size() != 1
                 ? base::Status()
                 : Illegal("two digits, equal or different");
    case Play::kSize:
    case Play::kParity:
      return filled == kChoice && (bet.choice == 1 || bet.choice == 2)
                 ? base::Status()
                 : Illegal("choice is 1 or 2");
    case Play::kTriple:
    case Play::kRun:
      return filled == 0 ? base::Status() : Illegal("nothing to choose");
  }
  return Illegal("play is 1 to 15");
}

std::int64_t D3Lines(const D3Bet& bet) {
  const auto n = static_cast<int>(bet.digits.size());
  switch (bet.play) {
    case Play::kSingle:
    case Play::kAny:
      return Size(bet.hundreds) * Size(bet.tens) * Size(bet.units);
    case Play::kGroup3:
      return Group3Lines(bet);
    case Play::kGroup6:
      return Choose(n, 3);
    case Play::k1D:
      return Size(bet.hundreds) + Size(bet.tens) + Size(bet.units);
    case Play::k2D:
      return std::max<std::int64_t>(Size(bet.hundreds), 1) *
             std::max<std::int64_t>(Size(bet.tens), 1) * std::max<std::int64_t>(Size(bet.units), 1);
    case Play::kSum:
      return Size(bet.sums);
    case Play::kGuess1D:
      return n;
    case Play::kGuess2D:
      return Size(bet.doubles) + Choose(n, 2);
    case Play::kWrap3:
    case Play::kWrap6:
    case Play::kSize:
    case Play::kParity:
    case Play::kTriple:
    case Play::kRun:
      return 1;
  }
  return 0;
}

Wins D3Winners(const D3Bet& bet, const D3Outcome& outcome) {
  const Number n = Of(outcome);
  Wins wins{};
  switch (bet.play) {
    case Play::kSingle:
    case Play::kAny:
    case Play::k1D:
    case Play::k2D:
      WinPlaces(bet, outcome, wins);
      break;
    case Play::kGroup3:
      if (n.Pair()) {
        const int twice = n.a == n.b ? n.a : n.c;  // two of three are equal
        const int once = n.a == n.b ? n.c : n.a == n.c ? n.b : n.a;
        wins[kGroup3 - 1] = Has(bet.doubles, static_cast<std::uint8_t>(twice)) *
                            Has(bet.singles, static_cast<std::uint8_t>(once));
      }
      break;
    case Play::kGroup6:
      if (n.AllDiffer())
        wins[kGroup6 - 1] = Has(bet.digits, outcome.digits[0]) *
                            Has(bet.digits, outcome.digits[1]) * Has(bet.digits, outcome.digits[2]);
      break;
    case Play::kSum:
      wins[kSum0 - 1 + static_cast<std::size_t>(std::min(n.Sum(), 27 - n.Sum()))] =
          Has(bet.sums, static_cast<std::uint8_t>(n.Sum()));
      break;
    case Play::kWrap3:
    case Play::kWrap6: {
      const std::size_t in_order = bet.play == Play::kWrap3 ? kWrap3InOrder : kWrap6InOrder;
      if (Written(bet) == n)
        wins[in_order - 1] = 1;
      else if (Written(bet).SameDigits(n))
        wins[in_order] = 1;
      break;
    }
    case Play::kGuess1D:
    case Play::kGuess2D:
      WinGuess(bet, n, wins);
      break;
    case Play::kSize:
    case Play::kParity:
      wins[(bet.play == Play::kSize ? kSize : kParity) - 1] = ChoiceWins(bet, n) ? 1 : 0;
      break;
    case Play::kTriple:
      wins[kTriple - 1] = n.AllSame() ? 1 : 0;
      break;
    case Play::kRun:
      wins[kRun - 1] = IsRun(n) ? 1 : 0;
      break;
  }
  return wins;
}

base::Status CheckD3Outcome(const D3Outcome& outcome) {
  for (const auto digit : outcome.digits) {
    if (digit > 9) return Fail(ErrorCode::kBadOutcome, "three digits 0-9");
  }
  return {};
}

}  // namespace lottery::games
