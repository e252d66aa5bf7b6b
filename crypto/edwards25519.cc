#include "crypto/edwards25519.h"

#include <vector>

namespace lottery::crypto::edwards25519 {
using namespace field25519;
namespace {

Element NegateOf(const Element& a) { return Multiply(Subtract(Small(0), a), Small(1)); }

struct Constants {
  Element d, d2;  // of the curve: -121665/121666, and twice that
  Element root;   // of -1: 2^((p - 1) / 4)
};
const Constants& Known() {
  static const Constants known = [] {
    Constants c;
    c.d = NegateOf(Multiply(Small(121665), Invert(Small(121666))));
    c.d2 = Multiply(c.d, Small(2));
    c.root = Multiply(Square(PowerForRoot(Small(2))), Small(2));
    return c;
  }();
  return known;
}

bool IsOdd(const Element& a) { return (ToOctets(a)[0] & 1) != 0; }

// Calls `take` with each point's number and the inverse of its z, from the last to the first; one
// inversion for all.
template <class P, class Take>
void InvertEach(const P* points, std::size_t count, const Take& take) {
  std::vector<Element> before(count);  // the product of all z before it
  Element product = Small(1);
  for (std::size_t i = 0; i < count; ++i) {
    before[i] = product;
    product = Multiply(product, points[i].z);
  }
  Element inverse = Invert(product);
  for (std::size_t i = count; i-- > 0;) {
    take(i, Multiply(inverse, before[i]));
    inverse = Multiply(inverse, points[i].z);
  }
}

}  // namespace

Point Identity() { return {Small(0), Small(1), Small(1), Small(0)}; }

const Point& Base() {
  static const Point base = [] {  // y = 4/5, x even
    const auto point = Decode(ToOctets(Multiply(Small(4), Invert(Small(5)))));
    return point.value();
  }();
  return base;
}

std::optional<Point> Decode(const Octets& octets) {
  const Element y = FromOctets(octets), one = Small(1);
  const Element y2 = Square(y);
  const Element u = Subtract(y2, one);  // x^2 = u / v
  const Element v = Multiply(Add(Multiply(Known().d, y2), one), one);
  const Element v3 = Multiply(Square(v), v);
  const Element power = PowerForRoot(Multiply(u, Multiply(Square(v3), v)));
  Element x = Multiply(Multiply(u, v3), power);
  const Element vx2 = Multiply(v, Square(x));
  if (!Equal(vx2, u)) {
    if (!Equal(vx2, NegateOf(Multiply(u, one)))) return std::nullopt;
    x = Multiply(x, Known().root);
  }
  const bool odd = (octets[31] & 0x80) != 0;
  if (odd && Equal(x, Small(0))) return std::nullopt;
  if (IsOdd(x) != odd) x = NegateOf(x);
  return Point{x, y, one, Multiply(x, y)};
}

Octets Encode(const Projective& p) {
  Octets out;
  Encode(&p, 1, &out);
  return out;
}

void Encode(const Projective* points, std::size_t count, Octets* out) {
  InvertEach(points, count, [&](std::size_t i, const Element& inverse) {
    out[i] = ToOctets(Multiply(points[i].y, inverse));
    if (IsOdd(Multiply(points[i].x, inverse))) out[i][31] |= 0x80;
  });
}

Point Negate(const Point& p) { return {NegateOf(p.x), p.y, p.z, NegateOf(p.t)}; }

Sum Double(const Projective& p) {
  const Element xx = Square(p.x), yy = Square(p.y), zz = Square(p.z);
  const Element both = Add(yy, xx);
  return {Subtract(Square(Add(p.x, p.y)), both), both, Subtract(yy, xx),
          Subtract(Add(Add(zz, zz), xx), yy)};
}

// To take q away is to add (-x, y): y + x and y - x change places, and so do the last two.
Sum AddTo(const Point& p, const Addend& q, bool negative) {
  const Element a = Multiply(Subtract(p.y, p.x), negative ? q.plus : q.minus);
  const Element b = Multiply(Add(p.y, p.x), negative ? q.minus : q.plus);
  const Element c = Multiply(q.xy2d, p.t);
  const Element d = Add(p.z, p.z);
  const Element zt[2] = {Add(d, c), Subtract(d, c)};
  return {Subtract(b, a), Add(b, a), zt[negative ? 1 : 0], zt[negative ? 0 : 1]};
}

Sum AddTo(const Point& p, const Point& q) {
  const Element a = Multiply(Subtract(p.y, p.x), Subtract(q.y, q.x));
  const Element b = Multiply(Add(p.y, p.x), Add(q.y, q.x));
  const Element c = Multiply(Multiply(p.t, q.t), Known().d2);
  const Element zz = Multiply(p.z, q.z);
  const Element d = Add(zz, zz);
  return {Subtract(b, a), Add(b, a), Add(d, c), Subtract(d, c)};
}

void ToAddends(const Point* points, std::size_t count, Addend* out) {
  InvertEach(points, count, [&](std::size_t i, const Element& inverse) {
    const Element x = Multiply(points[i].x, inverse), y = Multiply(points[i].y, inverse);
    const Element one = Small(1);
    out[i] = {Multiply(Add(y, x), one), Multiply(Subtract(y, x), one),
              Multiply(Multiply(x, y), Known().d2)};
  });
}

// Order 1 and 2 have x = 0, order 4 y = 0, and what doubles to order 4 has x^2 + y^2 = 0.
bool IsSmall(const Projective& p) {
  const Element zero = Small(0);
  return Equal(p.x, zero) || Equal(p.y, zero) || Equal(Add(Square(p.x), Square(p.y)), zero);
}

}  // namespace lottery::crypto::edwards25519
