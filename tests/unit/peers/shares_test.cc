// Shares of a secret, two of three, as RFC 9591 (appendix E.1) has them: the same polynomial over
// the same group as the officials' escrow.
#include "crypto/escrow.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::HexOf;

TEST(Shares, OfRfc9591HoldAndGiveTheSecretBack) {
  const auto c = tests::ReadSuite("rfc9591_shares.json");
  const Bytes secret = HexOf(c, "secret"), public_key = HexOf(c, "public");
  const auto key = VrfKey::FromScalar(SecretBytes(secret));
  const auto coefficient = VrfKey::FromScalar(SecretBytes(HexOf(c, "coefficient")));
  ASSERT_TRUE(key && coefficient);
  EXPECT_EQ(key->public_key(), public_key);
  const Bytes commitment = coefficient->public_key();
  std::vector<Bytes> shares;
  for (const auto& share : c.at("shares").as_array())
    shares.push_back(tests::Hex(tests::TextOf(share)));
  ASSERT_EQ(shares.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    for (int holder = 1; holder <= 3; ++holder) {
      const auto& share = shares[static_cast<std::size_t>(i)];
      EXPECT_EQ(CheckShare(public_key, commitment, holder, share).has_value(), holder == i + 1);
    }
  }
  int pairs = 0;
  for (const auto& [i, j] : {std::pair(1, 2), std::pair(1, 3), std::pair(2, 3), std::pair(3, 1)}) {
    const auto again = RecoverVrfKey(public_key, commitment,
                                     {i, SecretBytes(shares[static_cast<std::size_t>(i - 1)])},
                                     {j, SecretBytes(shares[static_cast<std::size_t>(j - 1)])});
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->RevealScalar(), secret);
    ++pairs;
  }
  EXPECT_EQ(pairs, 4);
}

}  // namespace
}  // namespace lottery::crypto
