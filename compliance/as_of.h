// How new a public folder is, and the three words from outside that an old one can be refused by: a
// clock, a checkpoint somebody else has seen, and a folder somebody fetched before.
#pragma once

#include "base/clock.h"
#include "compliance/public_folder.h"

namespace lottery::compliance {

/// A folder is as new as the checkpoint of its audit log: when the quorum had cosigned that.
struct AsOf {
  std::uint64_t audit_size = 0;
  base::UtcTime time;
  /// Whole hours until `now`; below zero where the witnesses' clocks are ahead of it.
  std::int64_t AgeHours(base::UtcTime now) const;
  base::json::object ToJson(base::UtcTime now) const;
};

/// What the person who verifies knows from elsewhere.
struct Outside {
  base::UtcTime now;
  /// A folder that is older than this at `now` is refused; 0 takes any age.
  std::int64_t max_age_ms = 0;
  std::string at_least;  // text of a checkpoint of the audit log, from any witness; may be empty
  std::string since;     // a public folder of before; may be empty
};

/// Errors: kTooOld.
Status CheckAge(const AsOf& as_of, const Outside& outside);
/// The checkpoint `note` is a beginning of `audit`, and a witness of trust has cosigned it. Errors:
/// kTooOld where it is longer than `audit`; kSplitView; kQuorumMissing; those of OpenCheckpoint.
Status CheckAtLeast(const std::string& note, const protocol::Trust& trust,
                    const crypto::MerkleTree& audit);
/// `files` goes on from the folder `before`: the same operator and root, an audit log that begins
/// with the other, and every document of then still there, octet for octet. Errors: kTooOld,
/// kSplitView, kRootMismatch; kLogMismatch naming the document that was changed, kFileMissing the
/// one that is gone.
Status CheckSince(const std::string& before, const PublicFolder& files,
                  const protocol::Trust& trust, const crypto::MerkleTree& audit);

}  // namespace lottery::compliance
