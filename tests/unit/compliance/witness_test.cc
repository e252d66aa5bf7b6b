// What a witness answers, row by row: C2SP tlog-witness, and what it shows of what it holds.
#include "compliance/witness.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "crypto/hash.h"

namespace lottery::compliance {
namespace {
namespace fs = std::filesystem;
using crypto::Checkpoint;
using crypto::Note;
using protocol::net::HttpAnswer;

constexpr const char* kOrigin = "o.example/ssq/2026097";

struct FixedClock : base::Clock {
  base::UtcTime Now() const override { return {1'800'000'000'000}; }
};

// A witness "w" of the logs of o.example, and a log that can be asked to sign anything.
class WitnessTest : public testing::Test {
 protected:
  WitnessTest() {
    for (std::uint64_t i = 0; i < 8; ++i) {
      tree_.Append(crypto::LeafHash(base::ByteWriter().U64(i).bytes()));
      other_.Append(crypto::LeafHash(base::ByteWriter().U64(i + 100).bytes()));
    }
    Reopen();
  }
  ~WitnessTest() override { fs::remove_all(folder_); }

  void Reopen() {
    witness_.reset();  // the folder has one user
    auto key = crypto::SigningKey::FromSeed(key_.RevealSeed());
    auto opened = Witness::Open(
        folder_, "w", std::move(*key), "o.example",
        {"o.example", crypto::kTypeEd25519, log_.public_key()}, clock_,
        [this](const Checkpoint&, std::uint64_t, base::UtcTime) { return examined_; });
    LOTTERY_CHECK(opened.has_value());
    witness_ = std::move(*opened);
  }
  Note Signed(const std::string& origin, std::uint64_t size, const crypto::Digest& root) const {
    const std::string text = Checkpoint{origin, size, root}.ToText();
    return {text, {crypto::SignNote(log_, "o.example", text)}};
  }
  Note Signed(std::uint64_t size) const { return Signed(kOrigin, size, tree_.RootAt(size)); }
  HttpAnswer Add(std::uint64_t old_size, const crypto::Proof& proof, const Note& note) {
    return Post(crypto::ToAddCheckpointBody({old_size, proof, note.ToText()}));
  }
  HttpAnswer Post(const std::string& body) {
    return witness_->Serve({"POST", "/add-checkpoint", body});
  }
  HttpAnswer Show(const std::string& origin = kOrigin) {
    return witness_->Serve(
        {"GET", "/" + base::ToHex(crypto::Sha256(origin).view()) + "/checkpoint", ""});
  }

  const std::string folder_ =
      (fs::temp_directory_path() / ("witness-test-" + std::to_string(::getpid()))).string();
  const FixedClock clock_;
  const crypto::SigningKey key_ = crypto::SigningKey::Generate(),
                           log_ = crypto::SigningKey::Generate(),
                           stranger_ = crypto::SigningKey::Generate();
  crypto::MerkleTree tree_, other_;
  base::Status examined_;
  std::unique_ptr<Witness> witness_;
};

// In this order on one witness, which holds nothing, then 0, 3, 5 and 8 leaves.
TEST_F(WitnessTest, EveryAnswer) {
  const auto empty = crypto::EmptyRoot();
  const auto bad_proof = crypto::Proof{crypto::Sha256("no hash of the tree")};
  auto spoiled = Signed(5);
  spoiled.signatures[0].signature[9] = static_cast<char>(spoiled.signatures[0].signature[9] ^ 1);
  auto unsigned_note = Signed(5);
  unsigned_note.signatures = {crypto::SignNote(stranger_, "somebody", unsigned_note.text)};
  auto in_company = Signed(5);
  in_company.signatures.insert(in_company.signatures.begin(),
                               crypto::SignNote(stranger_, "somebody", in_company.text));
  in_company.signatures.push_back(crypto::Cosign(stranger_, "w", in_company.text, 5));
  auto crowded = Signed(8);
  while (crowded.signatures.size() < crypto::kMaxNoteSignatures)
    crowded.signatures.push_back(crypto::SignNote(stranger_, "somebody", crowded.text));
  struct Row {
    const char* what;
    std::uint64_t old_size;
    crypto::Proof proof;
    Note note;
    int status;
    std::string size;  // of a 409
  };
  const Row rows[] = {
      {"a log of another operator", 0, {}, Signed("x.example/ssq/1", 5, tree_.RootAt(5)), 404, ""},
      {"the log's signature spoiled", 0, {}, spoiled, 403, ""},
      {"no signature of the log", 0, {}, unsigned_note, 403, ""},
      {"old beyond the checkpoint", 6, {}, Signed(5), 400, ""},
      {"old of a log never seen", 3, tree_.Consistency(3, 5), Signed(5), 409, "0\n"},
      {"an empty log with another root", 0, {}, Signed(kOrigin, 0, tree_.RootAt(5)), 422, ""},
      {"a proof from nothing", 0, bad_proof, Signed(3), 422, ""},
      {"an empty log", 0, {}, Signed(kOrigin, 0, empty), 200, ""},
      {"an empty log again", 0, {}, Signed(kOrigin, 0, empty), 200, ""},
      {"an empty log again with a proof", 0, bad_proof, Signed(kOrigin, 0, empty), 422, ""},
      {"an empty log again with another root",
       0,
       {},
       Signed(kOrigin, 0, tree_.RootAt(5)),
       409,
       "0\n"},
      {"first leaves", 0, {}, Signed(3), 200, ""},
      {"old no more", 0, {}, Signed(5), 409, "3\n"},
      {"growth without proof", 3, {}, Signed(5), 422, ""},
      {"growth with a proof that proves nothing", 3, bad_proof, Signed(5), 422, ""},
      {"growth of another tree", 3, other_.Consistency(3, 5), Signed(kOrigin, 5, other_.RootAt(5)),
       422, ""},
      {"growth, strangers' lines beside the log's", 3, tree_.Consistency(3, 5), in_company, 200,
       ""},
      {"the same again", 5, {}, Signed(5), 200, ""},
      {"the same with a proof that proves nothing", 5, bad_proof, Signed(5), 422, ""},
      {"another root of that size", 5, {}, Signed(kOrigin, 5, other_.RootAt(5)), 409, "5\n"},
      {"back to fewer leaves", 5, {}, Signed(3), 400, ""},
      {"back to fewer leaves from there", 3, {}, Signed(3), 409, "5\n"},
      {"as many lines as a note may have", 5, tree_.Consistency(5, 8), crowded, 200, ""}};
  const crypto::VerifierKey own{"w", crypto::kTypeCosignature, key_.public_key()};
  for (const auto& row : rows) {
    const std::string before = Show().body;
    const auto answer = Add(row.old_size, row.proof, row.note);
    ASSERT_EQ(answer.status, row.status) << row.what << ": " << answer.body;
    if (row.status == 409) {
      EXPECT_EQ(answer.body, row.size) << row.what;
      EXPECT_EQ(answer.content_type, "text/x.tlog.size") << row.what;
    }
    if (row.status != 200) {
      EXPECT_EQ(Show().body, before) << row.what;
      continue;
    }
    // One line, its own; and what it shows has that and the log's, no other.
    const auto line = crypto::ParseSignatureLine(answer.body.substr(0, answer.body.size() - 1));
    ASSERT_TRUE(line && crypto::VerifyNoteSignature(row.note, *line, own)) << row.what;
    const auto shown = crypto::ParseNote(Show().body);
    ASSERT_TRUE(shown) << row.what;
    EXPECT_EQ(shown->text, row.note.text) << row.what;
    EXPECT_EQ(shown->signatures.size(), 2U) << row.what;
    Reopen();
    EXPECT_EQ(Show().body, shown->ToText()) << row.what;
  }
}

TEST_F(WitnessTest, MalformedRequestsAre400) {
  const std::string note = Signed(5).ToText(), hash = base::ToBase64(crypto::EmptyRoot().view());
  std::string many = "old 0\n";
  for (int i = 0; i < 64; ++i) many += hash + "\n";
  for (const std::string& body :
       {std::string(), std::string("\n"), "old\n\n" + note, "old 05\n\n" + note,
        "old -1\n\n" + note, "old 99999999999999999999\n\n" + note, "old 0\n" + note,
        "old 0\nx\n\n" + note, many + "\n" + note, std::string("old 0\n\n"),
        "old 0\n\n" + note.substr(0, note.find("\n\n") + 2), "old 0\n\no.example/a\n5\n\n" + note,
        "old 0\n\no.example/a\n05\n" + hash + "\n\n" + note.substr(note.find("\n\n") + 2),
        "old 0\n\n" + std::string("\xff") + note}) {
    EXPECT_EQ(Post(body).status, 400) << body;
  }
}

// A refused request leaves nothing behind.
TEST_F(WitnessTest, ALogItNeverCosignedIsNotFound) {
  EXPECT_EQ(Show().status, 404);
  EXPECT_EQ(Add(3, tree_.Consistency(3, 5), Signed(5)).status, 409);
  EXPECT_EQ(Add(0, {crypto::Sha256("x")}, Signed(5)).status, 422);
  examined_ = base::Fail(base::ErrorCode::kEntryInvalid, "leaf 3");
  const auto refused = Add(0, {}, Signed(5));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.body, "kEntryInvalid leaf 3\n");
  EXPECT_EQ(Show().status, 404);
  Reopen();
  EXPECT_EQ(Show().status, 404);
  for (const char* target : {"/", "/checkpoint", "/add-checkpoint"})
    EXPECT_EQ(witness_->Serve({"GET", target, ""}).status, 404) << target;
  EXPECT_EQ(witness_->Serve({"DELETE", "/", ""}).status, 405);
  EXPECT_EQ(witness_->Serve({"POST", "/", ""}).status, 405);
}

TEST_F(WitnessTest, WhatCannotBeStoredIsNotCosigned) {
  fs::remove_all(folder_);
  ASSERT_TRUE(base::WriteFile(folder_, "a file where the folder was").has_value());
  EXPECT_EQ(Add(0, {}, Signed(5)).status, 500);
  EXPECT_EQ(Show().status, 404);
}

// What the control's word before seal and payment rests on: what it cosigned, never what it
// refused.
TEST_F(WitnessTest, WhatWasRefusedIsNotAgreedOn) {
  const crypto::VerifierKey log_key{"o.example", crypto::kTypeEd25519, log_.public_key()};
  const auto last = [&] { return Witness::LastCosigned(folder_, kOrigin, log_key); };
  EXPECT_EQ(last().error().code, base::ErrorCode::kNotAgreed) << "nothing yet";
  ASSERT_EQ(Add(0, {}, Signed(3)).status, 200);
  EXPECT_EQ(last()->size, 3U);
  EXPECT_EQ(last()->root, tree_.RootAt(3));
  // What may pass by itself is no refusal.
  examined_ = base::Fail(base::ErrorCode::kDisconnected, "central is away");
  ASSERT_EQ(Add(3, tree_.Consistency(3, 5), Signed(5)).status, 422);
  EXPECT_EQ(last()->size, 3U);
  examined_ = base::Fail(base::ErrorCode::kDrawClosed, "leaf 4");
  ASSERT_EQ(Add(3, tree_.Consistency(3, 5), Signed(5)).status, 422);
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_EQ(last().error().code, base::ErrorCode::kControlDisagrees);
    EXPECT_NE(last().error().detail.find("kDrawClosed leaf 4"), std::string::npos);
    Reopen();
  }
  examined_ = {};  // by a program that was mended
  ASSERT_EQ(Add(3, tree_.Consistency(3, 5), Signed(5)).status, 200);
  EXPECT_EQ(last()->size, 5U);
  const crypto::VerifierKey another{"o.example", crypto::kTypeEd25519, stranger_.public_key()};
  EXPECT_FALSE(Witness::LastCosigned(folder_, kOrigin, another).has_value());
  EXPECT_EQ(Witness::LastCosigned(folder_, "o.example/3d/1", log_key).error().code,
            base::ErrorCode::kNotAgreed);
}

}  // namespace
}  // namespace lottery::compliance
