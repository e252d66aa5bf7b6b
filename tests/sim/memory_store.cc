#include "tests/sim/memory_store.h"

#include "crypto/tile.h"

namespace lottery::tests {
using central::CommitOutcome;

base::Result<central::State> MemoryStore::Recover() {
  ++rows_.epoch;
  central::StoredRows rows = rows_;
  for (auto& log : rows.logs) {
    for (const auto& [hashes, root] : tiles_[log.id])
      log.tree.AppendTile(hashes, *base::DigestFrom(root));
    const auto runs = runs_.find(log.id);
    if (runs == runs_.end()) continue;
    for (const auto& run : runs->second) {
      const bool last = &run == &runs->second.back();
      if (last || run.first + static_cast<std::uint64_t>(run.count) > log.tree.size())
        rows.tail.push_back(run);
    }
  }
  if (!records_.empty()) {
    rows.last_record = records_.rbegin()->second.record;
    rows.last_heads = records_.rbegin()->second.heads;
  }
  return central::Rebuild(std::move(rows));
}

void MemoryStore::Store(const central::State& after, const central::Effects& effects) {
  for (const auto& log : effects.new_logs)
    rows_.logs.push_back(central::NewLog(log.id, log.origin, log.draw));
  for (const auto& terminal : effects.new_terminals) rows_.terminals.push_back(terminal);
  rows_.withdrawn = after.withdrawn;
  for (const auto& w : effects.withdrawn)
    std::erase_if(rows_.draws, [&](const auto& d) { return d.id == w.draw; });
  for (const auto& draw : effects.new_draws) rows_.draws.push_back(draw);
  for (const auto& step : effects.steps) {
    for (auto& draw : rows_.draws) {
      if (draw.id == step.draw) {
        draw.state = *protocol::DrawStateFrom(step.state);
        draw.steps = step.ordinal;
      }
    }
  }
  for (const auto& run : effects.runs) {
    auto& list = leaves_[run.log];
    LOTTERY_CHECK(list.size() == run.first);
    auto leaves = crypto::ParseEntries(run.bundle);
    for (auto& leaf : *leaves) list.push_back(std::move(leaf));
    LOTTERY_CHECK(list.size() == run.first + static_cast<std::uint64_t>(run.count));
    runs_[run.log].push_back(run);
  }
  for (const auto& tile : effects.tiles) tiles_[tile.log].emplace_back(tile.hashes, tile.root);
  const auto accepted_now = central::ListAccepted(effects.changes);
  for (const auto& [terminal, sequence] : *accepted_now) {
    central::Accepted accepted{after.record_number,
                               **central::FindInChanges(effects.changes, terminal, sequence)};
    LOTTERY_CHECK(accepted_.emplace(std::pair(terminal, sequence), std::move(accepted)).second);
  }
  LOTTERY_CHECK(
      records_.emplace(after.record_number, central::StoredRecord{effects.record, effects.heads})
          .second);
  rows_.changes.emplace_back(after.record_number, effects.changes);
  if (after.record_number % 40 == 0) {
    rows_.snapshot = central::EncodeSnapshot(after);
    rows_.snapshot_number = after.record_number;
    rows_.changes.clear();
  }
}

// What an order's place says, as the desk reads it.
std::optional<central::StoredOrder> MemoryStore::FindOrder(const central::Place& place) {
  const auto log = leaves_.find(place.log);
  if (log == leaves_.end() || place.index >= log->second.size()) return std::nullopt;
  const auto leaf = protocol::DecodeSaleLeaf(log->second[place.index]);
  if (!leaf || leaf->kind != protocol::LeafKind::kOrder) return std::nullopt;
  const auto message = protocol::DecodeMessage(leaf->message, leaf->signature);
  const auto& m = *message->decoded;
  const auto price = base::Money::FromFen(m.order().price_fen());
  return central::StoredOrder{m.terminal(),
                              m.sequence(),
                              message->hash,
                              leaf->time,
                              price,
                              price.DivMod(m.order().draw_count()).quotient,
                              accepted_.at({m.terminal(), m.sequence()}).parts,
                              games::CheckOrder(m.order())->numbers};
}

CommitOutcome MemoryStore::CommitBatch(const central::State& after, const central::Effects& effects,
                                       const std::function<void()>& meanwhile) {
  meanwhile();
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

std::optional<central::Accepted> MemoryStore::FindAccepted(std::uint32_t terminal,
                                                           std::uint64_t sequence) {
  const auto found = accepted_.find({terminal, sequence});
  if (found == accepted_.end()) return std::nullopt;
  return found->second;
}

base::Result<central::StoredRecord> MemoryStore::FindRecord(std::uint64_t number) {
  const auto found = records_.find(number);
  if (found == records_.end()) return base::Fail(base::ErrorCode::kFileCorrupt, "record");
  return found->second;
}

}  // namespace lottery::tests
