// Points of edwards25519 (RFC 8032, section 5.1): -x^2 + y^2 = 1 + d x^2 y^2, by the complete
// formulas of Hisil, Wong, Carter and Dawson (2008). Not in constant time: for public values only.
#pragma once

#include <optional>

#include "crypto/field25519.h"

namespace lottery::crypto::edwards25519 {

using field25519::Element;
using field25519::Octets;

/// (x/z, y/z).
struct Projective {
  Element x, y, z;
};
/// The same with t = xy/z.
struct Point {
  Element x, y, z, t;
};
/// What comes out of a sum: (x/z, y/t).
struct Sum {
  Element x, y, z, t;
};
/// A point as a table keeps it, to be added: y + x, y - x, 2dxy; z is 1. All tight. Two cache
/// lines.
struct alignas(128) Addend {
  Element plus, minus, xy2d;
};

Point Identity();
/// The point of order L every signature is made with.
const Point& Base();
/// Nothing unless a point has this encoding (RFC 8032, section 5.1.3; y may be above p).
std::optional<Point> Decode(const Octets& octets);
Octets Encode(const Projective& p);
/// Of `count` points: one inversion for all.
void Encode(const Projective* points, std::size_t count, Octets* out);
Point Negate(const Point& p);
Sum Double(const Projective& p);
/// p + q, or p - q.
Sum AddTo(const Point& p, const Addend& q, bool negative);
Sum AddTo(const Point& p, const Point& q);
/// Of `count` points: one inversion for all.
void ToAddends(const Point* points, std::size_t count, Addend* out);
/// One of the eight points whose order divides 8.
bool IsSmall(const Projective& p);

inline Projective ToProjective(const Sum& s) {
  return {Multiply(s.x, s.t), Multiply(s.y, s.z), Multiply(s.z, s.t)};
}
inline Point ToPoint(const Sum& s) {
  return {Multiply(s.x, s.t), Multiply(s.y, s.z), Multiply(s.z, s.t), Multiply(s.x, s.y)};
}
inline Projective ToProjective(const Point& p) { return {p.x, p.y, p.z}; }
inline Sum Double(const Point& p) { return Double(ToProjective(p)); }

}  // namespace lottery::crypto::edwards25519
