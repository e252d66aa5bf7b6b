// The root over what is owed, made tile by tile, is the root over all leaves, and the tiles' roots
// make it too: so a payer needs one tile's rows and no stored path.
#include "settlement/owed_root.h"

#include <gtest/gtest.h>

#include "crypto/merkle.h"

namespace lottery::settlement {
namespace {

TEST(OwedRoot, IsTheRootOverAllLeavesAndOverTheTiles) {
  for (const std::size_t tickets : {0U, 1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 768U, 769U,
                                    1'279U, 1'280U, 1'281U, 2'305U, 5'000U}) {
    std::vector<protocol::Winner> winners;
    OwedRoot root;
    for (std::size_t i = 0; i < tickets; ++i) {
      winners.push_back({7 * i,
                         crypto::Sha256(std::to_string(i)),
                         base::Money::FromFen(static_cast<std::int64_t>(i) + 1),
                         {{6, 1}}});
      root.Add(winners.back());
    }
    const auto tiles = root.Finish();
    EXPECT_EQ(root.size(), tickets);
    EXPECT_EQ(root.Root(), protocol::WinnersRoot(winners, 2)) << tickets;
    crypto::MerkleTree upper;
    for (const auto& tile : tiles) upper.Append(tile.root);
    EXPECT_EQ(upper.Root(), root.Root()) << tickets;
    ASSERT_EQ(tiles.size(), (tickets + kOwedTileWidth - 1) / kOwedTileWidth);
    for (std::size_t i = 0; i < tiles.size(); ++i)
      EXPECT_EQ(tiles[i].first_index, 7 * i * kOwedTileWidth);
  }
}

}  // namespace
}  // namespace lottery::settlement
