#include "crypto/ecvrf.h"

#include <gtest/gtest.h>

#include "tests/unit/table.h"

namespace lottery::crypto {
namespace {
using tests::Hex;

TEST(Ecvrf, ReproducesPublishedAndComputedVectors) {
  int checked = 0;
  for (const auto& row : tests::ReadTable("ecvrf_suite3.tsv")) {
    if (row[0] != "published" && row[0] != "computed") continue;
    const auto key = VrfKey::FromSeed(Hex(row[1]));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(base::ToHex(key->public_key()), row[2]);
    EXPECT_EQ(base::ToHex(key->Prove(Hex(row[3]))), row[4]);
    const auto beta = VrfVerify(key->public_key(), Hex(row[3]), Hex(row[4]));
    ASSERT_TRUE(beta.has_value());
    EXPECT_EQ(base::ToHex(*beta), row[5]);
    ++checked;
  }
  EXPECT_GE(checked, 20);
}

TEST(Ecvrf, RefusesNegativeDraft10AndMixedOrderVectors) {
  int checked = 0;
  for (const auto& row : tests::ReadTable("ecvrf_suite3.tsv")) {
    if (row[0] == "published" || row[0] == "computed") continue;
    EXPECT_FALSE(VrfVerify(Hex(row[2]), Hex(row[3]), Hex(row[4])).has_value())
        << row[0] << " " << row[4];
    ++checked;
  }
  EXPECT_GE(checked, 34);
}

TEST(Ecvrf, RandomKeysRoundTripAndAnyFlippedBitFails) {
  for (int i = 0; i < 8; ++i) {
    const auto key = VrfKey::Generate();
    const Bytes alpha = RandomBytes(static_cast<std::size_t>(i) * 7);
    Bytes proof = key.Prove(alpha);
    ASSERT_TRUE(VrfVerify(key.public_key(), alpha, proof).has_value());
    const auto at = static_cast<std::size_t>(i) * 9 % proof.size();
    proof[at] = static_cast<char>(proof[at] ^ (1 << (i % 8)));
    EXPECT_FALSE(VrfVerify(key.public_key(), alpha, proof).has_value());
  }
}

}  // namespace
}  // namespace lottery::crypto
