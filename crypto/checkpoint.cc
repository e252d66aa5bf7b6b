#include "crypto/checkpoint.h"

#include <algorithm>
#include <set>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

// Later than any real cosignature, and still a time in milliseconds.
constexpr std::uint64_t kLatestSeconds = 1ULL << 40;

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
  if (log_key.type != kTypeEd25519) return Fail(ErrorCode::kBadKey, "a log key is of type 01");
  LOTTERY_TRY(auto note, OpenNote(text, {log_key}));
  LOTTERY_TRY(auto checkpoint, ParseCheckpoint(note.text));
  if (checkpoint.origin != origin)
    return Fail(ErrorCode::kBadCheckpoint, "origin is " + checkpoint.origin);
  return SignedCheckpoint{std::move(checkpoint), std::move(note)};
}

Result<Witnessed> CheckWitnessed(const Note& note, const VerifierKey& log_key,
                                 const std::vector<VerifierKey>& witnesses, int quorum) {
  struct Line {
    std::uint64_t seconds;
    const VerifierKey* key;
  };
  std::vector<Line> good;
  int lines = 0;
  for (const auto& line : note.signatures) {
    if (line.name == log_key.name && line.key_id == log_key.Id()) continue;
    ++lines;
    const auto seconds = CosignatureSeconds(line);
    const auto key = std::find_if(witnesses.begin(), witnesses.end(), [&](const VerifierKey& w) {
      return w.type == kTypeCosignature && VerifyNoteSignature(note, line, w);
    });
    if (seconds && key != witnesses.end()) good.push_back({*seconds, &*key});
  }
  std::stable_sort(good.begin(), good.end(),
                   [](const Line& a, const Line& b) { return a.seconds < b.seconds; });
  Witnessed witnessed;
  std::set<std::string> names, keys;
  for (const auto& [seconds, key] : good) {
    const bool fresh = !names.contains(key->name) && !keys.contains(key->public_key);
    if (!fresh) continue;
    names.insert(key->name);
    keys.insert(key->public_key);
    if (++witnessed.count == quorum)
      witnessed.at.ms =
          static_cast<std::int64_t>(std::min(seconds, kLatestSeconds)) * base::kSecondMs;
  }
  witnessed.ignored = lines - witnessed.count;
  if (quorum < 1 || witnessed.count < quorum)
    return Fail(ErrorCode::kQuorumMissing,
                std::to_string(witnessed.count) + " of " + std::to_string(quorum) + " witnesses");
  return witnessed;
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
