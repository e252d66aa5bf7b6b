#include "crypto/known_key.h"

#include <sodium.h>

#include <cstring>

#include "crypto/edwards25519.h"

namespace lottery::crypto {
using edwards25519::Addend;
using edwards25519::Octets;
using edwards25519::Point;
using edwards25519::Projective;
namespace {

// A comb (Lim and Lee, 1994): of a scalar's bits, those kColumns apart are looked up together.
constexpr std::size_t kTeeth = 6;
constexpr std::size_t kColumns = 43;
static_assert(kTeeth * kColumns >= 253, "scalars are below 2^253");

class Scalar {
 public:
  explicit Scalar(const std::uint8_t* octets) {
    for (std::size_t i = 32; i-- > 0;) words_[i / 8] = words_[i / 8] << 8 | octets[i];
  }
  /// The bits at `column`, and every kColumns on.
  std::size_t Teeth(std::size_t column) const {
    std::size_t out = 0;
    for (std::size_t i = 0; i < kTeeth; ++i) {
      const std::size_t bit = column + i * kColumns;  // at most 257; from 256 on there is none
      out |= (words_[bit / 64] >> bit % 64 & 1U) << i;
    }
    return out;
  }

 private:
  std::uint64_t words_[5] = {};
};

Octets ToOctets(ByteView octets) {
  Octets out;
  LOTTERY_CHECK(octets.size() == out.size());
  std::memcpy(out.data(), octets.data(), out.size());
  return out;
}

// SHA-512(R, A, message) modulo L.
void Challenge(ByteView r, ByteView key, ByteView message, std::uint8_t (&out)[32]) {
  std::uint8_t hash[crypto_hash_sha512_BYTES];
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, base::U8(r), r.size());
  crypto_hash_sha512_update(&state, base::U8(key), key.size());
  crypto_hash_sha512_update(&state, base::U8(message), message.size());
  crypto_hash_sha512_final(&state, hash);
  crypto_core_ed25519_scalar_reduce(out, hash);
}

// S below L, as RFC 8032 wants it.
bool IsCanonical(const std::uint8_t* s) {
  std::uint8_t wide[crypto_core_ed25519_NONREDUCEDSCALARBYTES] = {};
  std::uint8_t reduced[crypto_core_ed25519_SCALARBYTES];
  std::memcpy(wide, s, sizeof reduced);
  crypto_core_ed25519_scalar_reduce(reduced, wide);
  return std::memcmp(reduced, s, sizeof reduced) == 0;
}

}  // namespace

// sums[m]: for each bit i of m, 2^(i * kColumns) times the point. sums[0] is not looked at.
struct KnownKey::Table {
  explicit Table(const Point& point) {
    std::array<Point, std::size_t{1} << kTeeth> points;
    Point multiple = point;
    for (std::size_t i = 0; i < kTeeth; ++i) {
      const std::size_t bit = std::size_t{1} << i;
      points[bit] = multiple;
      for (std::size_t rest = 1; rest < bit; ++rest)
        points[bit + rest] = ToPoint(AddTo(multiple, points[rest]));
      for (std::size_t times = 0; times < kColumns && i + 1 < kTeeth; ++times)
        multiple = ToPoint(Double(ToProjective(multiple)));
    }
    ToAddends(points.data() + 1, points.size() - 1, sums.data() + 1);
  }
  static const Table& OfBase() {
    static const Table table(edwards25519::Base());
    return table;
  }
  std::array<Addend, std::size_t{1} << kTeeth> sums;
};

KnownKey::KnownKey(Bytes public_key) : public_key_(std::move(public_key)) {}
KnownKey::~KnownKey() = default;

void KnownKey::MakeTable() const {
  if (!IsValidPublicKey(public_key_)) return;
  const auto point = edwards25519::Decode(ToOctets(public_key_));
  if (!point) return;
  negated_ = std::make_unique<const Table>(Negate(*point));
}

// R is S times the base less h times the key, octet for octet, and not one of the eight small ones:
// what libsodium asks (RFC 8032, section 5.1.7, without the cofactor). For keys that are no points
// of the main subgroup libsodium itself is asked.
bool KnownKey::Verify(ByteView message, ByteView signature) const {
  std::call_once(once_, [this] { MakeTable(); });
  if (negated_ == nullptr) return VerifySignature(public_key_, message, signature);
  if (signature.size() != kSignatureOctets) return false;
  const std::uint8_t* s = base::U8(signature) + 32;
  if (!IsCanonical(s)) return false;
  const ByteView r = signature.substr(0, 32);
  std::uint8_t h[32];
  Challenge(r, public_key_, message, h);
  const Scalar of_key(h), of_base(s);
  const auto& base_table = Table::OfBase();
  Projective sum = edwards25519::Identity();
  for (std::size_t column = kColumns; column-- > 0;) {
    auto next = Double(sum);
    if (const auto teeth = of_key.Teeth(column); teeth != 0)
      next = AddTo(ToPoint(next), negated_->sums[teeth]);
    if (const auto teeth = of_base.Teeth(column); teeth != 0)
      next = AddTo(ToPoint(next), base_table.sums[teeth]);
    sum = ToProjective(next);
  }
  return Encode(sum) == ToOctets(r) && !IsSmall(sum);
}

}  // namespace lottery::crypto
