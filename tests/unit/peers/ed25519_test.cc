// Ed25519 signatures that implementations are known to disagree about: Wycheproof, CCTV and
// speccheck. The verdicts are those of a strict verifier: no small points, no second encoding, S
// below the group order.
#include <algorithm>
#include <memory>

#include "crypto/known_key.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::HexOf;

struct Case {
  std::string name;
  Bytes key, message, signature;
  bool valid;
  std::vector<std::string> flags;
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const auto& c : tests::ReadCases("ed25519.json")) {
    std::vector<std::string> flags;
    for (const auto& flag : c.at("flags").as_array()) flags.push_back(tests::TextOf(flag));
    cases.push_back({tests::TextOf(c, "suite") + " " + std::to_string(c.at("id").as_int64()),
                     HexOf(c, "key"), HexOf(c, "msg"), HexOf(c, "sig"), c.at("valid").as_bool(),
                     std::move(flags)});
  }
  return cases;
}

TEST(Ed25519, EachVerifierSaysWhatTheSuitesSay) {
  const auto cases = Cases();
  tests::Verdicts plain, known, together;
  std::map<Bytes, std::unique_ptr<KnownKey>> keys;
  std::vector<KnownKey::Signed> all;
  for (const auto& c : cases) {
    auto& key = keys[c.key];
    if (!key) key = std::make_unique<KnownKey>(c.key);
    plain.Add(c.name, VerifySignature(c.key, c.message, c.signature), c.valid);
    known.Add(c.name, key->Verify(c.message, c.signature), c.valid);
    all.push_back({key.get(), c.message, c.signature, !c.valid});
  }
  KnownKey::VerifyAll(all);
  for (std::size_t i = 0; i < all.size(); ++i)
    together.Add(cases[i].name, all[i].holds, cases[i].valid);
  for (const auto* verdicts : {&plain, &known, &together})
    EXPECT_EQ(verdicts->Close(151 + 914 + 12), 0U);
}

// A key is checked when it is registered, so that a bad one is no key at all.
const std::vector<tests::Difference> kKeyRefused = {
    {"the signature holds, but the key has a part of small order", {"speccheck 3"}}};

TEST(Ed25519, KeysOutsideTheSubgroupOrOfAnotherEncodingAreNotRegistered) {
  tests::Verdicts good(kKeyRefused);
  std::size_t bad = 0;
  for (const auto& c : Cases()) {
    const auto has = [&](const char* flag) {
      return std::find(c.flags.begin(), c.flags.end(), flag) != c.flags.end();
    };
    if (has("low_order_A") || has("low_order_component_A") || has("non_canonical_A")) {
      EXPECT_FALSE(IsValidPublicKey(c.key)) << c.name;
      ++bad;
    } else if (c.valid) {
      good.Add(c.name, IsValidPublicKey(c.key), true);
    }
  }
  EXPECT_EQ(bad, 886U);
  EXPECT_EQ(good.Close(88 + 1 + 1), 1U);
}

}  // namespace
}  // namespace lottery::crypto
