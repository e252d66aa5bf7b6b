// The audit log as the payer believes it: leaves from the store, whole from the first on, up to a
// checkpoint that a quorum of trust.json's witnesses cosigned. A row that is not the log's is of no
// use to whoever wrote it.
#pragma once

#include <functional>

#include "base/json.h"
#include "base/pg/pg.h"
#include "crypto/tree_hash.h"
#include "protocol/documents.h"

namespace lottery::settlement::payer {

using base::Bytes;
using base::Result;
using base::Status;

/// A leaf of the audit log.
struct Entry {
  std::uint64_t index = 0;
  base::Digest leaf;  // its hash
  base::UtcTime time;
  std::string kind, by;
  base::json::object body;
};

class WitnessedLog {
 public:
  explicit WitnessedLog(const protocol::Trust& trust) : trust_(trust) {}
  /// Reads on to the newest witnessed checkpoint of the store and calls `each` with the leaves that
  /// are new and of a kind it wants, in order, once all leaves hash to it. Errors: kSplitView when
  /// they do not; those of the database.
  Status CatchUp(base::pg::Session& session, bool (*wants)(std::string_view kind),
                 const std::function<void(const Entry&)>& each);
  std::uint64_t size() const { return tree_.size(); }
  /// How many leaves the store has, witnessed or not.
  static Result<std::uint64_t> Stored(base::pg::Session& session);

 private:
  struct Target {
    std::uint64_t size = 0;
    base::Digest root;
  };
  Result<std::optional<Target>> Newest(base::pg::Session& session) const;
  const protocol::Trust& trust_;
  crypto::TreeHash tree_;
};

inline constexpr std::int64_t kAuditLog = 0;

/// The leaf at a place of a log; nothing where there is none.
Result<std::optional<Bytes>> ReadLeaf(base::pg::Session& session, std::int64_t log,
                                      std::uint64_t index);

}  // namespace lottery::settlement::payer
