// Arithmetic modulo p = 2^255 - 19 for points of edwards25519, in five limbs of 51 bits. Not in
// constant time: for public values only.
//
// Bounds. A limb of what Multiply, Square and FromOctets answer is below 2^51 + 2^18 ("tight").
// They take limbs below 2^54: a sum of up to four tight elements, or a sum of up to three less a
// sum of up to two, which is the most that Subtract takes on its right.
#pragma once

#include <array>
#include <cstdint>

namespace lottery::crypto::field25519 {

__extension__ typedef unsigned __int128 Wide;

inline constexpr std::uint64_t kMask = (std::uint64_t{1} << 51) - 1;

struct Element {
  std::uint64_t limb[5] = {};
};

inline constexpr Element Small(std::uint64_t value) { return {{value, 0, 0, 0, 0}}; }

inline Element Add(const Element& a, const Element& b) {
  Element out;
  for (int i = 0; i < 5; ++i) out.limb[i] = a.limb[i] + b.limb[i];
  return out;
}

// a + 4p - b, so that no limb is negative.
inline Element Subtract(const Element& a, const Element& b) {
  Element out;
  out.limb[0] = a.limb[0] + 4 * (kMask - 18) - b.limb[0];
  for (int i = 1; i < 5; ++i) out.limb[i] = a.limb[i] + 4 * kMask - b.limb[i];
  return out;
}

// Sums of products, t0 to t3 below 2^115 and t4 below 2^111, become a tight element; 2^255 = 19.
inline Element Carried(Wide t0, Wide t1, Wide t2, Wide t3, Wide t4) {
  Element out;
  const auto low = [](Wide t) { return static_cast<std::uint64_t>(t) & kMask; };
  const auto high = [](Wide t) { return static_cast<std::uint64_t>(t >> 51); };
  t1 += high(t0);
  t2 += high(t1);
  t3 += high(t2);
  t4 += high(t3);
  const std::uint64_t first = low(t0) + 19 * high(t4);
  out.limb[0] = first & kMask;
  out.limb[1] = low(t1) + (first >> 51);
  out.limb[2] = low(t2);
  out.limb[3] = low(t3);
  out.limb[4] = low(t4);
  return out;
}

inline Element Multiply(const Element& a, const Element& b) {
  const auto [a0, a1, a2, a3, a4] = a.limb;
  const auto [b0, b1, b2, b3, b4] = b.limb;
  const std::uint64_t c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
  const auto of = [](std::uint64_t x, std::uint64_t y) { return Wide{x} * y; };
  return Carried(of(a0, b0) + of(a1, c4) + of(a2, c3) + of(a3, c2) + of(a4, c1),
                 of(a0, b1) + of(a1, b0) + of(a2, c4) + of(a3, c3) + of(a4, c2),
                 of(a0, b2) + of(a1, b1) + of(a2, b0) + of(a3, c4) + of(a4, c3),
                 of(a0, b3) + of(a1, b2) + of(a2, b1) + of(a3, b0) + of(a4, c4),
                 of(a0, b4) + of(a1, b3) + of(a2, b2) + of(a3, b1) + of(a4, b0));
}

inline Element Square(const Element& a) {
  const auto [a0, a1, a2, a3, a4] = a.limb;
  const std::uint64_t d0 = 2 * a0, d1 = 2 * a1, c3 = 19 * a3, c4 = 19 * a4;
  const auto of = [](std::uint64_t x, std::uint64_t y) { return Wide{x} * y; };
  return Carried(of(a0, a0) + of(d1, c4) + of(2 * a2, c3), of(d0, a1) + of(2 * a2, c4) + of(a3, c3),
                 of(d0, a2) + of(a1, a1) + of(2 * a3, c4), of(d0, a3) + of(d1, a2) + of(a4, c4),
                 of(d0, a4) + of(d1, a3) + of(a2, a2));
}

/// 32 octets, little-endian.
using Octets = std::array<std::uint8_t, 32>;
/// The top bit is left out; what is not below p is taken modulo p.
Element FromOctets(const Octets& octets);
/// The one encoding below p. Any limbs Multiply takes.
Octets ToOctets(const Element& a);
/// a^(p - 2): the inverse, and 0 of 0.
Element Invert(const Element& a);
/// a^((p - 5) / 8), on the way to a square root.
Element PowerForRoot(const Element& a);
bool Equal(const Element& a, const Element& b);

}  // namespace lottery::crypto::field25519
