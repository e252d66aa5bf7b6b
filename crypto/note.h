// Signed notes (https://c2sp.org/signed-note): text, blank line, signature lines. Ed25519 (type 01)
// and cosignature/v1 (type 04, https://c2sp.org/tlog-cosignature).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/ed25519.h"

namespace lottery::crypto {

inline constexpr std::size_t kMaxNoteSignatures = 100;
inline constexpr std::uint8_t kTypeEd25519 = 1;
inline constexpr std::uint8_t kTypeCosignature = 4;

/// A verifier key: name+hex(id)+base64(type || key).
struct VerifierKey {
  std::string name;
  std::uint8_t type = kTypeEd25519;
  Bytes public_key;
  /// First 4 octets of SHA-256(name || 0A || type || key).
  Bytes Id() const;
  std::string ToText() const;
};

/// Errors: kBadKey.
Result<VerifierKey> ParseVerifierKey(std::string_view text);

struct NoteSignature {
  std::string name;
  Bytes key_id;     // 4 octets
  Bytes signature;  // what follows the id
};

struct Note {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;
  std::string ToText() const;
};

/// Splits and checks the form, no signature. Errors: kBadNote.
Result<Note> ParseNote(std::string_view text);

/// Parses, then verifies every signature whose key is known: one that fails sinks the note, unknown
/// ones are ignored, and at least one must verify. Errors: kBadNote, kBadSignature.
Result<Note> OpenNote(std::string_view text, const std::vector<VerifierKey>& known);

/// Verifies one line under one key. For a cosignature the time is the signer's, in seconds since
/// 1970.
bool VerifyNoteSignature(const Note& note, const NoteSignature& line, const VerifierKey& key);

/// Signs `text` as `name` with type 01.
NoteSignature SignNote(const SigningKey& key, const std::string& name, std::string_view text);

/// cosignature/v1 over a checkpoint's text at `seconds` since 1970.
NoteSignature Cosign(const SigningKey& key, const std::string& name, std::string_view text,
                     std::uint64_t seconds);
/// Seconds since 1970 of a type 04 line of the right length.
std::optional<std::uint64_t> CosignatureSeconds(const NoteSignature& line);

/// "— name base64\n"
std::string SignatureLine(const NoteSignature& line);
/// Reads one such line, without its newline. Errors: kBadNote.
Result<NoteSignature> ParseSignatureLine(std::string_view line);

}  // namespace lottery::crypto
