#include "central/state.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
namespace {

void WriteTerminal(base::ByteWriter& w, const Terminal& t) {
  w.U8(1)
      .U32(t.id)
      .U64(t.sequence)
      .Raw(t.head.view())
      .U64(static_cast<std::uint64_t>(t.balance.fen()));
  w.U64(t.last.record).Short(EncodeParts(t.last.parts));
}

void WriteTotals(base::ByteWriter& w, std::int32_t log, std::uint32_t terminal,
                 const SaleTotals& t) {
  w.U8(2)
      .U32(static_cast<std::uint32_t>(log))
      .U32(terminal)
      .U64(static_cast<std::uint64_t>(t.sales));
  w.U64(static_cast<std::uint64_t>(t.sales_amount.fen())).U64(static_cast<std::uint64_t>(t.voids));
  w.U64(static_cast<std::uint64_t>(t.voids_amount.fen()));
}

void WriteCredit(base::ByteWriter& w, const std::string& reference, std::int64_t fen) {
  w.U8(3).Short(reference).U64(static_cast<std::uint64_t>(fen));
}

std::int64_t Int(base::ByteReader& r) { return static_cast<std::int64_t>(r.U64()); }

}  // namespace

Bytes EncodeParts(const std::vector<Part>& parts) {
  base::ByteWriter w;
  for (const auto& p : parts) {
    w.U32(static_cast<std::uint32_t>(p.log))
        .U64(p.index)
        .U64(static_cast<std::uint64_t>(p.time.ms));
  }
  return w.Take();
}

Result<std::vector<Part>> DecodeParts(base::ByteView bytes) {
  base::ByteReader r(bytes);
  std::vector<Part> parts;
  while (!r.AtEnd()) {
    const auto log = static_cast<std::int32_t>(r.U32());
    const auto index = r.U64();
    const auto time = Int(r);
    if (!r.ok()) return Fail(ErrorCode::kFileCorrupt, "parts");
    parts.push_back({log, index, {time}});
  }
  return parts;
}

Bytes EncodeHeads(const State& state, const Effects& changed) {
  base::ByteWriter w;
  for (const auto id : changed.changed_terminals) WriteTerminal(w, state.terminals.at(id));
  for (const auto& [log, terminal] : changed.changed_totals) {
    WriteTotals(w, log, terminal, state.logs[static_cast<std::size_t>(log)].totals.at(terminal));
  }
  for (const auto& reference : changed.changed_credits)
    WriteCredit(w, reference, state.credits.at(reference));
  return w.Take();
}

Bytes EncodeSnapshot(const State& state) {
  base::ByteWriter w;
  for (const auto& [id, terminal] : state.terminals) WriteTerminal(w, terminal);
  for (const auto& log : state.logs) {
    for (const auto& [terminal, totals] : log.totals) WriteTotals(w, log.id, terminal, totals);
  }
  for (const auto& [reference, fen] : state.credits) WriteCredit(w, reference, fen);
  return w.Take();
}

base::Status ApplyHeads(State& state, base::ByteView blob) {
  base::ByteReader r(blob);
  while (!r.AtEnd()) {
    const auto kind = r.U8();
    if (kind == 1) {
      const auto id = r.U32();
      const auto at = state.terminals.find(id);
      if (at == state.terminals.end())
        return Fail(ErrorCode::kFileCorrupt, "heads name an unknown terminal");
      Terminal& t = at->second;
      t.sequence = r.U64();
      t.head = r.Hash();
      t.balance = Money::FromFen(Int(r));
      t.last.record = r.U64();
      LOTTERY_TRY(t.last.parts, DecodeParts(r.Short()));
    } else if (kind == 2) {
      const auto log = r.U32();
      const auto terminal = r.U32();
      if (log >= state.logs.size())
        return Fail(ErrorCode::kFileCorrupt, "heads name an unknown log");
      SaleTotals& t = state.logs[log].totals[terminal];
      t.sales = Int(r);
      t.sales_amount = Money::FromFen(Int(r));
      t.voids = Int(r);
      t.voids_amount = Money::FromFen(Int(r));
    } else if (kind == 3) {
      const std::string reference(r.Short());
      state.credits[reference] = Int(r);
    } else {
      return Fail(ErrorCode::kFileCorrupt, "heads");
    }
    if (!r.ok()) return Fail(ErrorCode::kFileCorrupt, "heads");
  }
  return {};
}

}  // namespace lottery::central
