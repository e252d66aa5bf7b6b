// Checkpoints (https://c2sp.org/tlog-checkpoint), inclusion proof files
// (https://c2sp.org/tlog-proof) and the bodies witnesses are asked with
// (https://c2sp.org/tlog-witness).
#pragma once

#include "crypto/merkle.h"
#include "crypto/note.h"

namespace lottery::crypto {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const Checkpoint&) const = default;
  /// "origin\nsize\nbase64 root\n"
  std::string ToText() const;
};

/// Reads the text of a note; extension lines are refused. Errors: kBadCheckpoint.
Result<Checkpoint> ParseCheckpoint(std::string_view text);

/// A checkpoint note verified under the log's key, with its cosignatures still as lines.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};
/// The log's own signature must be there and hold; origin must be `origin`. Errors: kBadNote,
/// kBadSignature, kBadCheckpoint.
Result<SignedCheckpoint> OpenCheckpoint(std::string_view text, const VerifierKey& log_key,
                                        const std::string& origin);

/// Different witnesses of `witnesses` whose cosignature verifies, with the latest time accepted
/// from each.
struct Quorum {
  int count = 0;
  std::int64_t latest_ms = 0;  // the youngest counted cosignature
  bool repeated = false;       // one witness has two lines
  bool failed = false;         // a line in a witness's name does not verify
  int unknown = 0;             // lines by nobody we know, the log's own aside
};
Quorum CountWitnesses(const Note& note, const VerifierKey& log_key,
                      const std::vector<VerifierKey>& witnesses);

struct InclusionFile {
  std::uint64_t index = 0;
  Proof proof;
  std::string checkpoint_note;
};
std::string ToTlogProof(const InclusionFile& file);
/// Errors: kBadProof.
Result<InclusionFile> ParseTlogProof(std::string_view text);

/// "old N", proof lines, blank line, checkpoint note.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Proof proof;
  std::string checkpoint_note;
};
std::string ToAddCheckpointBody(const AddCheckpoint& request);
/// Errors: kBadProof; at most 63 hashes.
Result<AddCheckpoint> ParseAddCheckpointBody(std::string_view text);

}  // namespace lottery::crypto
