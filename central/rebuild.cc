#include <algorithm>

#include "central/store.h"
#include "crypto/ed25519.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
namespace {

base::Status GrowTrees(State& state, const StoredRows& rows) {
  for (const auto& [id, tiles] : rows.tiles) {
    for (const auto& hashes : tiles) {
      if (hashes.size() % 32 != 0) return Fail(ErrorCode::kFileCorrupt, "tile row");
      for (std::size_t at = 0; at < hashes.size(); at += 32) {
        state.logs[static_cast<std::size_t>(id)].tree.Append(
            *base::DigestFrom(base::ByteView(hashes).substr(at, 32)));
      }
    }
  }
  for (const auto& leaf : rows.tail) {
    Log& log = state.logs[static_cast<std::size_t>(leaf.log)];
    base::ByteReader head(leaf.body);
    head.U16();
    log.last.ms = static_cast<std::int64_t>(head.U64());
    if (leaf.index < log.tree.size()) continue;  // its tile has the hash already
    if (leaf.index != log.tree.size())
      return Fail(ErrorCode::kFileCorrupt, "a leaf is missing in " + log.origin);
    log.tree.Append(crypto::LeafHash(leaf.body));
  }
  return {};
}

// Young orders can still be voided; voids among the young leaves mark theirs.
base::Status RememberRecent(State& state, const StoredRows& rows) {
  for (const auto& row : rows.recent) {
    const Log& log = state.logs[static_cast<std::size_t>(row.log)];
    LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(row.body));
    LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf.message, leaf.signature));
    const auto& m = *message.decoded;
    if (m.has_void_()) {
      const auto origin = std::find_if(state.logs.begin(), state.logs.end(), [&](const Log& l) {
        return l.origin == m.void_().origin();
      });
      if (origin == state.logs.end()) return Fail(ErrorCode::kFileCorrupt, "a void names no log");
      const auto order = state.recent.find({origin->id, m.void_().index()});
      if (order != state.recent.end()) order->second.voided = true;
    } else if (log.draw && static_cast<std::int32_t>(m.order().first_draw()) == log.draw->number) {
      const auto accepted = rows.accepted.find({m.terminal(), m.sequence()});
      if (accepted == rows.accepted.end())
        return Fail(ErrorCode::kFileCorrupt, "an order without its row");
      const Money price = Money::FromFen(m.order().price_fen());
      state.recent[{row.log, row.index}] = {m.terminal(),
                                            message.hash,
                                            leaf.time,
                                            price,
                                            price.DivMod(m.order().draw_count()).quotient,
                                            accepted->second.parts,
                                            false};
    }
  }
  return {};
}

}  // namespace

Result<State> Rebuild(const StoredRows& rows) {
  State state;
  state.epoch = rows.epoch;
  state.logs = rows.logs;
  for (std::size_t i = 0; i < state.logs.size(); ++i) {
    if (state.logs[i].id != static_cast<std::int32_t>(i))
      return Fail(ErrorCode::kFileCorrupt, "log ids have a gap");
  }
  for (auto terminal : rows.terminals) {
    terminal.key_id = crypto::KeyId(terminal.public_key);
    state.terminals.emplace(terminal.id, std::move(terminal));
  }
  for (const auto& draw : rows.draws) state.draws.emplace(draw.id, draw);
  LOTTERY_TRY_VOID(GrowTrees(state, rows));
  LOTTERY_TRY_VOID(ApplyHeads(state, rows.snapshot));
  for (const auto& blob : rows.heads) LOTTERY_TRY_VOID(ApplyHeads(state, blob));
  LOTTERY_TRY_VOID(RememberRecent(state, rows));
  for (const auto& w : rows.witnessed) {
    Log& log = state.logs[static_cast<std::size_t>(w.log)];
    if (w.size >= log.witnessed) {
      log.witnessed = w.size;
      log.witnessed_note = w.note;
      log.witnessed_ms = w.latest_ms;
    }
  }
  if (!rows.last_record.empty()) {
    LOTTERY_TRY(const auto record, protocol::DecodeBatchRecord(rows.last_record));
    state.record_number = record.number;
    state.record_hash = crypto::Sha256(rows.last_record);
    for (const auto& head : record.logs) {
      const auto log = std::find_if(state.logs.begin(), state.logs.end(),
                                    [&](const Log& l) { return l.origin == head.origin; });
      if (log == state.logs.end() || log->tree.size() != head.size ||
          log->tree.Root() != head.root) {
        return Fail(ErrorCode::kFileCorrupt,
                    "the last record names another root of " + head.origin);
      }
    }
  }
  return state;
}

}  // namespace lottery::central
