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
  std::size_t Bit(std::size_t at) const { return words_[at / 64] >> at % 64 & 1U; }

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

/// Of a scalar's digits, those kColumns apart are looked up together, kTeeth of them.
template <std::size_t kTeeth>
class Comb {
 public:
  static constexpr std::size_t kColumns = (254 + kTeeth - 1) / kTeeth;
  static constexpr std::size_t kBits = kTeeth * kColumns;

  explicit Comb(const edwards25519::Point& point);

  /// Which sum a column of digits asks for, and whether for its negative.
  struct Place {
    std::size_t index;
    bool negative;
  };
  static Place PlaceOf(const SignedDigits& digits, std::size_t column) {
    std::size_t teeth = 0;
    for (std::size_t i = kTeeth; i-- > 0;) teeth = teeth << 1 | digits.Bit(column + i * kColumns);
    const bool negative = teeth >> (kTeeth - 1) == 0;
    return {(negative ? ~teeth : teeth) & (kSums - 1), negative};
  }
  /// The same table's sum, which will be asked for soon.
  void Fetch(const Place& place) const {
    __builtin_prefetch(&sums_[place.index]);
    __builtin_prefetch(&sums_[place.index].xy2d.limb[4]);
  }
  edwards25519::Sum AddTo(const edwards25519::Point& p, const Place& place) const {
    return edwards25519::AddTo(p, sums_[place.index], place.negative);
  }

 private:
  static constexpr std::size_t kSums = std::size_t{1} << (kTeeth - 1);
  // [m]: 2^((kTeeth - 1) kColumns) times the point, and for each lower tooth i 2^(i kColumns) times
  // it: added where bit i of m is set, taken away where it is not.
  std::array<edwards25519::Addend, kSums> sums_;
};

template <std::size_t kTeeth>
Comb<kTeeth>::Comb(const edwards25519::Point& point) {
  using namespace edwards25519;
  std::array<Point, kTeeth> twice;  // 2^(i kColumns + 1) times it
  Point multiple = point, below = Identity();
  for (std::size_t i = 0; i + 1 < kTeeth; ++i) {
    below = ToPoint(edwards25519::AddTo(below, multiple));
    for (std::size_t times = 0; times < kColumns; ++times) {
      multiple = ToPoint(Double(multiple));
      if (times == 0) twice[i] = multiple;
    }
  }
  std::vector<Point> points(kSums);
  points[0] = ToPoint(edwards25519::AddTo(multiple, Negate(below)));
  for (std::size_t i = 0; i + 1 < kTeeth; ++i) {
    const std::size_t bit = std::size_t{1} << i;
    for (std::size_t rest = 0; rest < bit; ++rest)
      points[bit + rest] = ToPoint(edwards25519::AddTo(points[rest], twice[i]));
  }
  ToAddends(points.data(), kSums, sums_.data());
}

}  // namespace lottery::crypto
