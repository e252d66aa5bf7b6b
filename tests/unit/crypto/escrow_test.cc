#include "crypto/escrow.h"

#include <gtest/gtest.h>

namespace lottery::crypto {
namespace {

HeldShare Held(const EscrowShares& split, int holder) {
  return {holder, split.shares[static_cast<std::size_t>(holder - 1)].Clone()};
}

TEST(Escrow, AnyTwoSharesGiveTheSameOutput) {
  for (int round = 0; round < 20; ++round) {
    const auto key = VrfKey::Generate();
    const auto split = SplitVrfKey(key);
    const Bytes alpha = "alpha " + std::to_string(round);
    const auto beta = VrfVerify(key.public_key(), alpha, key.Prove(alpha));
    for (const auto& [i, j] : {std::pair(1, 2), std::pair(1, 3), std::pair(3, 2)}) {
      const auto again =
          RecoverVrfKey(key.public_key(), split.commitment, Held(split, i), Held(split, j));
      ASSERT_TRUE(again.has_value());
      const auto proof = again->Prove(alpha);
      EXPECT_EQ(VrfVerify(key.public_key(), alpha, proof).value(), *beta);
    }
  }
}

TEST(Escrow, AShareThatDoesNotHoldIsSeen) {
  const auto key = VrfKey::Generate(), other = VrfKey::Generate();
  const auto split = SplitVrfKey(key);
  const auto holds = [&](ByteView public_key, ByteView commitment, int holder, ByteView share) {
    return CheckShare(public_key, commitment, holder, share).has_value();
  };
  for (int holder = 1; holder <= kEscrowHolders; ++holder) {
    const auto held = Held(split, holder);
    const ByteView share = held.share.Reveal();
    EXPECT_TRUE(holds(key.public_key(), split.commitment, holder, share));
    EXPECT_FALSE(holds(key.public_key(), split.commitment, holder % 3 + 1, share));
    EXPECT_FALSE(holds(other.public_key(), split.commitment, holder, share));
    EXPECT_FALSE(holds(key.public_key(), SplitVrfKey(key).commitment, holder, share));
    for (std::size_t i = 0; i < share.size(); ++i) {
      Bytes wrong(share);
      wrong[i] = static_cast<char>(wrong[i] ^ 1);
      EXPECT_FALSE(holds(key.public_key(), split.commitment, holder, wrong));
    }
    EXPECT_FALSE(holds(key.public_key(), split.commitment, holder, share.substr(1)));
  }
  EXPECT_FALSE(holds(key.public_key(), split.commitment, 0, Held(split, 1).share.Reveal()));
  EXPECT_FALSE(holds(key.public_key(), split.commitment, 4, Held(split, 1).share.Reveal()));
  EXPECT_FALSE(RecoverVrfKey(key.public_key(), split.commitment, Held(split, 1), Held(split, 1))
                   .has_value());
}

// Each split is another polynomial: a share of one says nothing about a share of the other.
TEST(Escrow, EachSplitIsItsOwn) {
  const auto key = VrfKey::Generate();
  const auto split = SplitVrfKey(key), again = SplitVrfKey(key);
  EXPECT_NE(split.commitment, again.commitment);
  EXPECT_FALSE(split.shares[0].Equals(again.shares[0].Reveal()));
}

TEST(Escrow, OnlyScalarsBelowTheOrderAreKeys) {
  EXPECT_FALSE(VrfKey::FromScalar(SecretBytes(Bytes(32, '\0'))).has_value());
  EXPECT_FALSE(VrfKey::FromScalar(SecretBytes(Bytes(32, '\xff'))).has_value());
  EXPECT_FALSE(VrfKey::FromScalar(SecretBytes(Bytes(31, '\x01'))).has_value());
}

}  // namespace
}  // namespace lottery::crypto
