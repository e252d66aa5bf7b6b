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
/// The log's own signature, of type 01, must be there and hold; origin must be `origin`. Errors:
/// kBadNote, kBadKey, kBadSignature, kBadCheckpoint.
Result<SignedCheckpoint> OpenCheckpoint(std::string_view text, const VerifierKey& log_key,
                                        const std::string& origin);

/// What the witnesses of a checkpoint came to.
struct Witnessed {
  int count = 0;     // different witnesses
  base::UtcTime at;  // when the last of the quorum had cosigned
  int ignored = 0;   // lines that count for nothing, the log's own aside
};
/// The one judgement whether a checkpoint is witnessed: `quorum` different witnesses of `witnesses`
/// cosigned it. Lines by unknown keys are ignored, as signed notes ask; a line in a witness's name
/// that does not verify is not counted and sinks nothing. A witness with several lines counts once,
/// by its earliest, and `at` is the time of the `quorum`th earliest witness. That is as strict as
/// counting every line: whoever shows a note can leave the later lines out of it, so to refuse it
/// for them would only help whoever adds one. Keys that are not of type 04 never count.
/// Errors: kQuorumMissing, also where `quorum` is below one.
Result<Witnessed> CheckWitnessed(const Note& note, const VerifierKey& log_key,
                                 const std::vector<VerifierKey>& witnesses, int quorum);

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
