// Keys that several made together (CCTV's vectors of distributed key generation): a key, the
// commitment to its coefficient and three shares, of which each holds and any two give the key.
#include "crypto/escrow.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {
using tests::HexOf;

TEST(KeyGeneration, SharesHoldAndAnyTwoGiveTheKey) {
  std::size_t cases = 0;
  for (const auto& c : tests::ReadCases("cctv_dkg.json")) {
    const Bytes public_key = HexOf(c, "public"), commitment = HexOf(c, "commitment");
    const auto& shares = c.at("shares").as_array();
    ASSERT_EQ(shares.size(), 3U);
    const auto share = [&](int holder) {
      return tests::Hex(tests::TextOf(shares[static_cast<std::size_t>(holder - 1)]));
    };
    for (int holder = 1; holder <= 3; ++holder) {
      EXPECT_TRUE(CheckShare(public_key, commitment, holder, share(holder)).has_value()) << holder;
      const int next = holder % 3 + 1;
      EXPECT_FALSE(CheckShare(public_key, commitment, next, share(holder)).has_value()) << holder;
      const auto key = RecoverVrfKey(public_key, commitment, {holder, SecretBytes(share(holder))},
                                     {next, SecretBytes(share(next))});
      ASSERT_TRUE(key.has_value());
      EXPECT_EQ(key->public_key(), public_key);
    }
    ++cases;
  }
  EXPECT_EQ(cases, 2U);
}

}  // namespace
}  // namespace lottery::crypto
