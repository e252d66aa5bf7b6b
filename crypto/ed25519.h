// Ed25519. A signature is valid when libsodium 1.0.18 says so; public keys pass the stricter point
// check when they are registered, which shuts out small-order and mixed-order keys.
#pragma once

#include "crypto/secret.h"

namespace lottery::crypto {

using base::Bytes;
using base::ByteView;
using base::Digest;
using base::Result;
using base::Status;

inline constexpr std::size_t kPublicKeyOctets = 32;
inline constexpr std::size_t kSignatureOctets = 64;
inline constexpr std::size_t kSeedOctets = 32;

class SigningKey {
 public:
  static SigningKey Generate();
  /// Errors: kBadKey unless the seed has 32 octets.
  static Result<SigningKey> FromSeed(ByteView seed);

  Bytes Sign(ByteView message) const;
  const Bytes& public_key() const { return public_key_; }
  ByteView RevealSeed() const { return seed_.Reveal(); }

 private:
  SigningKey(SecretBytes seed, SecretBytes expanded, Bytes public_key)
      : seed_(std::move(seed)),
        expanded_(std::move(expanded)),
        public_key_(std::move(public_key)) {}
  SecretBytes seed_;
  SecretBytes expanded_;
  Bytes public_key_;
};

/// HOT: bench/micro. About 47 us; the floor of issuance.
bool VerifySignature(ByteView public_key, ByteView message, ByteView signature);

/// True for 32 octets that encode a point of the prime-order subgroup, canonically and not small.
bool IsValidPublicKey(ByteView public_key);

/// First 8 octets of SHA-256("lottery-key-id/1", key): how leaves name a signer.
Bytes KeyId(ByteView public_key);

}  // namespace lottery::crypto
