#include "crypto/ed25519.h"

#include <sodium.h>

#include "crypto/hash.h"

namespace lottery::crypto {

SigningKey SigningKey::Generate() {
  const auto seed = SecretBytes::Random(kSeedOctets);
  auto key = FromSeed(seed.Reveal());
  LOTTERY_CHECK(key.has_value());
  return std::move(*key);
}

Result<SigningKey> SigningKey::FromSeed(ByteView seed) {
  if (seed.size() != kSeedOctets)
    return base::Fail(base::ErrorCode::kBadKey, "a seed has 32 octets");
  Bytes public_key(crypto_sign_PUBLICKEYBYTES, '\0');
  Bytes expanded(crypto_sign_SECRETKEYBYTES, '\0');
  LOTTERY_CHECK(
      crypto_sign_seed_keypair(base::U8(public_key), base::U8(expanded), base::U8(seed)) == 0);
  SigningKey key(SecretBytes(seed), SecretBytes(expanded), std::move(public_key));
  WipeString(expanded);
  return key;
}

Bytes SigningKey::Sign(ByteView message) const {
  Bytes signature(kSignatureOctets, '\0');
  LOTTERY_CHECK(crypto_sign_detached(base::U8(signature), nullptr, base::U8(message),
                                     message.size(), base::U8(expanded_.Reveal())) == 0);
  return signature;
}

bool VerifySignature(ByteView public_key, ByteView message, ByteView signature) {
  return public_key.size() == kPublicKeyOctets && signature.size() == kSignatureOctets &&
         crypto_sign_verify_detached(base::U8(signature), base::U8(message), message.size(),
                                     base::U8(public_key)) == 0;
}

bool IsValidPublicKey(ByteView public_key) {
  return public_key.size() == kPublicKeyOctets &&
         crypto_core_ed25519_is_valid_point(base::U8(public_key)) == 1;
}

Bytes KeyId(ByteView public_key) {
  return Bytes(TaggedHash("lottery-key-id/1", {public_key}).view().substr(0, 8));
}

}  // namespace lottery::crypto
