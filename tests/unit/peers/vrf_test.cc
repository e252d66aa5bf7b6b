// ECVRF proofs of random keys and inputs, computed by another implementation.
#include "crypto/ecvrf.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::HexOf;

TEST(Vrf, ProofsAndOutputsOfRandomKeys) {
  std::size_t cases = 0;
  for (const auto& c : tests::ReadCases("vrf_random.json")) {
    const Bytes public_key = HexOf(c, "pk"), alpha = HexOf(c, "alpha"), proof = HexOf(c, "pi");
    const auto key = VrfKey::FromSeed(HexOf(c, "sk"));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->public_key(), public_key);
    EXPECT_EQ(key->Prove(alpha), proof);
    const auto beta = VrfVerify(public_key, alpha, proof);
    ASSERT_TRUE(beta.has_value()) << cases;
    EXPECT_EQ(*beta, HexOf(c, "beta"));
    Bytes wrong = proof;
    const std::size_t at = cases % wrong.size();
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    EXPECT_FALSE(VrfVerify(public_key, alpha, wrong).has_value()) << cases;
    EXPECT_FALSE(VrfVerify(public_key, alpha + "x", proof).has_value()) << cases;
    ++cases;
  }
  EXPECT_EQ(cases, 150U);
}

}  // namespace
}  // namespace lottery::crypto
