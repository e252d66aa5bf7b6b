// Checkpoints of other logs as they were published, cosigned by witnesses nobody here knows.
#include "crypto/checkpoint.h"
#include "tests/unit/peers/suite.h"

namespace lottery::crypto {
namespace {

TEST(ForeignCheckpoint, OfTesseractIsReadWithItsWitnesses) {
  const std::string text = tests::ReadPeerFile("checkpoint-tesseract.txt");
  auto note = ParseNote(text);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->ToText(), text);
  const auto checkpoint = ParseCheckpoint(note->text);
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->origin, "arche2025h1.staging.ct.transparency.dev");
  EXPECT_EQ(checkpoint->size, 1432088532U);
  ASSERT_EQ(note->signatures.size(), 6U);
  for (std::size_t i = 2; i < 6; ++i)  // two of the log's own, then four witnesses of one second
    EXPECT_EQ(CosignatureSeconds(note->signatures[i]), 1779573024U) << i;
  // Lines of strangers take nothing from a witness that is known.
  const auto log = SigningKey::Generate(), witness = SigningKey::Generate();
  note->signatures.push_back(Cosign(witness, "w", note->text, 1779573030));
  const auto witnessed = CheckWitnessed(*note, {"log", kTypeEd25519, log.public_key()},
                                        {{"w", kTypeCosignature, witness.public_key()}}, 1);
  ASSERT_TRUE(witnessed.has_value());
  EXPECT_EQ(witnessed->count, 1);
}

// The suite has it as well formed: C2SP lets a log add lines. Ours refuses them, because every
// parser here reads the whole of what was signed, and no log of a lottery writes any.
TEST(ForeignCheckpoint, OfRekorIsANoteButItsExtensionLineIsRefused) {
  const std::string text = tests::ReadPeerFile("checkpoint-rekor-extension-line.txt");
  const auto note = ParseNote(text);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->ToText(), text);
  EXPECT_EQ(note->signatures.size(), 1U);
  const auto checkpoint = ParseCheckpoint(note->text);
  ASSERT_FALSE(checkpoint.has_value());
  EXPECT_EQ(checkpoint.error().code, base::ErrorCode::kBadCheckpoint);
  const auto line = note->text.find("Timestamp:");
  ASSERT_NE(line, std::string::npos);
  EXPECT_TRUE(ParseCheckpoint(note->text.substr(0, line)).has_value());
}

}  // namespace
}  // namespace lottery::crypto
