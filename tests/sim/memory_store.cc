#include "tests/sim/memory_store.h"

namespace lottery::tests {
using central::CommitOutcome;

base::Result<central::State> MemoryStore::Recover(base::UtcTime now) {
  ++rows_.epoch;
  rows_.tail.clear();
  rows_.recent.clear();
  rows_.accepted = accepted_;
  for (const auto& [log, list] : leaves_) {
    const std::size_t in_tiles = rows_.tiles[log].size() * 256;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i + 1 >= in_tiles) rows_.tail.push_back({log, i, list[i]});
      if (log == central::kAuditLog) continue;
      const auto leaf = protocol::DecodeSaleLeaf(list[i]);
      LOTTERY_CHECK(leaf.has_value());
      if (leaf->time.ms >= now.ms - central::kVoidWindowMs - central::kTerminalClockToleranceMs)
        rows_.recent.push_back({log, i, list[i]});
    }
  }
  rows_.last_record = records_.empty() ? base::Bytes() : records_.rbegin()->second;
  return central::Rebuild(rows_);
}

void MemoryStore::Store(const central::State& after, const central::Effects& effects) {
  for (const auto& log : effects.new_logs)
    rows_.logs.push_back({log.id, log.origin, log.draw, {}, {}, {}, 0, 0, {}});
  for (const auto& terminal : effects.new_terminals) rows_.terminals.push_back(terminal);
  for (const auto& draw : effects.new_draws) rows_.draws.push_back(draw);
  for (const auto& step : effects.steps) {
    for (auto& draw : rows_.draws) {
      if (draw.id == step.draw) {
        draw.state = *protocol::DrawStateFrom(step.state);
        draw.steps = step.ordinal;
      }
    }
  }
  for (const auto& leaf : effects.leaves) {
    LOTTERY_CHECK(leaves_[leaf.log].size() == leaf.index);  // the primary key
    leaves_[leaf.log].push_back(leaf.body);
  }
  for (const auto& tile : effects.tiles) rows_.tiles[tile.log].push_back(tile.hashes);
  for (const auto& row : effects.accepted) {
    const bool fresh =
        accepted_
            .emplace(std::pair(row.terminal, row.sequence),
                     central::Accepted{after.record_number, *central::DecodeParts(row.parts)})
            .second;
    LOTTERY_CHECK(fresh);  // the primary key
  }
  LOTTERY_CHECK(records_.emplace(after.record_number, effects.record).second);
  rows_.heads.push_back(effects.heads);
  if (after.record_number % 40 == 0) {
    rows_.snapshot = central::EncodeSnapshot(after);
    rows_.heads.clear();
  }
}

CommitOutcome MemoryStore::CommitBatch(const central::State& after,
                                       const central::Effects& effects) {
  Fault fault = Fault::kNone;
  if (!faults.empty()) {
    fault = faults.front();
    faults.pop_front();
  }
  if (fault == Fault::kNotDone) return CommitOutcome::kNotDone;
  if (fault == Fault::kInDoubtLost) return CommitOutcome::kInDoubt;
  Store(after, effects);
  return fault == Fault::kInDoubtStored ? CommitOutcome::kInDoubt : CommitOutcome::kDone;
}

base::Result<std::optional<central::Accepted>> MemoryStore::FindAccepted(std::uint32_t terminal,
                                                                         std::uint64_t sequence) {
  const auto found = accepted_.find({terminal, sequence});
  if (found == accepted_.end()) return std::optional<central::Accepted>();
  return std::optional<central::Accepted>(found->second);
}

base::Result<base::Bytes> MemoryStore::FindRecord(std::uint64_t number) {
  const auto found = records_.find(number);
  if (found == records_.end()) return base::Fail(base::ErrorCode::kFileCorrupt, "record");
  return found->second;
}

}  // namespace lottery::tests
