#include "crypto/note.h"

#include "base/text.h"
#include "crypto/hash.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::string_view kSignaturePrefix = "\xe2\x80\x94 ";  // em dash, space

bool IsUnicodeSpace(char32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

bool IsCleanText(std::string_view text) {
  while (!text.empty()) {
    const auto c = base::NextCodePoint(text);
    if (!c || (*c < 0x20 && *c != '\n')) return false;
  }
  return true;
}

bool IsValidName(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto c = base::NextCodePoint(name);
    if (!c || IsUnicodeSpace(*c) || *c == '+') return false;
  }
  return true;
}

std::string CosignatureMessage(std::uint64_t seconds, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

}  // namespace

Bytes VerifierKey::Id() const {
  const char octet = static_cast<char>(type);
  return Bytes(Sha256({name, "\n", {&octet, 1}, public_key}).view().substr(0, 4));
}

std::string VerifierKey::ToText() const {
  return name + "+" + base::ToHex(Id()) + "+" +
         base::ToBase64(static_cast<char>(type) + public_key);
}

Result<VerifierKey> ParseVerifierKey(std::string_view text) {
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos)
    return Fail(ErrorCode::kBadKey, "a verifier key is name+id+key");
  LOTTERY_TRY(const Bytes id, base::FromHex(text.substr(first + 1, second - first - 1)));
  LOTTERY_TRY(const Bytes key, base::FromBase64(text.substr(second + 1)));
  VerifierKey out{std::string(text.substr(0, first)), 0, {}};
  if (!IsValidName(out.name) || key.size() != 33)
    return Fail(ErrorCode::kBadKey, "verifier key name or length");
  out.type = static_cast<std::uint8_t>(key[0]);
  out.public_key = key.substr(1);
  const bool known_type = out.type == kTypeEd25519 || out.type == kTypeCosignature;
  if (!known_type || out.Id() != id) return Fail(ErrorCode::kBadKey, "verifier key type or id");
  return out;
}

std::string SignatureLine(const NoteSignature& line) {
  return std::string(kSignaturePrefix) + line.name + " " +
         base::ToBase64(line.key_id + line.signature) + "\n";
}

Result<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return Fail(ErrorCode::kBadNote, "signature line");
  line.remove_prefix(kSignaturePrefix.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return Fail(ErrorCode::kBadNote, "signature line");
  auto raw = base::FromBase64(line.substr(space + 1));
  if (!raw || raw->size() < 5 || !IsValidName(line.substr(0, space)))
    return Fail(ErrorCode::kBadNote, "signature line");
  return NoteSignature{std::string(line.substr(0, space)), raw->substr(0, 4), raw->substr(4)};
}

std::string Note::ToText() const {
  std::string out = text + "\n";
  for (const auto& line : signatures) out += SignatureLine(line);
  return out;
}

Result<Note> ParseNote(std::string_view text) {
  if (!IsCleanText(text)) return Fail(ErrorCode::kBadNote, "control character or bad UTF-8");
  const auto split = text.rfind("\n\n");
  if (split == std::string_view::npos || text.back() != '\n' || split + 2 >= text.size()) {
    return Fail(ErrorCode::kBadNote, "no signature block");
  }
  Note note{std::string(text.substr(0, split + 1)), {}};
  const auto lines = base::Split(text.substr(split + 2, text.size() - split - 3), '\n');
  if (lines.size() > kMaxNoteSignatures) return Fail(ErrorCode::kBadNote, "too many signatures");
  for (const auto line : lines) {
    LOTTERY_TRY(auto signature, ParseSignatureLine(line));
    note.signatures.push_back(std::move(signature));
  }
  return note;
}

std::optional<std::uint64_t> CosignatureSeconds(const NoteSignature& line) {
  if (line.signature.size() != 8 + kSignatureOctets) return std::nullopt;
  return base::ByteReader(line.signature).U64();
}

bool VerifyNoteSignature(const Note& note, const NoteSignature& line, const VerifierKey& key) {
  if (line.name != key.name || line.key_id != key.Id()) return false;
  if (key.type == kTypeEd25519) return VerifySignature(key.public_key, note.text, line.signature);
  const auto seconds = CosignatureSeconds(line);
  return seconds && VerifySignature(key.public_key, CosignatureMessage(*seconds, note.text),
                                    ByteView(line.signature).substr(8));
}

Result<Note> OpenNote(std::string_view text, const std::vector<VerifierKey>& known) {
  LOTTERY_TRY(auto note, ParseNote(text));
  int verified = 0;
  for (const auto& line : note.signatures) {
    for (const auto& key : known) {
      if (line.name != key.name || line.key_id != key.Id()) continue;
      if (!VerifyNoteSignature(note, line, key))
        return Fail(ErrorCode::kBadSignature, "signature of " + key.name);
      ++verified;
    }
  }
  if (verified == 0) return Fail(ErrorCode::kBadSignature, "no signature by a known key");
  return note;
}

NoteSignature SignNote(const SigningKey& key, const std::string& name, std::string_view text) {
  return {name, VerifierKey{name, kTypeEd25519, key.public_key()}.Id(), key.Sign(text)};
}

NoteSignature Cosign(const SigningKey& key, const std::string& name, std::string_view text,
                     std::uint64_t seconds) {
  base::ByteWriter body;
  body.U64(seconds).Raw(key.Sign(CosignatureMessage(seconds, text)));
  return {name, VerifierKey{name, kTypeCosignature, key.public_key()}.Id(), body.Take()};
}

}  // namespace lottery::crypto
