#include "crypto/checkpoint.h"

#include <algorithm>
#include <set>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

std::string HashLines(const Proof& proof) {
  std::string out;
  for (const auto& hash : proof) out += base::ToBase64(hash.view()) + "\n";
  return out;
}

// Takes the line up to the next newline off `rest`; false at the end.
bool NextLine(std::string_view& rest, std::string_view& line) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

// Hash lines until a blank line.
Result<Proof> ReadHashes(std::string_view& rest) {
  Proof proof;
  std::string_view line;
  while (NextLine(rest, line)) {
    if (line.empty()) return proof;
    LOTTERY_TRY(const Bytes raw, base::FromBase64(line));
    LOTTERY_TRY(const Digest hash, base::DigestFrom(raw));
    if (proof.size() == 63) return Fail(ErrorCode::kBadProof, "more than 63 hashes");
    proof.push_back(hash);
  }
  return Fail(ErrorCode::kBadProof, "no blank line after the hashes");
}

}  // namespace

std::string Checkpoint::ToText() const {
  return origin + "\n" + std::to_string(size) + "\n" + base::ToBase64(root.view()) + "\n";
}

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  const auto lines = base::Split(text, '\n');
  if (lines.size() != 4 || !lines[3].empty() || lines[0].empty())
    return Fail(ErrorCode::kBadCheckpoint, "three lines");
  const auto size = base::ParseDecimal(lines[1]);
  const auto raw = base::FromBase64(lines[2]);
  if (!size || !raw || raw->size() != 32) return Fail(ErrorCode::kBadCheckpoint, "size or root");
  return Checkpoint{std::string(lines[0]), static_cast<std::uint64_t>(*size),
                    *base::DigestFrom(*raw)};
}

Result<SignedCheckpoint> OpenCheckpoint(std::string_view text, const VerifierKey& log_key,
                                        const std::string& origin) {
  LOTTERY_TRY(auto note, OpenNote(text, {log_key}));
  LOTTERY_TRY(auto checkpoint, ParseCheckpoint(note.text));
  if (checkpoint.origin != origin)
    return Fail(ErrorCode::kBadCheckpoint, "origin is " + checkpoint.origin);
  return SignedCheckpoint{std::move(checkpoint), std::move(note)};
}

Quorum CountWitnesses(const Note& note, const VerifierKey& log_key,
                      const std::vector<VerifierKey>& witnesses) {
  Quorum quorum;
  std::set<std::string> seen;
  for (const auto& line : note.signatures) {
    if (line.name == log_key.name && line.key_id == log_key.Id()) continue;
    const auto key = std::find_if(witnesses.begin(), witnesses.end(), [&](const VerifierKey& w) {
      return w.name == line.name && w.Id() == line.key_id;
    });
    if (key == witnesses.end()) {
      ++quorum.unknown;
    } else if (!VerifyNoteSignature(note, line, *key)) {
      quorum.failed = true;
    } else if (!seen.insert(key->public_key).second) {
      quorum.repeated = true;
    } else {
      ++quorum.count;
      const auto ms = static_cast<std::int64_t>(
                          std::min<std::uint64_t>(*CosignatureSeconds(line), 1ULL << 40)) *
                      1000;
      quorum.latest_ms = std::max(quorum.latest_ms, ms);
    }
  }
  return quorum;
}

std::string ToTlogProof(const InclusionFile& file) {
  return "c2sp.org/tlog-proof@v1\nindex " + std::to_string(file.index) + "\n" +
         HashLines(file.proof) + "\n" + file.checkpoint_note;
}

Result<InclusionFile> ParseTlogProof(std::string_view text) {
  std::string_view line;
  if (!NextLine(text, line) || line != "c2sp.org/tlog-proof@v1")
    return Fail(ErrorCode::kBadProof, "first line");
  if (!NextLine(text, line)) return Fail(ErrorCode::kBadProof, "index line");
  if (line.starts_with("extra ")) {
    LOTTERY_TRY_VOID(base::FromBase64(line.substr(6)).map([](const Bytes&) {}));
    if (!NextLine(text, line)) return Fail(ErrorCode::kBadProof, "index line");
  }
  if (!line.starts_with("index ")) return Fail(ErrorCode::kBadProof, "index line");
  InclusionFile file;
  LOTTERY_TRY(const auto index, base::ParseDecimal(line.substr(6)));
  file.index = static_cast<std::uint64_t>(index);
  LOTTERY_TRY(file.proof, ReadHashes(text));
  file.checkpoint_note = text;
  return file;
}

std::string ToAddCheckpointBody(const AddCheckpoint& request) {
  return "old " + std::to_string(request.old_size) + "\n" + HashLines(request.proof) + "\n" +
         request.checkpoint_note;
}

Result<AddCheckpoint> ParseAddCheckpointBody(std::string_view text) {
  std::string_view line;
  if (!NextLine(text, line) || !line.starts_with("old "))
    return Fail(ErrorCode::kBadProof, "old line");
  AddCheckpoint request;
  LOTTERY_TRY(const auto old_size, base::ParseDecimal(line.substr(4)));
  request.old_size = static_cast<std::uint64_t>(old_size);
  LOTTERY_TRY(request.proof, ReadHashes(text));
  request.checkpoint_note = text;
  return request;
}

}  // namespace lottery::crypto
