// Eight sums side by side, a lane of a vector register for each (AVX-512 IFMA, Intel since Ice Lake
// and AMD since Zen 4). The formulas are those of edwards25519.cc. Every function that has a Vector
// says which instructions it may use, and nothing else of ours uses them: a processor without them
// is asked first.
//
// Bounds. Products take the low 52 bits of a limb, so every element is carried: limbs below 2^51 +
// 2^15, or those of an addend, below 2^51 + 2^18.
#include "base/result.h"
#include "crypto/double_scalar.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES [[gnu::target("avx512f,avx512ifma")]]

namespace lottery::crypto {
namespace {
using edwards25519::Addend;
using edwards25519::Element;

/// A number for each lane.
using Vector [[gnu::vector_size(64)]] = std::uint64_t;

struct Elements {
  Vector limb[5];
};
struct Points {
  Elements x, y, z, t;
};
using Sums = Points;  // as edwards25519::Sum: (x/z, y/t)

// low + the low 52 bits of ab, and high + what is above them.
LANES inline void AddProduct(Vector& low, Vector& high, const Vector& a, const Vector& b) {
  low = Vector(_mm512_madd52lo_epu64(__m512i(low), __m512i(a), __m512i(b)));
  high = Vector(_mm512_madd52hi_epu64(__m512i(high), __m512i(a), __m512i(b)));
}

// Of limbs below 2^61.
LANES inline Elements Carried(const Elements& a) {
  Elements out;
  const Vector top = a.limb[4] >> 51;
  out.limb[0] = (a.limb[0] & field25519::kMask) + top + (top << 1) + (top << 4);
  for (int i = 1; i < 5; ++i) out.limb[i] = (a.limb[i] & field25519::kMask) + (a.limb[i - 1] >> 51);
  return out;
}

LANES inline Elements Add(const Elements& a, const Elements& b) {
  Elements out;
  for (int i = 0; i < 5; ++i) out.limb[i] = a.limb[i] + b.limb[i];
  return Carried(out);
}

// a + 2p - b.
LANES inline Elements Subtract(const Elements& a, const Elements& b) {
  Elements out;
  out.limb[0] = a.limb[0] + 2 * (field25519::kMask - 18) - b.limb[0];
  for (int i = 1; i < 5; ++i) out.limb[i] = a.limb[i] + 2 * field25519::kMask - b.limb[i];
  return Carried(out);
}

// b in the lanes in which all bits of `which` are set, a in those in which none is.
LANES inline Elements Choose(const Vector& which, const Elements& a, const Elements& b) {
  Elements out;
  for (int i = 0; i < 5; ++i) out.limb[i] = (a.limb[i] & ~which) | (b.limb[i] & which);
  return out;
}

// A limb has 51 bits and a product is cut at 52: its high half counts twice.
LANES inline Vector Joined(const Vector& low, const Vector& high) { return low + (high << 1); }

// a + 19 b, where b is below 2^56.
LANES inline Vector Folded(const Vector& a, const Vector& b) { return a + b + (b << 1) + (b << 4); }

// Sums of at most five low halves below 2^52 and five high ones below 2^51 + 2^19 once
// doubled: below 2^56, and below 2^61 when folded.
LANES Elements Multiply(const Elements& x, const Elements& y) {
  const auto& a = x.limb;
  const auto& b = y.limb;
  Vector l0{}, l1{}, l2{}, l3{}, l4{}, l5{}, l6{}, l7{}, l8{};
  Vector h1{}, h2{}, h3{}, h4{}, h5{}, h6{}, h7{}, h8{}, h9{};
  AddProduct(l0, h1, a[0], b[0]);
  AddProduct(l1, h2, a[0], b[1]);
  AddProduct(l2, h3, a[0], b[2]);
  AddProduct(l3, h4, a[0], b[3]);
  AddProduct(l4, h5, a[0], b[4]);
  AddProduct(l1, h2, a[1], b[0]);
  AddProduct(l2, h3, a[1], b[1]);
  AddProduct(l3, h4, a[1], b[2]);
  AddProduct(l4, h5, a[1], b[3]);
  AddProduct(l5, h6, a[1], b[4]);
  AddProduct(l2, h3, a[2], b[0]);
  AddProduct(l3, h4, a[2], b[1]);
  AddProduct(l4, h5, a[2], b[2]);
  AddProduct(l5, h6, a[2], b[3]);
  AddProduct(l6, h7, a[2], b[4]);
  AddProduct(l3, h4, a[3], b[0]);
  AddProduct(l4, h5, a[3], b[1]);
  AddProduct(l5, h6, a[3], b[2]);
  AddProduct(l6, h7, a[3], b[3]);
  AddProduct(l7, h8, a[3], b[4]);
  AddProduct(l4, h5, a[4], b[0]);
  AddProduct(l5, h6, a[4], b[1]);
  AddProduct(l6, h7, a[4], b[2]);
  AddProduct(l7, h8, a[4], b[3]);
  AddProduct(l8, h9, a[4], b[4]);
  return Carried({{Folded(l0, Joined(l5, h5)), Folded(Joined(l1, h1), Joined(l6, h6)),
                   Folded(Joined(l2, h2), Joined(l7, h7)), Folded(Joined(l3, h3), Joined(l8, h8)),
                   Folded(Joined(l4, h4), h9 << 1)}});
}

// Rows become columns.
LANES inline void Transpose(Vector (&row)[8]) {
  Vector pair[8];
  for (int i = 0; i < 8; i += 2) {
    pair[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pair[i + 1] = __builtin_shufflevector(row[i], row[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int odd = 0; odd < 2; ++odd) {
    const auto &p = pair[odd], &q = pair[odd + 2], &r = pair[odd + 4], &s = pair[odd + 6];
    const Vector even4[2] = {__builtin_shufflevector(p, q, 0, 1, 4, 5, 8, 9, 12, 13),
                             __builtin_shufflevector(r, s, 0, 1, 4, 5, 8, 9, 12, 13)};
    const Vector odd4[2] = {__builtin_shufflevector(p, q, 2, 3, 6, 7, 10, 11, 14, 15),
                            __builtin_shufflevector(r, s, 2, 3, 6, 7, 10, 11, 14, 15)};
    row[odd] = __builtin_shufflevector(even4[0], even4[1], 0, 1, 4, 5, 8, 9, 12, 13);
    row[odd + 4] = __builtin_shufflevector(even4[0], even4[1], 2, 3, 6, 7, 10, 11, 14, 15);
    row[odd + 2] = __builtin_shufflevector(odd4[0], odd4[1], 0, 1, 4, 5, 8, 9, 12, 13);
    row[odd + 6] = __builtin_shufflevector(odd4[0], odd4[1], 2, 3, 6, 7, 10, 11, 14, 15);
  }
}

struct Addends {
  Elements plus, minus, xy2d;
};

// An addend is fifteen words in two cache lines: two squares of eight.
LANES inline Addends Gather(const Addend* const (&from)[kLanes]) {
  static_assert(sizeof(Addend) == 128 && alignof(Addend) >= 64);
  Vector low[8], high[8];
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    std::memcpy(&low[lane], from[lane], sizeof low[lane]);
    std::memcpy(&high[lane], reinterpret_cast<const char*>(from[lane]) + 64, sizeof high[lane]);
  }
  Transpose(low);
  Transpose(high);
  return {{{low[0], low[1], low[2], low[3], low[4]}},
          {{low[5], low[6], low[7], high[0], high[1]}},
          {{high[2], high[3], high[4], high[5], high[6]}}};
}

LANES Sums AddTo(const Points& p, const Addend* const (&from)[kLanes], const Vector& negative) {
  const Addends q = Gather(from);
  const Elements a = Multiply(Subtract(p.y, p.x), Choose(negative, q.minus, q.plus));
  const Elements b = Multiply(Add(p.y, p.x), Choose(negative, q.plus, q.minus));
  const Elements c = Multiply(q.xy2d, p.t);
  const Elements d = Add(p.z, p.z);
  const Elements more = Add(d, c), less = Subtract(d, c);
  return {Subtract(b, a), Add(b, a), Choose(negative, more, less), Choose(negative, less, more)};
}

LANES Sums Double(const Points& p) {
  const Elements xx = Multiply(p.x, p.x), yy = Multiply(p.y, p.y), zz = Multiply(p.z, p.z);
  const Elements xy = Add(p.x, p.y), both = Add(yy, xx), less = Subtract(yy, xx);
  return {Subtract(Multiply(xy, xy), both), both, less, Subtract(Add(zz, zz), less)};
}

// t is wanted when something is added, not when the point is doubled.
LANES inline Points ToPoints(const Sums& s, bool with_t) {
  Points out{Multiply(s.x, s.t), Multiply(s.y, s.z), Multiply(s.z, s.t), s.t};
  if (with_t) out.t = Multiply(s.x, s.y);
  return out;
}

// Where each lane finds its addend, and all bits of those that are taken away.
struct Lookup {
  const Addend* from[kLanes];
  std::uint64_t negative[kLanes];
  void Put(std::size_t lane, const Addend& addend, bool taken_away) {
    from[lane] = &addend;
    negative[lane] = taken_away ? ~std::uint64_t{0} : 0;
  }
};

Lookup LookUpKeys(const DoubleScalar* const (&of)[kLanes], std::size_t at) {
  Lookup out{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto& one = *of[lane];
    if (at + kAhead < one.of_key.size()) one.comb->Fetch(one.of_key[at + kAhead]);
    out.Put(lane, one.comb->At(one.of_key[at]), one.of_key[at].negative);
  }
  return out;
}

Lookup LookUpBase(const DoubleScalar* const (&of)[kLanes], std::size_t at) {
  Lookup out{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto& place = of[lane]->of_base[at];
    out.Put(lane, BaseComb().At(place), place.negative);
  }
  return out;
}

LANES inline Sums AddTo(const Sums& sum, const Lookup& q) {
  Vector negative;
  std::memcpy(&negative, q.negative, sizeof negative);
  return AddTo(ToPoints(sum, true), q.from, negative);
}

LANES Elements Load(const Element (&from)[kLanes]) {
  Elements out;
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t lane = 0; lane < kLanes; ++lane) out.limb[i][lane] = from[lane].limb[i];
  return out;
}

template <class To>
LANES void Store(const Elements& from, Element To::*to, std::size_t count, To* out) {
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t lane = 0; lane < count; ++lane) (out[lane].*to).limb[i] = from.limb[i][lane];
  }
}

}  // namespace

bool HasLanes() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
}

LANES void SumInLanes(std::span<const DoubleScalar> some, edwards25519::Projective* out) {
  LOTTERY_CHECK(!some.empty() && some.size() <= kLanes);
  const DoubleScalar* of[kLanes];  // lanes that nobody asked for do what the first does
  for (std::size_t lane = 0; lane < kLanes; ++lane) of[lane] = &some[lane < some.size() ? lane : 0];
  const Elements nothing{}, one{{Vector{} + 1}};
  Points sum{nothing, one, one, nothing};
  std::size_t of_key_used = 0, of_base_used = 0;
  for (std::size_t step = CombOfKey::kSteps; step-- > 0;) {
    Sums next = Double(sum);
    for (std::size_t table = 0; table < kTablesOfKey; ++table)
      next = AddTo(next, LookUpKeys(of, of_key_used++));
    for (std::size_t table = 0; step < CombOfBase::kSteps && table < kTablesOfBase; ++table)
      next = AddTo(next, LookUpBase(of, of_base_used++));
    sum = ToPoints(next, false);
  }
  Store(sum.x, &edwards25519::Projective::x, some.size(), out);
  Store(sum.y, &edwards25519::Projective::y, some.size(), out);
  Store(sum.z, &edwards25519::Projective::z, some.size(), out);
}

LANES void ComputeInLanes(const Element (&a)[kLanes], const Element (&b)[kLanes],
                          LaneArithmetic (&out)[kLanes]) {
  const Elements x = Load(a), y = Load(b);
  Store(Multiply(x, y), &LaneArithmetic::product, kLanes, out);
  Store(Add(x, y), &LaneArithmetic::sum, kLanes, out);
  Store(Subtract(x, y), &LaneArithmetic::difference, kLanes, out);
}

}  // namespace lottery::crypto

#else  // another kind of processor

namespace lottery::crypto {

bool HasLanes() { return false; }
void SumInLanes(std::span<const DoubleScalar>, edwards25519::Projective*) { LOTTERY_CHECK(false); }
void ComputeInLanes(const field25519::Element (&)[kLanes], const field25519::Element (&)[kLanes],
                    LaneArithmetic (&)[kLanes]) {
  LOTTERY_CHECK(false);
}

}  // namespace lottery::crypto

#endif
