// ECVRF-EDWARDS25519-SHA512-TAI, RFC 9381 suite 3, strict: the key and Gamma must lie in the
// prime-order subgroup and be canonically encoded, s < q, a proof has exactly 80 octets. An output
// exists only together with a verified proof: there is no proof-to-hash on its own.
#pragma once

#include "crypto/ed25519.h"

namespace lottery::crypto {

inline constexpr std::size_t kVrfProofOctets = 80;
inline constexpr std::size_t kVrfOutputOctets = 64;

class VrfKey {
 public:
  static VrfKey Generate();
  /// Errors: kBadKey unless 32 octets.
  static Result<VrfKey> FromSeed(ByteView seed);
  /// From the scalar alone, as an escrow gives it back: its nonces come from the scalar, so a proof
  /// is not the official's octet for octet; its output is. Errors: kBadKey unless 32 octets below
  /// the group order and not zero.
  static Result<VrfKey> FromScalar(const SecretBytes& scalar);
  /// RFC 9381 5.1. The proof `pi`, 80 octets. The time taken depends on `alpha` alone, which is
  /// public.
  Bytes Prove(ByteView alpha) const;
  const Bytes& public_key() const { return public_key_; }
  ByteView RevealSeed() const { return seed_.Reveal(); }
  ByteView RevealScalar() const { return scalar_.Reveal(); }

 private:
  VrfKey() = default;
  SecretBytes seed_, scalar_, prefix_;
  Bytes public_key_;
};

/// RFC 9381 5.3 with key validation. The output `beta`, 64 octets. Errors: kBadKey, kBadProof.
Result<Bytes> VrfVerify(ByteView public_key, ByteView alpha, ByteView proof);

}  // namespace lottery::crypto
