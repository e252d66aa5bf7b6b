// Multiples of one point, found in a table of sums of its multiples: a comb (Lim and Lee, 1994)
// whose digits are 1 and -1, so that half of the sums are the negatives of the others and are not
// kept. Not in constant time: for public values only.
#pragma once

#include <cstring>
#include <vector>

#include "crypto/edwards25519.h"

namespace lottery::crypto {

/// A scalar below L, little-endian, written with `bits` digits that are 1 or -1: bit i says which
/// goes with 2^i. Only odd numbers can be written so; for an even one L is added, which changes
/// nothing for points of order L. Pre: bits from 254 to 320.
class SignedDigits {
 public:
  SignedDigits(const std::uint8_t* scalar, std::size_t bits) {
    for (std::size_t i = 32; i-- > 0;) words_[i / 8] = words_[i / 8] << 8 | scalar[i];
    if ((words_[0] & 1) == 0) AddOrder();
    // The sum of all digits, as 2^bits - 1 less twice those that are -1: half of it is dropped.
    for (std::size_t i = 0; i < 4; ++i) words_[i] = words_[i] >> 1 | words_[i + 1] << 63;
    words_[(bits - 1) / 64] |= std::uint64_t{1} << (bits - 1) % 64;
  }
  /// 64 of them from there on, or as many as there are. Pre: at below 320.
  std::uint64_t From(std::size_t at) const {
    const std::uint64_t low = words_[at / 64] >> at % 64;
    return at % 64 == 0 || at >= 256 ? low : low | words_[at / 64 + 1] << (64 - at % 64);
  }

 private:
  void AddOrder() {  // L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032, section 5.1)
    constexpr std::uint64_t kOrder[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0,
                                         std::uint64_t{1} << 60};
    field25519::Wide sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      sum += field25519::Wide{words_[i]} + kOrder[i];
      words_[i] = static_cast<std::uint64_t>(sum);
      sum >>= 64;
    }
  }
  std::uint64_t words_[5] = {};
};

/// Of a scalar's digits, those kColumns apart are looked up together, kTeeth of them. kTables serve
/// columns kSteps apart, so that between two doublings one is looked up in each.
template <std::size_t kTeeth, std::size_t kTables>
class Comb {
 public:
  static constexpr std::size_t kDigits = 254;
  static constexpr std::size_t kSteps = (kDigits + kTeeth * kTables - 1) / (kTeeth * kTables);
  static constexpr std::size_t kColumns = kTables * kSteps;
  static constexpr std::size_t kBits = kTeeth * kColumns;
  static_assert(kColumns <= 64 && kBits <= 320);

  explicit Comb(const edwards25519::Point& point);

  /// Which sum a column of digits asks for, and whether for its negative.
  struct Place {
    std::uint32_t index;
    bool negative;
  };
  /// All that a scalar asks for, in the order in which it is added: kTables for each step, the last
  /// step first, then a doubling.
  using Places = std::array<Place, kColumns>;
  static Places PlacesOf(const SignedDigits& digits) {
    std::uint64_t teeth[kTeeth];
    for (std::size_t i = 0; i < kTeeth; ++i) teeth[i] = digits.From(i * kColumns);
    Places out;
    for (std::size_t i = 0; i < kColumns; ++i) {
      const std::size_t table = i % kTables, column = table * kSteps + kSteps - 1 - i / kTables;
      std::uint64_t bits = 0;
      for (std::size_t tooth = 0; tooth < kTeeth; ++tooth)
        bits |= (teeth[tooth] >> column & 1U) << tooth;
      const bool negative = bits >> (kTeeth - 1) == 0;
      out[i].index =
          static_cast<std::uint32_t>(table * kSums + ((negative ? ~bits : bits) & (kSums - 1)));
      out[i].negative = negative;
    }
    return out;
  }
  /// The same table's sum, which will be asked for soon.
  void Fetch(const Place& place) const {
    __builtin_prefetch(&sums_[place.index]);
    __builtin_prefetch(&sums_[place.index].xy2d.limb[4]);
  }
  const edwards25519::Addend& At(const Place& place) const { return sums_[place.index]; }

 private:
  static constexpr std::size_t kSums = std::size_t{1} << (kTeeth - 1);  // of a table
  // Of a table, [m]: the highest tooth's multiple of the point, and each lower tooth's added where
  // its bit of m is set, taken away where it is not. Tooth i of table t has 2^(i kColumns + t
  // kSteps).
  std::array<edwards25519::Addend, kTables * kSums> sums_;
};

template <std::size_t kTeeth, std::size_t kTables>
Comb<kTeeth, kTables>::Comb(const edwards25519::Point& point) {
  using namespace edwards25519;
  std::array<std::array<Point, kTeeth>, kTables> teeth;
  Point multiple = point;
  for (std::size_t step = 0; step < kTeeth * kTables; ++step) {
    teeth[step % kTables][step / kTables] = multiple;
    for (std::size_t times = 0; times < kSteps; ++times) multiple = ToPoint(Double(multiple));
  }
  std::vector<Point> points(kTables * kSums);
  for (std::size_t table = 0; table < kTables; ++table) {
    Point* const sums = &points[table * kSums];
    sums[0] = teeth[table][kTeeth - 1];
    for (std::size_t i = 0; i + 1 < kTeeth; ++i)
      sums[0] = ToPoint(edwards25519::AddTo(sums[0], Negate(teeth[table][i])));
    for (std::size_t i = 0; i + 1 < kTeeth; ++i) {
      const Point twice = ToPoint(Double(teeth[table][i]));
      const std::size_t bit = std::size_t{1} << i;
      for (std::size_t rest = 0; rest < bit; ++rest)
        sums[bit + rest] = ToPoint(edwards25519::AddTo(sums[rest], twice));
    }
  }
  ToAddends(points.data(), points.size(), sums_.data());
}

}  // namespace lottery::crypto
