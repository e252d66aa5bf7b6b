// A multiple of a key and a multiple of the base point, added up from tables of both. Not in
// constant time: for public values only.
#pragma once

#include <span>

#include "crypto/comb.h"

namespace lottery::crypto {

inline constexpr std::size_t kTablesOfKey = 2, kTablesOfBase = 2;
using CombOfKey = Comb<7, kTablesOfKey>;     // 16 kB
using CombOfBase = Comb<10, kTablesOfBase>;  // 128 kB, once a process
static_assert(CombOfBase::kSteps <= CombOfKey::kSteps);

/// What is to be looked up for one such sum, in the order in which it is added: for each step of
/// CombOfKey one place in each table of the key, in the last steps one in each table of the base
/// too, then a doubling.
struct DoubleScalar {
  const CombOfKey* comb = nullptr;
  CombOfKey::Places of_key;
  CombOfBase::Places of_base;
};

/// Scalars below L, 32 octets, little-endian. `comb` outlives the answer.
DoubleScalar MakeDoubleScalar(const CombOfKey& comb, const std::uint8_t* key_scalar,
                              const std::uint8_t* base_scalar);

/// One sum after the other.
edwards25519::Projective SumOf(const DoubleScalar& one);

inline constexpr std::size_t kLanes = 8;
/// Whether this processor adds up kLanes sums side by side (AVX-512 with IFMA).
bool HasLanes();
/// The same sums side by side. Pre: HasLanes(); up to kLanes.
void SumInLanes(std::span<const DoubleScalar> some, edwards25519::Projective* out);

/// The same sums in the way that is cheapest here.
void SumAll(std::span<const DoubleScalar> all, edwards25519::Projective* out);

/// The sums of multiples of the base point.
const CombOfBase& BaseComb();

}  // namespace lottery::crypto
