#include "crypto/ecvrf.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/hash.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
using base::U8;
namespace {

constexpr char kSuite = '\x03';
constexpr std::size_t kPoint = 32;
constexpr std::size_t kChallenge = 16;
constexpr std::size_t kScalar = 32;
using namespace std::string_view_literals;

// q, the order of the base point, little-endian.
constexpr std::uint8_t kOrder[32] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

bool BelowLittleEndian(ByteView value, const std::uint8_t* bound) {
  for (std::size_t i = 32; i-- > 0;) {
    const auto v = static_cast<std::uint8_t>(value[i]);
    if (v != bound[i]) return v < bound[i];
  }
  return false;
}

bool CanonicalY(ByteView point) {
  std::uint8_t p[32];
  std::fill(std::begin(p), std::end(p), 0xff);
  p[0] = 0xed;
  p[31] = 0x7f;
  Bytes y(point);
  y[31] = static_cast<char>(y[31] & 0x7f);
  return BelowLittleEndian(y, p);
}

// Three doublings clear the cofactor; libsodium's noclamp would refuse points outside the subgroup.
bool TimesEight(Bytes& point) {
  for (int i = 0; i < 3; ++i) {
    Bytes doubled(kPoint, '\0');
    if (crypto_core_ed25519_add(U8(doubled), U8(ByteView(point)), U8(ByteView(point))) != 0)
      return false;
    point = std::move(doubled);
  }
  return true;
}

bool IsIdentity(ByteView point) {
  return point[0] == 1 &&
         std::all_of(point.begin() + 1, point.end(), [](char c) { return c == 0; });
}

// RFC 9381 5.4.1.1. Fails with probability 2^-256; the bound is the counter's octet.
Result<Bytes> EncodeToCurve(ByteView public_key, ByteView alpha) {
  for (int counter = 0; counter < 256; ++counter) {
    const char octet = static_cast<char>(counter);
    Bytes candidate =
        Sha512({{&kSuite, 1}, "\x01"sv, public_key, alpha, {&octet, 1}, "\0"sv}).substr(0, kPoint);
    if (CanonicalY(candidate) && TimesEight(candidate) && !IsIdentity(candidate)) return candidate;
  }
  return Fail(ErrorCode::kBadProof, "no curve point found");
}

Bytes Reduce(ByteView wide) {
  Bytes input(wide);
  input.resize(64, '\0');
  Bytes out(kScalar, '\0');
  crypto_core_ed25519_scalar_reduce(U8(out), U8(ByteView(input)));
  WipeString(input);
  return out;
}

Bytes Challenge(ByteView y, ByteView h, ByteView gamma, ByteView u, ByteView v) {
  return Sha512({{&kSuite, 1}, "\x02"sv, y, h, gamma, u, v, "\0"sv}).substr(0, kChallenge);
}

bool Multiply(Bytes& out, ByteView scalar, ByteView point) {
  out.assign(kPoint, '\0');
  return crypto_scalarmult_ed25519_noclamp(U8(out), U8(scalar), U8(point)) == 0;
}

bool Subtract(Bytes& out, ByteView a, ByteView b) {
  out.assign(kPoint, '\0');
  return crypto_core_ed25519_sub(U8(out), U8(a), U8(b)) == 0;
}

}  // namespace

VrfKey VrfKey::Generate() {
  const auto seed = SecretBytes::Random(kSeedOctets);
  auto key = FromSeed(seed.Reveal());
  LOTTERY_CHECK(key.has_value());
  return std::move(*key);
}

Result<VrfKey> VrfKey::FromSeed(ByteView seed) {
  if (seed.size() != kSeedOctets) return Fail(ErrorCode::kBadKey, "a seed has 32 octets");
  VrfKey key;
  Bytes wide = Sha512({seed});
  wide[0] = static_cast<char>(wide[0] & 0xf8);
  wide[31] = static_cast<char>((wide[31] & 0x7f) | 0x40);
  key.seed_ = SecretBytes(seed);
  key.scalar_ = SecretBytes(ByteView(wide).substr(0, 32));
  key.prefix_ = SecretBytes(ByteView(wide).substr(32));
  WipeString(wide);
  key.public_key_.assign(kPoint, '\0');
  LOTTERY_CHECK(
      crypto_scalarmult_ed25519_base_noclamp(U8(key.public_key_), U8(key.scalar_.Reveal())) == 0);
  return key;
}

Result<VrfKey> VrfKey::FromScalar(const SecretBytes& scalar) {
  if (scalar.Reveal().size() != kScalar || !BelowLittleEndian(scalar.Reveal(), kOrder))
    return Fail(ErrorCode::kBadKey, "a scalar below the group order");
  VrfKey key;
  key.scalar_ = SecretBytes(scalar.Reveal());
  Bytes nonces = Sha512({"lottery-escrow-nonce/1"sv, scalar.Reveal()}).substr(0, 32);
  key.prefix_ = SecretBytes(nonces);
  WipeString(nonces);
  key.public_key_.assign(kPoint, '\0');
  if (crypto_scalarmult_ed25519_base_noclamp(U8(key.public_key_), U8(key.scalar_.Reveal())) != 0)
    return Fail(ErrorCode::kBadKey, "zero");
  return key;
}

Bytes VrfKey::Prove(ByteView alpha) const {
  const auto h = EncodeToCurve(public_key_, alpha);
  LOTTERY_CHECK(h.has_value());
  Bytes gamma, v, u(kPoint, '\0');
  LOTTERY_CHECK(Multiply(gamma, scalar_.Reveal(), *h));
  Bytes k = Reduce(Sha512({prefix_.Reveal(), *h}));
  LOTTERY_CHECK(crypto_scalarmult_ed25519_base_noclamp(U8(u), U8(ByteView(k))) == 0);
  LOTTERY_CHECK(Multiply(v, k, *h));
  const Bytes c = Challenge(public_key_, *h, gamma, u, v);
  Bytes x = Reduce(scalar_.Reveal());
  Bytes padded = c;
  padded.resize(kScalar, '\0');
  Bytes cx(kScalar, '\0'), s(kScalar, '\0');
  crypto_core_ed25519_scalar_mul(U8(cx), U8(ByteView(padded)), U8(ByteView(x)));
  crypto_core_ed25519_scalar_add(U8(s), U8(ByteView(k)), U8(ByteView(cx)));
  for (Bytes* secret : {&k, &x, &cx}) WipeString(*secret);
  return gamma + c + s;
}

Result<Bytes> VrfVerify(ByteView public_key, ByteView alpha, ByteView proof) {
  if (!IsValidPublicKey(public_key))
    return Fail(ErrorCode::kBadKey, "VRF key outside the prime-order subgroup");
  if (proof.size() != kVrfProofOctets)
    return Fail(ErrorCode::kBadProof, "a VRF proof has 80 octets");
  const ByteView gamma = proof.substr(0, kPoint);
  const ByteView c = proof.substr(kPoint, kChallenge);
  const ByteView s = proof.substr(kPoint + kChallenge);
  if (!IsValidPublicKey(gamma))
    return Fail(ErrorCode::kBadProof, "Gamma outside the prime-order subgroup");
  if (!BelowLittleEndian(s, kOrder)) return Fail(ErrorCode::kBadProof, "s is not below q");
  LOTTERY_TRY(const Bytes h, EncodeToCurve(public_key, alpha));
  Bytes padded(c);
  padded.resize(kScalar, '\0');
  Bytes sb(kPoint, '\0'), cy, sh, cgamma, u, v;
  const bool computed = crypto_scalarmult_ed25519_base_noclamp(U8(sb), U8(s)) == 0 &&
                        Multiply(cy, padded, public_key) && Subtract(u, sb, cy) &&
                        Multiply(sh, s, h) && Multiply(cgamma, padded, gamma) &&
                        Subtract(v, sh, cgamma);
  if (!computed || Challenge(public_key, h, gamma, u, v) != c)
    return Fail(ErrorCode::kBadProof, "VRF proof");
  Bytes cleared(gamma);
  LOTTERY_CHECK(TimesEight(cleared));
  return Sha512({{&kSuite, 1}, "\x03"sv, cleared, "\0"sv});
}

}  // namespace lottery::crypto
