// A store in memory with PostgreSQL's semantics and none of its kindness: a commit may fail, or end
// in doubt with either truth behind it.
#pragma once

#include <deque>
#include <map>

#include "central/store.h"

namespace lottery::tests {

enum class Fault { kNone, kNotDone, kInDoubtStored, kInDoubtLost };

class MemoryStore : public central::Store {
 public:
  std::deque<Fault> faults;  // taken one a commit; empty means none

  base::Result<central::State> Recover() override;
  central::CommitOutcome CommitBatch(const central::State& after, const central::Effects& effects,
                                     const std::function<void()>& meanwhile) override;
  std::optional<central::Accepted> FindAccepted(std::uint32_t terminal, std::uint64_t sequence);
  std::optional<central::StoredOrder> FindOrder(const central::Place& place);
  base::Result<central::StoredRecord> FindRecord(std::uint64_t number) override;

  const std::map<std::int32_t, std::vector<base::Bytes>>& leaves() const { return leaves_; }
  const std::map<std::uint64_t, central::StoredRecord>& records() const { return records_; }
  void AddLog(const central::Log& log) { rows_.logs.push_back(log); }

 private:
  void Store(const central::State& after, const central::Effects& effects);
  central::StoredRows rows_;
  std::map<std::int32_t, std::vector<base::Bytes>> leaves_;
  std::map<std::int32_t, std::vector<central::LeafRun>> runs_;
  std::map<std::int32_t, std::vector<std::pair<base::Bytes, base::Bytes>>> tiles_;
  std::map<std::uint64_t, central::StoredRecord> records_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, central::Accepted> accepted_;
};

}  // namespace lottery::tests
