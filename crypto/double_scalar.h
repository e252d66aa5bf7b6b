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

/// What is to be looked up for one such sum, in the order in which it is added: each step of
/// CombOfKey doubles what there is and adds one place in each table of the key, the last steps one
/// in each table of the base too.
struct DoubleScalar {
  const CombOfKey* comb = nullptr;
  CombOfKey::Places of_key;
  CombOfBase::Places of_base;
};

/// So many places before it is needed memory is asked for.
inline constexpr std::size_t kAhead = 4;

/// Scalars below L, 32 octets, little-endian. `comb` outlives the answer. Asks for the memory of
/// the first places.
DoubleScalar MakeDoubleScalar(const CombOfKey& comb, const std::uint8_t* key_scalar,
                              const std::uint8_t* base_scalar);

/// One sum, by ordinary instructions.
edwards25519::Projective SumOf(const DoubleScalar& one);

inline constexpr std::size_t kLanes = 8;
/// Whether this processor adds up kLanes sums side by side (AVX-512 with IFMA).
bool HasLanes();
/// The same sums side by side. Pre: HasLanes(); up to kLanes.
void SumInLanes(std::span<const DoubleScalar> some, edwards25519::Projective* out);

/// Any number of sums; with lanes as many side by side as there are, if there is more than one.
void SumAll(std::span<const DoubleScalar> all, edwards25519::Projective* out,
            bool lanes = HasLanes());

/// The arithmetic that lanes are made of, to be tested at its bounds. Pre: HasLanes(); limbs below
/// 2^51 + 2^18. Limbs of what comes out are below 2^51 + 2^15.
struct LaneArithmetic {
  field25519::Element product, sum, difference;
};
void ComputeInLanes(const field25519::Element (&a)[kLanes], const field25519::Element (&b)[kLanes],
                    LaneArithmetic (&out)[kLanes]);

/// The sums of multiples of the base point.
const CombOfBase& BaseComb();

}  // namespace lottery::crypto
