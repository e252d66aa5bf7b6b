// Our own arithmetic against OpenSSL's integers, our points and verdicts against libsodium's.
#include "crypto/known_key.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <sodium.h>

#include <atomic>
#include <random>
#include <thread>

#include "crypto/double_scalar.h"
#include "crypto/hash.h"

namespace lottery::crypto {
namespace {

using field25519::Element;
using field25519::Octets;

// Integers modulo p by OpenSSL.
class Modulo {
 public:
  Modulo()
      : context_(BN_CTX_new()),
        p_(Of("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")) {}
  ~Modulo() {
    for (BIGNUM* number : all_) BN_free(number);
    BN_CTX_free(context_);
  }
  BIGNUM* Of(const char* hex) {
    BIGNUM* out = New();
    BN_hex2bn(&out, hex);
    return out;
  }
  BIGNUM* Of(const Element& a) {
    BIGNUM* out = New();
    for (int i = 5; i-- > 0;) {
      BN_lshift(out, out, 51);
      BIGNUM* limb = New();
      BN_set_word(limb, a.limb[i]);
      BN_add(out, out, limb);
    }
    return out;
  }
  BIGNUM* Multiply(const BIGNUM* a, const BIGNUM* b) {
    BIGNUM* out = New();
    BN_mod_mul(out, a, b, p_, context_);
    return out;
  }
  BIGNUM* Add(const BIGNUM* a, const BIGNUM* b) {
    BIGNUM* out = New();
    BN_mod_add(out, a, b, p_, context_);
    return out;
  }
  BIGNUM* Subtract(const BIGNUM* a, const BIGNUM* b) {
    BIGNUM* out = New();
    BN_mod_sub(out, a, b, p_, context_);
    return out;
  }
  BIGNUM* Invert(const BIGNUM* a) {
    BIGNUM* out = New();
    BN_mod_inverse(out, a, p_, context_);
    return out;
  }
  Octets ToOctets(const BIGNUM* a) {
    BIGNUM* rest = New();
    BN_nnmod(rest, a, p_, context_);
    Octets out;
    BN_bn2lebinpad(rest, out.data(), static_cast<int>(out.size()));
    return out;
  }

 private:
  BIGNUM* New() { return all_.emplace_back(BN_new()); }
  std::vector<BIGNUM*> all_;
  BN_CTX* context_;
  BIGNUM* p_;
};

constexpr std::uint64_t kTight = (std::uint64_t{1} << 51) + (std::uint64_t{1} << 18) - 1;
constexpr std::uint64_t kLoose = (std::uint64_t{1} << 54) - 1;

// Some limbs at their bound, some next to p, some anything.
Element RandomElement(std::mt19937_64& rng, std::uint64_t bound) {
  Element out;
  const auto kind = rng() % 4;
  for (auto& limb : out.limb) {
    const std::uint64_t edges[] = {
        0, 1, field25519::kMask - 19, field25519::kMask - 18, field25519::kMask, bound};
    limb = kind == 0   ? bound
           : kind == 1 ? edges[rng() % 6]
           : kind == 2 ? rng() % bound
                       : field25519::kMask;
  }
  if (kind == 3) out.limb[0] -= rng() % 40;  // about p
  return out;
}

void ExpectTight(const Element& a) {
  for (const auto limb : a.limb) ASSERT_LE(limb, kTight);
}

TEST(Field25519, IsIntegersModuloP) {
  std::mt19937_64 rng(25519);
  for (int i = 0; i < 2000; ++i) {
    Modulo m;
    const Element a = RandomElement(rng, kLoose), b = RandomElement(rng, kLoose);
    const Element c = RandomElement(rng, kTight), d = RandomElement(rng, kTight);
    const Element product = Multiply(a, b), square = Square(a);
    ExpectTight(product);
    ExpectTight(square);
    EXPECT_EQ(ToOctets(product), m.ToOctets(m.Multiply(m.Of(a), m.Of(b))));
    EXPECT_EQ(ToOctets(square), m.ToOctets(m.Multiply(m.Of(a), m.Of(a))));
    EXPECT_EQ(ToOctets(a), m.ToOctets(m.Of(a)));
    EXPECT_EQ(ToOctets(Add(c, d)), m.ToOctets(m.Add(m.Of(c), m.Of(d))));
    EXPECT_EQ(ToOctets(Subtract(c, d)), m.ToOctets(m.Subtract(m.Of(c), m.Of(d))));
    const Element two = Add(c, d), difference = Subtract(two, Add(d, d));
    for (const auto limb : difference.limb) ASSERT_LE(limb, kLoose);
    EXPECT_EQ(ToOctets(difference), m.ToOctets(m.Subtract(m.Of(c), m.Of(d))));
    const Element three = Subtract(Add(two, c), d);  // c + c
    for (const auto limb : three.limb) ASSERT_LE(limb, kLoose);
    EXPECT_EQ(ToOctets(three), ToOctets(Add(c, c)));
    const Octets octets = ToOctets(c);
    EXPECT_EQ(ToOctets(field25519::FromOctets(octets)), octets);
    if (octets != Octets{}) {
      EXPECT_EQ(ToOctets(Invert(c)), m.ToOctets(m.Invert(m.Of(c))));
    }
  }
  EXPECT_EQ(ToOctets(Invert(Element{})), Octets{});
  constexpr auto kMask = field25519::kMask;
  for (const std::uint64_t top :
       {kMask, kLoose}) {  // 2^255 - 1, and what is above 2^255 once carried
    Modulo m;
    const Element a{{kMask, kMask, kMask, kMask, top}};
    EXPECT_EQ(ToOctets(a), m.ToOctets(m.Of(a)));
    EXPECT_EQ(ToOctets(Multiply(a, field25519::Small(1))), m.ToOctets(m.Of(a)));
  }
  Octets above;  // 2^256 - 1: the top bit goes, 2^255 - 1 is 18
  above.fill(0xff);
  EXPECT_EQ(ToOctets(field25519::FromOctets(above)), (Octets{18}));
}

Octets RandomPoint() {
  Octets out;
  crypto_core_ed25519_random(out.data());
  return out;
}

TEST(Edwards25519, AddsAsLibsodiumDoes) {
  for (int i = 0; i < 500; ++i) {
    const Octets a = RandomPoint();
    Octets b = i % 4 == 0 ? a : RandomPoint();
    if (i % 8 == 0) b[31] ^= 0x80;  // the negative
    const auto p = edwards25519::Decode(a), q = edwards25519::Decode(b);
    ASSERT_TRUE(p && q);
    Octets sum;
    ASSERT_EQ(crypto_core_ed25519_add(sum.data(), a.data(), b.data()), 0);
    EXPECT_EQ(Encode(ToProjective(AddTo(*p, *q))), sum);
    edwards25519::Addend addend;
    const auto scaled = ToPoint(AddTo(*q, edwards25519::Identity()));
    ToAddends(&scaled, 1, &addend);
    EXPECT_EQ(Encode(ToProjective(AddTo(*p, addend, false))), sum);
    Octets difference;
    ASSERT_EQ(crypto_core_ed25519_sub(difference.data(), a.data(), b.data()), 0);
    EXPECT_EQ(Encode(ToProjective(AddTo(*p, addend, true))), difference);
    const edwards25519::Projective both[] = {ToProjective(AddTo(*p, addend, true)),
                                             ToProjective(*p)};
    Octets together[2];
    Encode(both, 2, together);
    EXPECT_EQ(together[0], difference);
    EXPECT_EQ(together[1], a);
    ASSERT_EQ(crypto_core_ed25519_add(sum.data(), a.data(), a.data()), 0);
    EXPECT_EQ(Encode(ToProjective(Double(ToProjective(*p)))), sum);
    EXPECT_EQ(Encode(ToProjective(*p)), a);
    EXPECT_EQ(IsSmall(ToProjective(*p)), false);
  }
}

TEST(Edwards25519, KnowsWhatIsAPointAndWhatIsSmall) {
  int points = 0;
  std::mt19937_64 rng(8032);
  for (int i = 0; i < 500; ++i) {
    Octets octets;
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(rng());
    const auto point = edwards25519::Decode(octets);
    // libsodium answers for points of the main subgroup only: eight times a point is one.
    if (!point) continue;
    ++points;
    auto eight = ToProjective(*point);
    for (int times = 0; times < 3; ++times) eight = ToProjective(Double(eight));
    EXPECT_EQ(crypto_core_ed25519_is_valid_point(Encode(eight).data()), 1);
  }
  EXPECT_GT(points, 200) << "half of all";
  EXPECT_LT(points, 300);
  // Section 5.1.3: y = 1 has x = 0 alone; y = 0 and y = -1 have order 4 and 2.
  Octets one{1}, zero{}, minus_one;
  minus_one.fill(0xff);
  minus_one[0] = 0xec;
  minus_one[31] = 0x7f;
  for (auto small : {one, zero, minus_one}) {
    const auto point = edwards25519::Decode(small);
    ASSERT_TRUE(point.has_value());
    EXPECT_TRUE(IsSmall(ToProjective(*point)));
    EXPECT_EQ(Encode(ToProjective(*point)), small);
  }
  one[31] |= 0x80;
  EXPECT_FALSE(edwards25519::Decode(one).has_value());
  EXPECT_EQ(Encode(ToProjective(edwards25519::Base())),
            (Octets{0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}));
}

// RFC 8032, section 7.1, tests 1 to 3.
TEST(KnownKey, PublishedVectors) {
  const struct {
    const char *key, *message, *signature;
  } vectors[] = {{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
                  "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
                 {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
                  "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
                 {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
                  "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};
  for (const auto& v : vectors) {
    const KnownKey key(*base::FromHex(v.key));
    const auto message = *base::FromHex(v.message), signature = *base::FromHex(v.signature);
    EXPECT_TRUE(key.Verify(message, signature));
    EXPECT_FALSE(key.Verify(message + "x", signature));
  }
}

TEST(KnownKey, SaysWhatLibsodiumSays) {
  std::mt19937_64 rng(20261128);
  int valid = 0;
  for (int i = 0; i < 100; ++i) {
    const auto signer = SigningKey::Generate();
    const KnownKey key(signer.public_key());
    for (int j = 0; j < 40; ++j) {
      Bytes message(rng() % 400, 'm');
      Bytes signature = signer.Sign(message);
      if (j % 4 == 1) signature[rng() % 64] ^= static_cast<char>(1 << rng() % 8);
      if (j % 4 == 2) message += 'x';
      if (j % 4 == 3) signature[32 + rng() % 32] ^= static_cast<char>(1 << rng() % 8);
      const bool verdict = VerifySignature(signer.public_key(), message, signature);
      ASSERT_EQ(key.Verify(message, signature), verdict) << base::ToHex(signature);
      valid += verdict ? 1 : 0;
    }
  }
  EXPECT_EQ(valid, 1000);
}

// By several keys at once, one of them no key; one verdict is not another's.
TEST(KnownKey, SaysOfManyWhatLibsodiumSays) {
  std::mt19937_64 rng(2026);
  std::vector<SigningKey> signers;
  std::vector<std::unique_ptr<KnownKey>> keys;
  for (std::size_t i = 0; i < 5; ++i) {
    signers.push_back(SigningKey::Generate());
    keys.push_back(std::make_unique<KnownKey>(i == 4 ? Bytes(32, '\1') : signers[i].public_key()));
  }
  int valid = 0;
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<Bytes> messages(count), signatures(count);
    std::vector<KnownKey::Signed> all;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t who = rng() % 5;
      messages[i] = Bytes(rng() % 300, static_cast<char>(i));
      signatures[i] = signers[who].Sign(messages[i]);
      const auto kind = rng() % 6;
      if (kind == 0) signatures[i][rng() % 64] ^= static_cast<char>(1 << rng() % 8);
      if (kind == 1) signatures[i].resize(rng() % 64);
      if (kind == 2) std::fill(signatures[i].begin() + 32, signatures[i].end(), '\xff');
      all.push_back({keys[who].get(), messages[i], signatures[i], kind % 2 == 0});
    }
    KnownKey::VerifyAll(all);
    for (const auto& one : all) {
      const bool verdict = VerifySignature(one.key->public_key(), one.message, one.signature);
      ASSERT_EQ(one.holds, verdict) << base::ToHex(one.signature);
      valid += verdict ? 1 : 0;
    }
  }
  EXPECT_GT(valid, 200);
}

// Digits of 1 and -1, put together again modulo L.
TEST(Comb, WritesScalarsInSignedDigits) {
  const Bytes order =
      *base::FromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Bytes last = order;  // L - 1
  last[0] = static_cast<char>(last[0] - 1);
  std::vector<Bytes> scalars = {Bytes(32, '\0'), "\1" + Bytes(31, '\0'), "\2" + Bytes(31, '\0'),
                                last};
  for (int i = 0; i < 100; ++i) {
    Bytes scalar(32, '\0');
    crypto_core_ed25519_scalar_random(base::U8(scalar));
    scalars.push_back(scalar);
  }
  for (const auto& scalar : scalars) {
    for (const std::size_t bits :
         {std::size_t{254}, Comb<7, 2>::kBits, Comb<10, 2>::kBits, std::size_t{320}}) {
      const SignedDigits digits(base::U8(scalar), bits);
      const Bytes one = "\1" + Bytes(31, '\0');
      Bytes sum(32, '\0');
      for (std::size_t i = bits; i-- > 0;) {
        crypto_core_ed25519_scalar_add(base::U8(sum), base::U8(sum), base::U8(sum));
        const auto step = (digits.From(i) & 1) != 0 ? crypto_core_ed25519_scalar_add
                                                    : crypto_core_ed25519_scalar_sub;
        step(base::U8(sum), base::U8(sum), base::U8(one));
      }
      ASSERT_EQ(sum, scalar) << bits;
    }
  }
}

Octets ToOctets(const Bytes& octets) {
  Octets out;
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}
Bytes ToBytes(const Octets& octets) { return {octets.begin(), octets.end()}; }

// Of order `order`: 2, 4 or 8, by L times any point.
Octets SmallPoint(int order) {
  for (std::uint8_t y = 0;; ++y) {
    const auto point = edwards25519::Decode(Octets{y});
    if (!point) continue;
    // L = 2^252 + 27742317777372353535851937790883648493, bit by bit.
    const Bytes l =
        *base::FromHex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    auto sum = edwards25519::Identity();
    for (std::size_t bit = 0; bit < 256; ++bit) {
      sum = ToPoint(Double(ToProjective(sum)));
      if ((base::U8(l)[bit / 8] >> (7 - bit % 8) & 1) != 0) sum = ToPoint(AddTo(sum, *point));
    }
    EXPECT_TRUE(IsSmall(ToProjective(sum)));
    Octets identity{1};
    auto times = sum;
    int own = 1;
    for (; Encode(ToProjective(times)) != identity; ++own) times = ToPoint(AddTo(times, sum));
    if (own == order) return Encode(ToProjective(sum));
  }
}

Bytes Plus(const Bytes& a, const Octets& b) {
  return ToBytes(
      Encode(ToProjective(AddTo(*edwards25519::Decode(ToOctets(a)), *edwards25519::Decode(b)))));
}

// Signs by hand, so that R and the key that is hashed can be any octets.
class Forger {
 public:
  Forger()
      : signer_(*SigningKey::FromSeed(Bytes(32, 's'))), a_(Sha512({Bytes(32, 's')}).substr(0, 32)) {
    a_[0] = static_cast<char>(a_[0] & 0xf8);
    a_[31] = static_cast<char>((a_[31] & 0x7f) | 0x40);
    a_ = Reduced(a_ + Bytes(32, '\0'));
  }
  const Bytes& key() const { return signer_.public_key(); }
  /// R of the scalar r.
  static Bytes PointOf(const Bytes& r) {
    Bytes out(32, '\0');
    EXPECT_EQ(crypto_scalarmult_ed25519_base_noclamp(base::U8(out), base::U8(r)), 0);
    return out;
  }
  static Bytes Reduced(const Bytes& wide) {
    Bytes out(32, '\0');
    crypto_core_ed25519_scalar_reduce(base::U8(out), base::U8(wide));
    return out;
  }
  /// R, and S = r + h a with h over these octets.
  Bytes Sign(const Bytes& r, const Bytes& r_octets, const Bytes& key, const Bytes& message) const {
    const Bytes h = Reduced(Sha512({r_octets, key, message}));
    Bytes s(32, '\0');
    crypto_core_ed25519_scalar_mul(base::U8(s), base::U8(h), base::U8(a_));
    crypto_core_ed25519_scalar_add(base::U8(s), base::U8(s), base::U8(r));
    return r_octets + s;
  }

 private:
  SigningKey signer_;
  Bytes a_;
};

// The equation holds but for what R is, or how it is written.
TEST(KnownKey, TakesOneFormOfASignature) {
  const Forger forger;
  const KnownKey key(forger.key());
  const Bytes message = "sold";
  const Bytes one = "\1" + Bytes(31, '\0');
  const Bytes good = forger.Sign(one, Forger::PointOf(one), forger.key(), message);
  const auto verdict = [&](const Bytes& signature) {
    const bool out = key.Verify(message, signature);
    EXPECT_EQ(out, VerifySignature(forger.key(), message, signature)) << base::ToHex(signature);
    KnownKey::Signed beside[] = {
        {&key, "else", good}, {&key, message, signature}, {&key, message, good}};
    KnownKey::VerifyAll(beside);
    EXPECT_FALSE(beside[0].holds);
    EXPECT_EQ(beside[1].holds, out) << base::ToHex(signature);
    EXPECT_TRUE(beside[2].holds);
    return out;
  };
  for (char n = 1; n < 20; ++n) {
    const Bytes r = Forger::Reduced(Sha512({Bytes(1, n)})), point = Forger::PointOf(r);
    const auto sign = [&](const Bytes& r_octets) {
      return forger.Sign(r, r_octets, forger.key(), message);
    };
    Bytes signature = sign(point);
    EXPECT_TRUE(verdict(signature));
    Bytes negative = point;
    negative[31] = static_cast<char>(negative[31] ^ 0x80);
    EXPECT_FALSE(verdict(sign(negative)));
    for (const int order : {2, 4, 8}) EXPECT_FALSE(verdict(sign(Plus(point, SmallPoint(order)))));
    // S + L is the same S to who forgets to look.
    const Bytes l =
        *base::FromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      carry += base::U8(signature)[32 + i];
      carry += base::U8(l)[i];
      signature[32 + i] = static_cast<char>(carry);
      carry >>= 8;
    }
    EXPECT_FALSE(verdict(signature));
  }
  // r = 0: R is the point that changes nothing, in its three encodings.
  const Bytes none(32, '\0');
  Bytes above(32, '\xff');
  above[0] = '\xee';
  above[31] = '\x7f';
  for (const auto& small : {"\1" + Bytes(31, '\0'), "\1" + Bytes(30, '\0') + "\x80", above})
    EXPECT_FALSE(verdict(forger.Sign(none, small, forger.key(), message)));
  EXPECT_FALSE(verdict(""));
  EXPECT_FALSE(verdict(Bytes(64, '\xff')));
}

// A key with a small part verifies whatever has a multiple of that part's order for h. Such keys
// are never registered; the verdict is libsodium's all the same.
TEST(KnownKey, OfABadKeySaysWhatLibsodiumSays) {
  const Forger forger;
  const Bytes r = Forger::Reduced(Sha512({"r"})), point = Forger::PointOf(r);
  for (const int order : {2, 4, 8}) {
    const Bytes mixed = Plus(forger.key(), SmallPoint(order));
    EXPECT_FALSE(IsValidPublicKey(mixed)) << order;
    const KnownKey known(mixed);
    int valid = 0;
    for (int i = 0; i < 200; ++i) {
      const Bytes message = "sold " + std::to_string(i);
      const Bytes signature = forger.Sign(r, point, mixed, message);
      const bool verdict = VerifySignature(mixed, message, signature);
      ASSERT_EQ(known.Verify(message, signature), verdict);
      valid += verdict ? 1 : 0;
    }
    EXPECT_GT(valid, 0) << order;
    EXPECT_LT(valid, 150) << order;
  }
  for (const auto& bad : {Bytes(32, '\0'), "\1" + Bytes(31, '\0'), "\2" + Bytes(31, '\0'),
                          Bytes(32, '\xff'), Bytes()})
    EXPECT_FALSE(KnownKey(bad).Verify("sold", Bytes(64, '\0')));
}

// At the bounds of what tables hold and of what products take.
TEST(DoubleScalar, LanesAreIntegersModuloP) {
  if (!HasLanes()) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  constexpr std::uint64_t kCarried = (std::uint64_t{1} << 51) + (std::uint64_t{1} << 15) - 1;
  std::mt19937_64 rng(255);
  for (int round = 0; round < 500; ++round) {
    Element a[kLanes], b[kLanes];
    for (std::size_t i = 0; i < kLanes; ++i) {
      a[i] = RandomElement(rng, kTight);
      b[i] = RandomElement(rng, kTight);
    }
    LaneArithmetic out[kLanes];
    ComputeInLanes(a, b, out);
    Modulo m;
    for (std::size_t i = 0; i < kLanes; ++i) {
      for (const auto& element : {out[i].product, out[i].sum, out[i].difference})
        for (const auto limb : element.limb) ASSERT_LE(limb, kCarried);
      ASSERT_EQ(ToOctets(out[i].product), m.ToOctets(m.Multiply(m.Of(a[i]), m.Of(b[i]))));
      ASSERT_EQ(ToOctets(out[i].sum), m.ToOctets(m.Add(m.Of(a[i]), m.Of(b[i]))));
      ASSERT_EQ(ToOctets(out[i].difference), m.ToOctets(m.Subtract(m.Of(a[i]), m.Of(b[i]))));
    }
  }
}

// Scalars of all kinds, and those that bring the sum to the point that changes nothing.
TEST(DoubleScalar, ManyAreTheSameSums) {
  std::mt19937_64 rng(52);
  const Bytes last =
      *base::FromHex("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");  // L - 1
  const Bytes few[] = {Bytes(32, '\0'), "\1" + Bytes(31, '\0'), "\2" + Bytes(31, '\0'), last};
  const auto scalar = [&] {
    Bytes wide(64, '\0'), out(32, '\0');
    for (auto& octet : wide) octet = static_cast<char>(rng());
    crypto_core_ed25519_scalar_reduce(base::U8(out), base::U8(wide));
    return rng() % 3 == 0 ? few[rng() % 4] : out;
  };
  std::vector<std::unique_ptr<CombOfKey>> combs;
  for (const auto& point : {edwards25519::Base(), Negate(edwards25519::Base())})
    combs.push_back(std::make_unique<CombOfKey>(point));
  for (int i = 0; i < 6; ++i)
    combs.push_back(std::make_unique<CombOfKey>(*edwards25519::Decode(RandomPoint())));
  int nothing = 0;
  for (int round = 0; round < 100; ++round) {
    const std::size_t count = rng() % 20;
    std::vector<DoubleScalar> all;
    for (std::size_t i = 0; i < count; ++i) {
      const Bytes of_key = scalar(), of_base = rng() % 4 == 0 ? of_key : scalar();
      all.push_back(
          MakeDoubleScalar(*combs[rng() % combs.size()], base::U8(of_key), base::U8(of_base)));
    }
    for (const bool lanes : {false, true}) {
      if (lanes && !HasLanes()) continue;
      std::vector<edwards25519::Projective> sums(count);
      SumAll(all, sums.data(), lanes);
      for (std::size_t i = 0; i < count; ++i) {
        const auto alone = Encode(SumOf(all[i]));
        ASSERT_EQ(Encode(sums[i]), alone) << i << " of " << count;
        nothing += alone == Octets{1} ? 1 : 0;
      }
    }
  }
  EXPECT_GT(nothing, 5);
}

TEST(KnownKey, IsMadeOnceByWhoeverComes) {
  const auto signer = SigningKey::Generate();
  const KnownKey key(signer.public_key());
  const Bytes signature = signer.Sign("sold");
  std::atomic<int> valid = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { valid += key.Verify("sold", signature) ? 1 : 0; });
  }
  EXPECT_EQ(valid, 4);
}

}  // namespace
}  // namespace lottery::crypto
