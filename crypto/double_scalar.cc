#include "crypto/double_scalar.h"

#include <algorithm>

namespace lottery::crypto {
namespace {

constexpr std::size_t kWorthLanes = 2;

}  // namespace

const CombOfBase& BaseComb() {
  static const CombOfBase comb(edwards25519::Base());
  return comb;
}

DoubleScalar MakeDoubleScalar(const CombOfKey& comb, const std::uint8_t* key_scalar,
                              const std::uint8_t* base_scalar) {
  const DoubleScalar out{&comb, CombOfKey::PlacesOf({key_scalar, CombOfKey::kBits}),
                         CombOfBase::PlacesOf({base_scalar, CombOfBase::kBits})};
  for (std::size_t i = 0; i < kAhead; ++i) comb.Fetch(out.of_key[i]);
  return out;
}

edwards25519::Projective SumOf(const DoubleScalar& one) {
  const CombOfBase& of_base = BaseComb();
  auto sum = edwards25519::ToProjective(edwards25519::Identity());
  std::size_t of_key_used = 0, of_base_used = 0;
  for (std::size_t step = CombOfKey::kSteps; step-- > 0;) {
    auto next = Double(sum);
    for (std::size_t table = 0; table < kTablesOfKey; ++table, ++of_key_used) {
      if (of_key_used + kAhead < one.of_key.size())
        one.comb->Fetch(one.of_key[of_key_used + kAhead]);
      next = AddTo(ToPoint(next), one.comb->At(one.of_key[of_key_used]),
                   one.of_key[of_key_used].negative);
    }
    for (std::size_t table = 0; step < CombOfBase::kSteps && table < kTablesOfBase; ++table) {
      const auto& place = one.of_base[of_base_used++];
      next = AddTo(ToPoint(next), of_base.At(place), place.negative);
    }
    sum = ToProjective(next);
  }
  return sum;
}

void SumAll(std::span<const DoubleScalar> all, edwards25519::Projective* out, bool lanes) {
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t count = lanes ? std::min(kLanes, all.size() - at) : 1;
    if (count >= kWorthLanes) {
      SumInLanes(all.subspan(at, count), out + at);
    } else {
      out[at] = SumOf(all[at]);
    }
    at += count;
  }
}

}  // namespace lottery::crypto
