#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include <charconv>
#include <map>

#include "crypto/tile.h"
#include "crypto/tree_hash.h"
#include "tests/unit/table.h"

namespace lottery::crypto {
namespace {
using tests::Hex;

std::uint64_t Number(const std::string& text) {
  std::uint64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

Digest Hash(const std::string& hex) { return *base::DigestFrom(Hex(hex)); }

Proof Hashes(const std::string& list) {
  Proof proof;
  if (list.empty()) return proof;
  for (const auto part : base::Split(list, ',')) proof.push_back(Hash(std::string(part)));
  return proof;
}

MerkleTree Counting(std::uint64_t n) {
  MerkleTree tree;
  for (std::uint64_t i = 0; i < n; ++i) tree.Append(LeafHash(base::ByteWriter().U64(i).bytes()));
  return tree;
}

TEST(Merkle, KnownLeavesRootsAndProofs) {
  MerkleTree tree;
  std::map<std::string, int> seen;
  for (const auto& row : tests::ReadTable("merkle.tsv")) {
    ++seen[row[0]];
    if (row[0] == "leaf") {
      EXPECT_EQ(LeafHash(Hex(row[1])), Hash(row[2]));
      tree.Append(Hash(row[2]));
    } else if (row[0] == "root") {
      EXPECT_EQ(tree.RootAt(Number(row[1])), Hash(row[2]));
    } else if (row[0] == "incl") {
      EXPECT_TRUE(VerifyInclusion(Number(row[1]), Number(row[2]), Hash(row[3]), Hashes(row[5]),
                                  Hash(row[4])))
          << row[1] << " in " << row[2];
    } else if (row[0] == "cons") {
      EXPECT_TRUE(VerifyConsistency(Number(row[1]), Number(row[2]), Hash(row[3]), Hash(row[4]),
                                    Hashes(row[5])))
          << row[1] << " to " << row[2];
    }
  }
  EXPECT_EQ(seen["leaf"], 8);
  EXPECT_EQ(seen["incl"], 37);
  EXPECT_EQ(seen["cons"], 36);
}

TEST(Merkle, TreeOf1025LeavesMatchesIndependentImplementation) {
  const MerkleTree tree = Counting(1025);
  std::map<std::string, std::string> tiles;
  for (const auto& tile : TilesOf(1025))
    tiles[TilePath(tile)] = base::ToHex(Sha256(TileHashes(tree, tile)).view());
  for (const auto& row : tests::ReadTable("merkle.tsv")) {
    if (row[0] == "t1025root") {
      EXPECT_EQ(tree.RootAt(Number(row[1])), Hash(row[2]));
    }
    if (row[0] == "t1025incl") {
      EXPECT_EQ(tree.Inclusion(Number(row[1]), Number(row[2])), Hashes(row[4]));
      EXPECT_TRUE(VerifyInclusion(Number(row[1]), Number(row[2]), tree.leaf(Number(row[1])),
                                  Hashes(row[4]), Hash(row[3])));
    }
    if (row[0] == "t1025cons") {
      EXPECT_EQ(tree.Consistency(Number(row[1]), Number(row[2])), Hashes(row[5]));
      EXPECT_TRUE(VerifyConsistency(Number(row[1]), Number(row[2]), Hash(row[3]), Hash(row[4]),
                                    Hashes(row[5])));
    }
    if (row[0] == "tile") {
      EXPECT_EQ(tiles[row[1]], row[2]) << row[1];
    }
  }
}

TEST(Merkle, EveryProofOfEverySizeVerifies) {
  MerkleTree tree = Counting(70);
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const Digest root = tree.RootAt(size);
    for (std::uint64_t i = 0; i < size; ++i) {
      EXPECT_TRUE(VerifyInclusion(i, size, tree.leaf(i), tree.Inclusion(i, size), root));
      EXPECT_TRUE(VerifyGrowth(i, tree.RootAt(i), size, root, tree.Consistency(i, size)));
    }
  }
  EXPECT_EQ(tree.RootAt(40), Counting(40).Root());
}

// A tree read back from its tiles, and one old enough to have dropped inner nodes, prove the same.
TEST(Merkle, TilesReadBackProveAsTheTreeThatGrew) {
  const std::uint64_t size = 256 * 12 + 77;
  const MerkleTree grown = Counting(size);
  MerkleTree restored;
  for (std::uint64_t tile = 0; tile < size / 256; ++tile)
    restored.AppendTile(TileHashes(grown, {0, tile, 256}), grown.Node(8, tile));
  for (std::uint64_t i = restored.size(); i < size; ++i) restored.Append(grown.leaf(i));
  EXPECT_EQ(restored.Root(), grown.Root());
  for (std::uint64_t i = 0; i < size; i += 61) {
    const auto proof = restored.Inclusion(i, size);
    EXPECT_EQ(proof, grown.Inclusion(i, size));
    EXPECT_TRUE(VerifyInclusion(i, size, grown.leaf(i), proof, grown.Root()));
    EXPECT_TRUE(
        VerifyGrowth(i, grown.RootAt(i), size, grown.Root(), restored.Consistency(i, size)));
  }
  const MerkleTree copy = restored;
  restored.Append(LeafHash("more"));
  EXPECT_EQ(copy.Root(), grown.Root());
}

// Roots by a stream, and by parts joined, are the tree's own.
TEST(TreeHash, StreamsAndJoinsToTheSameRoot) {
  MerkleTree tree;
  TreeHash stream;
  EXPECT_EQ(stream.Root(), EmptyRoot());
  constexpr std::uint64_t kPart = 8;
  std::vector<TreeHash> parts;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto leaf = LeafHash(std::to_string(i));
    tree.Append(leaf);
    stream.Append(leaf);
    if (i % kPart == 0) parts.emplace_back();
    parts.back().Append(leaf);
    ASSERT_EQ(stream.Root(), tree.Root()) << i;
    TreeHash joined;
    for (const auto& part : parts) joined.Append(part);
    ASSERT_EQ(joined.Root(), tree.Root()) << i;
    ASSERT_EQ(joined.size(), i + 1);
  }
  TreeHash by_subtrees;
  by_subtrees.AppendSubtree(8, tree.Node(8, 0));
  by_subtrees.AppendSubtree(5, tree.Node(5, 8));
  EXPECT_EQ(by_subtrees.Root(), tree.RootAt(288));
}

TEST(Tile, PathsFollowTheLayout) {
  EXPECT_EQ(TilePath({0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({2, 5, 17}), "tile/2/005.p/17");
  const auto tiles = TilesOf(70000);
  EXPECT_EQ(tiles.size(), 273U + 1 + 1 + 1 + 1);
  EXPECT_EQ(TilePath(tiles.back()), "tile/2/000.p/1");
  for (const auto& tile : TilesOf(1234067 + 300))
    EXPECT_EQ(TilePath(*ParseTilePath(TilePath(tile))), TilePath(tile));
  for (const char* bad : {"tile/0/1", "tile/0/x001/x002", "tile/9/000", "tile/0/000.p/256",
                          "tile/0/000.p/0", "tile/0/../0"}) {
    EXPECT_FALSE(ParseTilePath(bad).has_value()) << bad;
  }
}

// A tile stands for 256^(level + 1) leaves: a log of 2^63 has 2^(55 - 8 level) of them.
TEST(Tile, NoTileLiesBeyondTheLargestLog) {
  for (int level = 0; level <= 5; ++level) {
    const std::uint64_t tiles = std::uint64_t{1} << (55 - 8 * level);
    const TileId last{level, tiles - 1, kTileWidth}, part{level, tiles - 1, 255};
    for (const auto& tile : {last, part}) {
      const auto read = ParseTilePath(TilePath(tile));
      ASSERT_TRUE(read.has_value()) << TilePath(tile);
      EXPECT_EQ(read->index, tile.index);
      EXPECT_EQ(read->width, tile.width);
    }
    for (const std::uint64_t index :
         {tiles, tiles + 1, 2 * tiles, 256 * tiles, std::uint64_t{1} << 55, std::uint64_t{1} << 56,
          std::uint64_t{999'999'999'999'999'999}}) {
      for (const std::uint64_t width : {kTileWidth, std::uint64_t{5}})
        EXPECT_FALSE(ParseTilePath(TilePath({level, index, width})).has_value())
            << TilePath({level, index, width});
    }
  }
  for (const char* beyond :
       {"tile/0/x072/x057/x594/x037/x927/936.p/5", "tile/0/x001/x000/x000/x000/x000/x000/000",
        "tile/6/000", "tile/0/18446744073709551616", "tile/0/x018/x446/x744/x073/x709/x551/616"})
    EXPECT_FALSE(ParseTilePath(beyond).has_value()) << beyond;
}

TEST(Tile, EntriesRoundTripAndATornBundleIsRefused) {
  Bytes bundle;
  AppendEntry(bundle, "one");
  AppendEntry(bundle, "");
  EXPECT_EQ(*ParseEntries(bundle), (std::vector<Bytes>{"one", ""}));
  bundle.pop_back();
  EXPECT_FALSE(ParseEntries(bundle).has_value());
}

}  // namespace
}  // namespace lottery::crypto
