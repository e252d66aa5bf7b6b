// A log as Tessera wrote it, at sixteen sizes: checkpoint, entries and tile of each, and that it
// only grew.
#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {

TEST(TesseraLog, CheckpointsEntriesAndTilesOfEverySize) {
  const auto log = tests::ReadSuite("tessera_log.json");
  const auto key = ParseVerifierKey(tests::TextOf(log, "vkey"));
  ASSERT_TRUE(key.has_value());
  const std::string origin = tests::TextOf(log, "origin");
  std::vector<Checkpoint> grown;
  MerkleTree tree;
  for (const auto& version : log.at("versions").as_array()) {
    const std::string text = tests::TextOf(version, "checkpoint");
    const auto opened = OpenCheckpoint(text, *key, origin);
    ASSERT_TRUE(opened.has_value()) << text;
    EXPECT_EQ(opened->note.ToText(), text);
    EXPECT_EQ(opened->checkpoint.size, tests::NumberOf(version, "size"));
    tree = MerkleTree();
    if (opened->checkpoint.size > 0) {
      const Bytes bundle = tests::Base64Of(version.at("entries"));
      const auto entries = ParseEntries(bundle);
      ASSERT_TRUE(entries.has_value());
      Bytes again;
      for (const auto& entry : *entries) {
        tree.Append(LeafHash(entry));
        AppendEntry(again, entry);
      }
      EXPECT_EQ(again, bundle);
      ASSERT_EQ(tree.size(), opened->checkpoint.size);
      EXPECT_EQ(TileHashes(tree, {0, 0, tree.size()}), tests::Base64Of(version.at("tile")));
    }
    EXPECT_EQ(tree.Root(), opened->checkpoint.root) << tree.size();
    grown.push_back(opened->checkpoint);
  }
  ASSERT_EQ(grown.size(), 16U);
  for (const auto& before : grown) {
    for (const auto& after : grown) {
      if (before.size > after.size) continue;
      EXPECT_TRUE(VerifyGrowth(before.size, before.root, after.size, after.root,
                               tree.Consistency(before.size, after.size)))
          << before.size << " to " << after.size;
      if (before.size == after.size) continue;
      EXPECT_TRUE(VerifyInclusion(before.size, after.size, tree.leaf(before.size),
                                  tree.Inclusion(before.size, after.size), after.root));
    }
  }
}

}  // namespace
}  // namespace lottery::crypto
