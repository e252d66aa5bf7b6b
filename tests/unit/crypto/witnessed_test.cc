// When a checkpoint is witnessed: one row a way in which neighbours err or lie.
#include <gtest/gtest.h>

#include "crypto/checkpoint.h"

namespace lottery::crypto {
namespace {

constexpr int kQuorum = 2;

// A checkpoint of log "o", signed by it, and witnesses a, b and c that trust knows.
struct World {
  SigningKey log = SigningKey::Generate(), a = SigningKey::Generate(), b = SigningKey::Generate(),
             c = SigningKey::Generate(), stranger = SigningKey::Generate();
  VerifierKey log_key{"o", kTypeEd25519, log.public_key()};
  std::vector<VerifierKey> known{{"a", kTypeCosignature, a.public_key()},
                                 {"b", kTypeCosignature, b.public_key()},
                                 {"c", kTypeCosignature, c.public_key()}};
  std::string text = Checkpoint{"o", 0, EmptyRoot()}.ToText();

  Note With(std::vector<NoteSignature> lines) const {
    Note note{text, {SignNote(log, "o", text)}};
    for (auto& line : lines) note.signatures.push_back(std::move(line));
    return note;
  }
  NoteSignature Spoiled(NoteSignature line) const {
    line.signature.back() = static_cast<char>(line.signature.back() ^ 1);
    return line;
  }
};

TEST(Witnessed, EachWayOfANeighbour) {
  const World w;
  const auto& t = w.text;
  struct Row {
    const char* what;
    std::vector<NoteSignature> lines;
    int count;             // 0: the quorum is missing
    std::int64_t seconds;  // when it stood
    int ignored;
  };
  const Row rows[] = {
      {"two of three", {Cosign(w.a, "a", t, 5), Cosign(w.b, "b", t, 7)}, 2, 7, 0},
      {"one of three", {Cosign(w.a, "a", t, 5)}, 0, 0, 0},
      {"none", {}, 0, 0, 0},
      {"a third that comes late makes the quorum no younger",
       {Cosign(w.c, "c", t, 90), Cosign(w.a, "a", t, 5), Cosign(w.b, "b", t, 7)},
       3,
       7,
       0},
      {"a stranger's line first",
       {Cosign(w.stranger, "s", t, 1), Cosign(w.a, "a", t, 5), Cosign(w.b, "b", t, 7)},
       2,
       7,
       1},
      {"a stranger in a known name",
       {Cosign(w.stranger, "a", t, 1), Cosign(w.a, "a", t, 5), Cosign(w.b, "b", t, 7)},
       2,
       7,
       1},
      {"one bit of a line spoiled, the quorum stands",
       {w.Spoiled(Cosign(w.c, "c", t, 1)), Cosign(w.a, "a", t, 5), Cosign(w.b, "b", t, 7)},
       2,
       7,
       1},
      {"one bit of a line spoiled, no quorum is left",
       {w.Spoiled(Cosign(w.a, "a", t, 1)), Cosign(w.b, "b", t, 7)},
       0,
       0,
       0},
      {"one witness twice is one", {Cosign(w.a, "a", t, 5), Cosign(w.a, "a", t, 6)}, 0, 0, 0},
      {"a later line of one witness makes it no younger",
       {Cosign(w.a, "a", t, 5), Cosign(w.a, "a", t, 90), Cosign(w.b, "b", t, 7)},
       2,
       7,
       1},
      {"a line of another checkpoint",
       {Cosign(w.a, "a", "other\n0\nroot\n", 5), Cosign(w.b, "b", t, 7)},
       0,
       0,
       0},
      {"a plain signature of a witness's key is no cosignature",
       {SignNote(w.a, "a", t), Cosign(w.b, "b", t, 7)},
       0,
       0,
       0},
      {"the log is no witness of its own",
       {Cosign(w.log, "o", t, 1), Cosign(w.b, "b", t, 7)},
       0,
       0,
       0}};
  for (const auto& row : rows) {
    const auto got = CheckWitnessed(w.With(row.lines), w.log_key, w.known, kQuorum);
    ASSERT_EQ(got.has_value(), row.count != 0) << row.what;
    if (!got) {
      EXPECT_EQ(got.error().code, base::ErrorCode::kQuorumMissing) << row.what;
      continue;
    }
    EXPECT_EQ(got->count, row.count) << row.what;
    EXPECT_EQ(got->at.ms, row.seconds * 1000) << row.what;
    EXPECT_EQ(got->ignored, row.ignored) << row.what;
  }
}

TEST(Witnessed, KeysOfTheWrongKindAndQuorumsOfNobodyCountForNothing) {
  const World w;
  const auto note = w.With({SignNote(w.a, "a", w.text), Cosign(w.b, "b", w.text, 7)});
  const auto witnessed = [&](const std::vector<VerifierKey>& known, int quorum) {
    return CheckWitnessed(note, w.log_key, known, quorum).has_value();
  };
  EXPECT_TRUE(witnessed(w.known, 1));
  // A witness's key of the log's type: its signature has no time.
  EXPECT_FALSE(witnessed({{"a", kTypeEd25519, w.a.public_key()}}, 1));
  EXPECT_FALSE(witnessed(w.known, 0));
  EXPECT_FALSE(witnessed(w.known, -1));
  // One key under two names, two keys under one name: one witness.
  const auto twice = w.With({Cosign(w.a, "a", w.text, 5), Cosign(w.a, "d", w.text, 6),
                             Cosign(w.b, "b", w.text, 7), Cosign(w.c, "b", w.text, 8)});
  const auto got = CheckWitnessed(twice, w.log_key,
                                  {{"a", kTypeCosignature, w.a.public_key()},
                                   {"d", kTypeCosignature, w.a.public_key()},
                                   {"b", kTypeCosignature, w.b.public_key()},
                                   {"b", kTypeCosignature, w.c.public_key()}},
                                  2);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->count, 2);
}

TEST(Witnessed, ATimeBeyondAllTimesIsATime) {
  const World w;
  const auto got =
      CheckWitnessed(w.With({Cosign(w.a, "a", w.text, ~std::uint64_t{0})}), w.log_key, w.known, 1);
  ASSERT_TRUE(got.has_value());
  EXPECT_GT(got->at.ms, std::int64_t{1} << 49);
}

TEST(Checkpoint, OpensUnderALogsKeyOnly) {
  const World w;
  const VerifierKey other{"o", kTypeCosignature, w.log.public_key()};
  const Note note{w.text, {Cosign(w.log, "o", w.text, 5)}};
  EXPECT_TRUE(OpenNote(note.ToText(), {other}).has_value());
  EXPECT_EQ(OpenCheckpoint(note.ToText(), other, "o").error().code, base::ErrorCode::kBadKey);
}

}  // namespace
}  // namespace lottery::crypto
