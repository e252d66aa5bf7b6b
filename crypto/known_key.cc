#include "crypto/known_key.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/double_scalar.h"
#include "crypto/hash.h"

namespace lottery::crypto {
using edwards25519::Octets;
using edwards25519::Projective;
namespace {

constexpr std::size_t kAtOnce = 8;  // share an inversion

Octets ToOctets(ByteView octets) {
  Octets out;
  LOTTERY_CHECK(octets.size() == out.size());
  std::memcpy(out.data(), octets.data(), out.size());
  return out;
}

// SHA-512(R, A, message) modulo L.
void Challenge(ByteView r, ByteView key, ByteView message, std::uint8_t (&out)[32]) {
  const Digest512 hash = DigestOfSha512({r, key, message});
  crypto_core_ed25519_scalar_reduce(out, hash.data());
}

// S below L, as RFC 8032 wants it.
bool IsCanonical(const std::uint8_t* s) {
  std::uint8_t wide[crypto_core_ed25519_NONREDUCEDSCALARBYTES] = {};
  std::uint8_t reduced[crypto_core_ed25519_SCALARBYTES];
  std::memcpy(wide, s, sizeof reduced);
  crypto_core_ed25519_scalar_reduce(reduced, wide);
  return std::memcmp(reduced, s, sizeof reduced) == 0;
}

// What R must be: S times the base less h times the key. None when the form is wrong already.
std::optional<DoubleScalar> ExpectedR(const CombOfKey& negated_key, const KnownKey::Signed& one) {
  if (one.signature.size() != kSignatureOctets) return std::nullopt;
  const std::uint8_t* s = base::U8(one.signature) + 32;
  if (!IsCanonical(s)) return std::nullopt;
  std::uint8_t h[32];
  Challenge(one.signature.substr(0, 32), one.key->public_key(), one.message, h);
  return MakeDoubleScalar(negated_key, h, s);
}

}  // namespace

struct KnownKey::Table {
  CombOfKey comb;
};

KnownKey::KnownKey(Bytes public_key) : public_key_(std::move(public_key)) {}
KnownKey::~KnownKey() = default;

// None for what is no point of the main subgroup.
const KnownKey::Table* KnownKey::Multiples() const {
  std::call_once(once_, [this] {
    if (!IsValidPublicKey(public_key_)) return;
    const auto point = edwards25519::Decode(ToOctets(public_key_));
    if (point) negated_ = std::make_unique<const Table>(CombOfKey(Negate(*point)));
  });
  return negated_.get();
}

// R is what it must be, octet for octet, and not one of the eight small points: what libsodium asks
// (RFC 8032, section 5.1.7, without the cofactor). For keys that are no points of the main subgroup
// libsodium itself is asked. Zero octets, a small point too, are what all would become if the
// memory of one went bad and its z had no inverse.
void KnownKey::VerifySome(std::span<Signed> some) {
  DoubleScalar expected[kAtOnce];
  Projective points[kAtOnce];
  Octets encoded[kAtOnce];
  Signed* compared[kAtOnce];
  std::size_t count = 0;
  for (auto& one : some) {
    const Table* multiples = one.key->Multiples();
    if (multiples == nullptr) {
      one.holds = VerifySignature(one.key->public_key_, one.message, one.signature);
    } else if (const auto r = ExpectedR(multiples->comb, one)) {
      expected[count] = *r;
      compared[count++] = &one;
    } else {
      one.holds = false;
    }
  }
  SumAll({expected, count}, points);
  Encode(points, count, encoded);
  for (std::size_t i = 0; i < count; ++i)
    compared[i]->holds = encoded[i] == ToOctets(compared[i]->signature.substr(0, 32)) &&
                         encoded[i] != Octets{} && !edwards25519::IsSmall(points[i]);
}

void KnownKey::VerifyAll(std::span<Signed> all) {
  for (; !all.empty(); all = all.subspan(std::min(all.size(), kAtOnce)))
    VerifySome(all.first(std::min(all.size(), kAtOnce)));
}

bool KnownKey::Verify(ByteView message, ByteView signature) const {
  Signed one{this, message, signature};
  VerifySome({&one, 1});
  return one.holds;
}

}  // namespace lottery::crypto
