// Escrow of a VRF key: Feldman shares of its scalar, any two of three give it back. So an
// official's silence can delay a draw and cannot change it: there is one proof's output for a key
// and an input, whoever makes the proof.
#pragma once

#include <array>

#include "crypto/ecvrf.h"

namespace lottery::crypto {

inline constexpr int kEscrowHolders = 3;
inline constexpr int kEscrowThreshold = 2;

/// f(z) = x + a z modulo the group order, x the key's scalar, a random. Holder i = 1, 2, 3 has
/// f(i).
struct EscrowShares {
  Bytes commitment;  // a times the base point; the key itself commits to x
  std::array<SecretBytes, kEscrowHolders> shares;  // 32 octets each, little-endian
};
EscrowShares SplitVrfKey(const VrfKey& key);

/// Whether f(holder) is what key and commitment promise: holders need not trust who split it.
/// Errors: kBadShare.
base::Status CheckShare(ByteView public_key, ByteView commitment, int holder, ByteView share);

struct HeldShare {
  int holder = 0;  // 1, 2 or 3
  SecretBytes share;
};
/// The key, able to prove. Its proofs differ from the official's own, their outputs do not. Errors:
/// kBadShare when a share does not hold or both are one holder's.
Result<VrfKey> RecoverVrfKey(ByteView public_key, ByteView commitment, const HeldShare& one,
                             const HeldShare& other);

}  // namespace lottery::crypto
