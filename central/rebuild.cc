#include <algorithm>

#include "central/store.h"
#include "crypto/ed25519.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
namespace {

// Leaves behind the last full tile; of a run that began inside it, only what comes after.
base::Status GrowTree(Log& log, const LeafRun& run) {
  LOTTERY_TRY(const auto leaves, crypto::ParseEntries(run.bundle));
  if (leaves.empty() || leaves.size() != static_cast<std::size_t>(run.count) ||
      run.first > log.tree.size())
    return Fail(ErrorCode::kFileCorrupt, "a run of leaves in " + log.origin);
  base::ByteReader last(leaves.back());
  last.U16();
  log.last.ms = static_cast<std::int64_t>(last.U64());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (run.first + i < log.tree.size()) continue;
    log.tree.Append(crypto::LeafHash(leaves[i]));
  }
  return {};
}

base::Status CheckLastRecord(State& state, base::ByteView stored, base::ByteView stored_heads) {
  LOTTERY_TRY(const auto record, protocol::DecodeBatchRecord(stored));
  LOTTERY_TRY(const auto heads, protocol::DecodeHeads(stored_heads));
  state.record_number = record.number;
  state.record_hash = crypto::Sha256(stored);
  if (heads.size() != record.count || protocol::TreeOfHeads(heads).Root() != record.heads)
    return Fail(ErrorCode::kFileCorrupt, "the last record names other heads");
  for (const auto& head : heads) {
    const auto log = std::find_if(state.logs.begin(), state.logs.end(),
                                  [&](const Log& l) { return l.origin == head.origin; });
    if (log == state.logs.end() || log->tree.size() != head.size || log->tree.Root() != head.root)
      return Fail(ErrorCode::kFileCorrupt, "the last record names another root of " + head.origin);
  }
  return {};
}

}  // namespace

Result<State> Rebuild(StoredRows rows) {
  State state;
  state.epoch = rows.epoch;
  state.logs = std::move(rows.logs);
  for (std::size_t i = 0; i < state.logs.size(); ++i) {
    if (state.logs[i].id != static_cast<std::int32_t>(i))
      return Fail(ErrorCode::kFileCorrupt, "log ids have a gap");
  }
  for (auto& terminal : rows.terminals) {
    terminal.key_id = crypto::KeyId(terminal.public_key);
    state.terminals.emplace(terminal.id, std::move(terminal));
  }
  state.retired = std::move(rows.retired);
  state.withdrawn = std::move(rows.withdrawn);
  for (auto& draw : rows.draws) state.draws.emplace(draw.id, std::move(draw));
  for (const auto& run : rows.tail)
    LOTTERY_TRY_VOID(GrowTree(state.logs[static_cast<std::size_t>(run.log)], run));
  LOTTERY_TRY_VOID(ApplyChanges(state, rows.snapshot, rows.snapshot_number));
  for (const auto& [number, changes] : rows.changes)
    LOTTERY_TRY_VOID(ApplyChanges(state, changes, number));
  for (auto& w : rows.witnessed) {
    Log& log = state.logs[static_cast<std::size_t>(w.log)];
    if (w.size < log.witnessed) continue;
    log.witnessed = w.size;
    log.witnessed_note = std::move(w.note);
    log.witnessed_ms = w.latest_ms;
  }
  if (!rows.last_record.empty())
    LOTTERY_TRY_VOID(CheckLastRecord(state, rows.last_record, rows.last_heads));
  return state;
}

}  // namespace lottery::central
