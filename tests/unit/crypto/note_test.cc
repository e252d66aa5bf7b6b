#include <gtest/gtest.h>

#include <map>

#include "crypto/checkpoint.h"
#include "tests/unit/table.h"

namespace lottery::crypto {
namespace {
using tests::Hex;

std::vector<VerifierKey> Keys(const std::string& list) {
  std::vector<VerifierKey> keys;
  for (const auto text : base::Split(list, ',')) {
    auto key = ParseVerifierKey(text);
    EXPECT_TRUE(key.has_value()) << text;
    if (key) keys.push_back(*key);
  }
  return keys;
}

std::map<std::string, std::string> Computed() {
  std::map<std::string, std::string> values;
  for (const auto& row : tests::ReadTable("notes.tsv")) values[row[0]] = Hex(row[1]);
  return values;
}

TEST(Note, OpensPublishedNotesAndRefusesMalformedOnes) {
  int good = 0, bad = 0;
  for (const auto& row : tests::ReadTable("notes.tsv")) {
    if (row[0] == "good") {
      const auto note = OpenNote(Hex(row[1]), Keys(row[2]));
      ASSERT_TRUE(note.has_value()) << note.error().detail;
      EXPECT_EQ(note->ToText(), Hex(row[1]));
      ++good;
    } else if (row[0] == "malformed") {
      const auto note = OpenNote(Hex(row[1]), Keys(row[2]));
      ASSERT_FALSE(note.has_value());
      EXPECT_EQ(note.error().code, base::ErrorCode::kBadNote);
      ++bad;
    } else if (row[0] == "badvkey") {
      EXPECT_FALSE(ParseVerifierKey(Hex(row[1])).has_value());
    }
  }
  EXPECT_EQ(good, 4);
  EXPECT_EQ(bad, 6);
}

TEST(Note, ComputedCheckpointCosignatureAndProofReproduce) {
  auto values = Computed();
  const auto log = SigningKey::FromSeed(Hex(values["log_seed"]));
  const auto witness = SigningKey::FromSeed(Hex(values["witness_seed"]));
  ASSERT_TRUE(log && witness);
  const VerifierKey log_key{"lottery.example/draws", kTypeEd25519, log->public_key()};
  const VerifierKey witness_key{"witness.example/w1", kTypeCosignature, witness->public_key()};
  EXPECT_EQ(log_key.ToText(), values["log_vkey"]);
  EXPECT_EQ(witness_key.ToText(), values["witness_vkey"]);

  MerkleTree tree;
  for (std::uint64_t i = 0; i < 1025; ++i) tree.Append(LeafHash(base::ByteWriter().U64(i).bytes()));
  Note note{Checkpoint{"lottery.example/draws", 1025, tree.Root()}.ToText(), {}};
  note.signatures.push_back(SignNote(*log, log_key.name, note.text));
  const std::string bare = note.ToText();
  note.signatures.push_back(Cosign(*witness, witness_key.name, note.text, 1700000000));
  EXPECT_EQ(note.ToText(), values["checkpoint"]);

  EXPECT_EQ(ToTlogProof({0, tree.Inclusion(0, 1025), note.ToText()}), values["tlog_proof_index0"]);
  EXPECT_EQ(ToAddCheckpointBody({1000, tree.Consistency(1000, 1025), bare}),
            values["witness_add_checkpoint_body_from_1000"]);

  const auto opened = OpenCheckpoint(values["checkpoint"], log_key, "lottery.example/draws");
  ASSERT_TRUE(opened.has_value());
  const auto witnessed = CheckWitnessed(opened->note, log_key, {witness_key}, 1);
  ASSERT_TRUE(witnessed.has_value());
  EXPECT_EQ(witnessed->at.ms, 1700000000'000);
  const auto proof = ParseTlogProof(values["tlog_proof_index0"]);
  ASSERT_TRUE(proof.has_value());
  EXPECT_TRUE(VerifyInclusion(0, 1025, tree.leaf(0), proof->proof, opened->checkpoint.root));
}

TEST(Checkpoint, RefusesLeadingZerosExtensionsAndForeignOrigins) {
  const std::string root = base::ToBase64(EmptyRoot().view());
  EXPECT_TRUE(ParseCheckpoint("o\n0\n" + root + "\n").has_value());
  for (const auto& text :
       {"o\n00\n" + root + "\n", "o\n-1\n" + root + "\n", "\n0\n" + root + "\n",
        "o\n0\n" + root + "\nmore\n", std::string("o\n0\n\n"), "o\n0\n" + root}) {
    EXPECT_FALSE(ParseCheckpoint(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace lottery::crypto
