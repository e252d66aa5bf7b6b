// Merkle proofs that must hold or must not (transparency-dev): each part of good ones changed,
// cut, doubled or of another tree.
#include <optional>

#include "crypto/merkle.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::NumberOf;

// Nothing unless it has the octets of a hash, which is a refusal.
std::optional<Digest> HashOf(const tests::json::value& value) {
  if (value.is_null()) return std::nullopt;
  const auto digest = base::DigestFrom(tests::Base64Of(value));
  return digest ? std::optional(*digest) : std::nullopt;
}

std::optional<Proof> ProofOf(const tests::json::value& value) {
  Proof proof;
  if (value.is_null()) return proof;
  for (const auto& item : value.as_array()) {
    const auto hash = HashOf(item);
    if (!hash) return std::nullopt;
    proof.push_back(*hash);
  }
  return proof;
}

const std::vector<tests::Difference> kRefusedThoughValid = {
    {"its roots have 12 octets: a root here is a SHA-256 hash",
     {"consistency/additional/sizes-are-equal-one-and-proof-is-empty"}}};

TEST(MerkleProbes, Inclusion) {
  tests::Verdicts verdicts;
  const auto suite = tests::ReadSuite("merkle_probes.json");
  for (const auto& c : suite.at("inclusion").as_array()) {
    const auto leaf = HashOf(c.at("leafHash")), root = HashOf(c.at("root"));
    const auto proof = ProofOf(c.at("proof"));
    const bool holds =
        leaf && root && proof &&
        VerifyInclusion(NumberOf(c, "leafIdx"), NumberOf(c, "treeSize"), *leaf, *proof, *root);
    verdicts.Add(tests::TextOf(c, "path"), holds, !c.at("wantErr").as_bool());
  }
  EXPECT_EQ(verdicts.Close(98), 0U);
}

TEST(MerkleProbes, Consistency) {
  tests::Verdicts verdicts(kRefusedThoughValid);
  const auto suite = tests::ReadSuite("merkle_probes.json");
  for (const auto& c : suite.at("consistency").as_array()) {
    const auto root1 = HashOf(c.at("root1")), root2 = HashOf(c.at("root2"));
    const auto proof = ProofOf(c.at("proof"));
    const bool holds =
        root1 && root2 && proof &&
        VerifyConsistency(NumberOf(c, "size1"), NumberOf(c, "size2"), *root1, *root2, *proof);
    verdicts.Add(tests::TextOf(c, "path"), holds, !c.at("wantErr").as_bool());
  }
  EXPECT_EQ(verdicts.Close(98), 1U);
}

}  // namespace
}  // namespace lottery::crypto
