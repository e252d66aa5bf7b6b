// The store on PostgreSQL: one writer session under the lease, one round trip a batch.
#pragma once

#include "base/pg/pg.h"
#include "central/store.h"

namespace lottery::central {

class PgStore : public Store {
 public:
  /// `quorum`: how many witnesses make a checkpoint count after a restart.
  PgStore(std::string conninfo, int quorum) : conninfo_(std::move(conninfo)), quorum_(quorum) {}
  Result<State> Recover() override;
  CommitOutcome CommitBatch(const State& after, const Effects& effects,
                            const std::function<void()>& meanwhile) override;
  Result<StoredRecord> FindRecord(std::uint64_t number) override;

 private:
  CommitOutcome CommitRare(const State& after, const Effects& effects);
  base::Status WriteRare(base::pg::Session& session, const State& after, const Effects& effects);
  base::Status TakeLease(base::pg::Session& session);
  Result<StoredRows> Read(base::pg::Session& session);
  base::Status ReadTree(base::pg::Session& session, Log& log, std::vector<LeafRun>& tail);
  base::Status ReadChanges(base::pg::Session& session, StoredRows& out);
  std::string conninfo_;
  int quorum_;
  std::optional<base::pg::Session> session_;
  std::uint64_t epoch_ = 0;
};

/// Errors: kDatabaseUnsafe unless fsync, full_page_writes, data_checksums and synchronous_commit
/// are on.
base::Status CheckDurability(base::pg::Session& session);

}  // namespace lottery::central
