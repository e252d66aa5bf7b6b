// Where batches become durable. The sequencer's owner talks to this; the simulator has one that
// fails on purpose.
#pragma once

#include <functional>
#include <memory>

#include "central/state.h"

namespace lottery::central {

enum class CommitOutcome { kDone, kNotDone, kInDoubt };

/// Rows as they are stored: what a new owner of the lease starts from.
struct StoredRows {
  std::uint64_t epoch = 0;
  std::vector<Log> logs;      // id, origin, draw, and the tree of all stored tiles
  std::vector<LeafRun> tail;  // by log: runs that reach beyond its tiles, at least the last one
  std::vector<Terminal> terminals;  // registry, suspended flag included
  std::vector<Draw> draws;
  std::set<Bytes> retired;
  std::map<DrawId, Digest> withdrawn;
  Bytes snapshot;
  std::uint64_t snapshot_number = 0;
  std::vector<std::pair<std::uint64_t, Bytes>> changes;  // of records after the snapshot, in order
  Bytes last_record, last_heads;
  struct Witnessed {
    std::int32_t log;
    std::uint64_t size;
    std::string note;
    std::int64_t latest_ms;
  };
  std::vector<Witnessed> witnessed;
};

/// Rebuilds the machine's state; checks the last record against the trees. Errors: kFileCorrupt.
Result<State> Rebuild(StoredRows rows);

/// A batch record as it is stored: heads is LogHead::Encode of each log it appended to.
struct StoredRecord {
  Bytes record, heads;
};

class Store {
 public:
  virtual ~Store() = default;
  /// Takes the lease under a new epoch and reads. Errors: kDatabaseUnavailable, kFileCorrupt.
  virtual Result<State> Recover() = 0;
  /// One transaction. After anything but kDone the caller recovers. `meanwhile` runs once, on this
  /// thread, while the database works where it can: whatever becomes of the commit.
  virtual CommitOutcome CommitBatch(const State& after, const Effects& effects,
                                    const std::function<void()>& meanwhile) = 0;
  virtual Result<StoredRecord> FindRecord(std::uint64_t number) = 0;
};

}  // namespace lottery::central
