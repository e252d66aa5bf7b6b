#include "crypto/escrow.h"

#include <sodium.h>

#include "crypto/hash.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
using base::U8;
namespace {

constexpr std::size_t kScalar = 32;

Bytes Small(int n) {
  Bytes scalar(kScalar, '\0');
  scalar[0] = static_cast<char>(n);
  return scalar;
}
Bytes Times(ByteView a, ByteView b) {
  Bytes out(kScalar, '\0');
  crypto_core_ed25519_scalar_mul(U8(out), U8(a), U8(b));
  return out;
}
Bytes Plus(ByteView a, ByteView b) {
  Bytes out(kScalar, '\0');
  crypto_core_ed25519_scalar_add(U8(out), U8(a), U8(b));
  return out;
}
Bytes Minus(ByteView a, ByteView b) {
  Bytes out(kScalar, '\0');
  crypto_core_ed25519_scalar_sub(U8(out), U8(a), U8(b));
  return out;
}
Bytes Reduced(ByteView scalar) {
  Bytes wide(scalar), out(kScalar, '\0');
  wide.resize(64, '\0');
  crypto_core_ed25519_scalar_reduce(U8(out), U8(ByteView(wide)));
  WipeString(wide);
  return out;
}

}  // namespace

EscrowShares SplitVrfKey(const VrfKey& key) {
  LOTTERY_CHECK(sodium_init() >= 0);
  EscrowShares out;
  Bytes a(kScalar, '\0'), x = Reduced(key.RevealScalar());
  crypto_core_ed25519_scalar_random(U8(a));
  out.commitment.assign(32, '\0');
  LOTTERY_CHECK(crypto_scalarmult_ed25519_base_noclamp(U8(out.commitment), U8(ByteView(a))) == 0);
  for (int i = 1; i <= kEscrowHolders; ++i) {
    Bytes term = Times(a, Small(i)), share = Plus(x, term);
    out.shares[static_cast<std::size_t>(i - 1)] = SecretBytes(share);
    for (Bytes* secret : {&term, &share}) WipeString(*secret);
  }
  for (Bytes* secret : {&a, &x}) WipeString(*secret);
  return out;
}

base::Status CheckShare(ByteView public_key, ByteView commitment, int holder, ByteView share) {
  const auto refuse = [] { return Fail(ErrorCode::kBadShare); };
  if (holder < 1 || holder > kEscrowHolders || share.size() != kScalar ||
      !IsValidPublicKey(public_key) || !IsValidPublicKey(commitment))
    return refuse();
  Bytes left(32, '\0'), times(32, '\0'), right(32, '\0');
  const Bytes index = Small(holder);
  const bool computed =
      crypto_scalarmult_ed25519_base_noclamp(U8(left), U8(share)) == 0 &&
      crypto_scalarmult_ed25519_noclamp(U8(times), U8(ByteView(index)), U8(commitment)) == 0 &&
      crypto_core_ed25519_add(U8(right), U8(public_key), U8(ByteView(times))) == 0;
  return computed && left == right ? base::Status() : refuse();
}

Result<VrfKey> RecoverVrfKey(ByteView public_key, ByteView commitment, const HeldShare& one,
                             const HeldShare& other) {
  if (one.holder == other.holder) return Fail(ErrorCode::kBadShare, "two different holders");
  LOTTERY_TRY_VOID(CheckShare(public_key, commitment, one.holder, one.share.Reveal()));
  LOTTERY_TRY_VOID(CheckShare(public_key, commitment, other.holder, other.share.Reveal()));
  // Lagrange at zero: x = (j f(i) - i f(j)) / (j - i).
  const Bytes i = Small(one.holder), j = Small(other.holder);
  const Bytes difference = Minus(j, i);
  Bytes inverse(kScalar, '\0');
  LOTTERY_CHECK(crypto_core_ed25519_scalar_invert(U8(inverse), U8(ByteView(difference))) == 0);
  Bytes first = Times(j, one.share.Reveal()), second = Times(i, other.share.Reveal());
  Bytes above = Minus(first, second), x = Times(above, inverse);
  auto key = VrfKey::FromScalar(SecretBytes(x));
  for (Bytes* secret : {&first, &second, &above, &x}) WipeString(*secret);
  if (!key) return tl::unexpected<base::Error>(key.error());
  if (key->public_key() != public_key) return Fail(ErrorCode::kBadShare, "another key");
  return key;
}

}  // namespace lottery::crypto
