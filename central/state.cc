#include "central/state.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
namespace {

void AddSale(SaleTotals& t, Money amount) {
  ++t.sales;
  t.sales_amount = base::SumOrDie(t.sales_amount, amount);
}
void AddVoid(SaleTotals& t, Money amount) {
  ++t.voids;
  t.voids_amount = base::SumOrDie(t.voids_amount, amount);
}

Money ReadMoney(base::ByteReader& r) {
  return Money::FromFen(static_cast<std::int64_t>(r.Varint()));
}
std::uint64_t Unsigned(std::int64_t v) { return static_cast<std::uint64_t>(v); }

void WriteTerminal(base::ByteWriter& w, const Terminal& t) {
  w.U8(static_cast<std::uint8_t>(ChangeKind::kTerminal));
  w.Varint(t.id).Varint(t.sequence).Raw(t.head.view()).Varint(Unsigned(t.balance.fen()));
  w.Varint(t.alarmed).Varint(t.last.record);
  WriteParts(w, t.last.parts);
}

void ReadTerminal(base::ByteReader& r, State& state) {
  const auto at = state.terminals.find(static_cast<std::uint32_t>(r.Varint()));
  Terminal unknown;
  Terminal& t = at == state.terminals.end() ? unknown : at->second;
  t.sequence = r.Varint();
  t.head = r.Hash();
  t.balance = ReadMoney(r);
  t.alarmed = r.Varint();
  t.last.record = r.Varint();
  t.last.parts = ReadParts(r);
}

void WriteTotals(base::ByteWriter& w, const Log& log, std::uint32_t terminal, const SaleTotals& t) {
  w.U8(static_cast<std::uint8_t>(ChangeKind::kTotals));
  w.Varint(Unsigned(log.id)).Varint(terminal).Varint(Unsigned(t.sales));
  w.Varint(Unsigned(t.sales_amount.fen())).Varint(Unsigned(t.voids));
  w.Varint(Unsigned(t.voids_amount.fen()));
}

base::Status ReadTotals(base::ByteReader& r, State& state) {
  const std::uint64_t log = r.Varint();
  if (log >= state.logs.size()) return Fail(ErrorCode::kFileCorrupt, "changes name an unknown log");
  SaleTotals& t = state.logs[log].totals[static_cast<std::uint32_t>(r.Varint())];
  t.sales = static_cast<std::int64_t>(r.Varint());
  t.sales_amount = ReadMoney(r);
  t.voids = static_cast<std::int64_t>(r.Varint());
  t.voids_amount = ReadMoney(r);
  SaleTotals& sum = state.logs[log].sum;  // a snapshot names each terminal once
  sum.sales += t.sales;
  sum.voids += t.voids;
  sum.sales_amount = base::SumOrDie(sum.sales_amount, t.sales_amount);
  sum.voids_amount = base::SumOrDie(sum.voids_amount, t.voids_amount);
  return {};
}

base::Status CheckLog(const State& state, std::int32_t log) {
  const bool known = log >= 0 && static_cast<std::size_t>(log) < state.logs.size();
  return known ? base::Status() : Fail(ErrorCode::kFileCorrupt, "changes name an unknown log");
}

// Nothing here may assume that the names hold: the store is read from outside.
base::Status Check(const State& state, const AcceptedChange& c) {
  bool sound = state.terminals.contains(c.terminal) && !c.parts.empty();
  for (const auto& p : c.parts)
    sound = sound && p.log >= 0 && static_cast<std::size_t>(p.log) < state.logs.size();
  return sound ? base::Status() : Fail(ErrorCode::kFileCorrupt, "changes name nothing known");
}

base::Status ApplyOne(State& state, base::ByteReader& r, ChangeKind kind, std::uint64_t record) {
  switch (kind) {
    case ChangeKind::kOrder:
    case ChangeKind::kVoid:
    case ChangeKind::kNote: {
      const auto change = ReadAccepted(r, kind);
      if (!r.ok()) break;
      LOTTERY_TRY_VOID(Check(state, change));
      ApplyAccepted(state, change, record);
      return {};
    }
    case ChangeKind::kBalance: {
      const auto at = state.terminals.find(static_cast<std::uint32_t>(r.Varint()));
      const Money balance = ReadMoney(r);
      if (at == state.terminals.end()) break;
      at->second.balance = balance;
      return {};
    }
    case ChangeKind::kReference: {
      const std::string reference(r.Short());
      state.credits[reference] = static_cast<std::int64_t>(r.Varint());
      return {};
    }
    case ChangeKind::kAlarm: {
      const auto at = state.terminals.find(static_cast<std::uint32_t>(r.Varint()));
      const std::uint64_t sequence = r.Varint();
      if (at == state.terminals.end()) break;
      at->second.alarmed = sequence;
      return {};
    }
    case ChangeKind::kNumbers: {
      const auto change = ReadNumbers(r);
      if (!r.ok()) break;
      for (const auto log : change.logs) LOTTERY_TRY_VOID(CheckLog(state, log));
      return ApplyNumbers(state, change);
    }
    case ChangeKind::kNumberLimit: {
      const auto log = static_cast<std::int32_t>(r.Varint());
      const std::string jurisdiction(r.Short());
      LOTTERY_TRY_VOID(CheckLog(state, log));
      state.logs[static_cast<std::size_t>(log)].books[jurisdiction].limit =
          static_cast<std::int64_t>(r.Varint());
      return {};
    }
    case ChangeKind::kTerminal:
      ReadTerminal(r, state);
      return {};
    case ChangeKind::kTotals:
      return ReadTotals(r, state);
    case ChangeKind::kVoided: {
      Place place;
      place.log = static_cast<std::int32_t>(r.Varint());
      place.index = r.Varint();
      state.voided[place] = {static_cast<std::int64_t>(r.Varint())};
      return {};
    }
  }
  return Fail(ErrorCode::kFileCorrupt, "changes");
}

}  // namespace

Log NewLog(std::int32_t id, std::string origin, std::optional<DrawId> draw) {
  Log log;
  log.id = id;
  log.origin = std::move(origin);
  log.draw = std::move(draw);
  return log;
}

void ApplyAccepted(State& state, const AcceptedChange& c, std::uint64_t record) {
  Terminal& t = state.terminals.at(c.terminal);
  t.sequence = c.sequence;
  t.head = c.hash;
  t.balance = c.balance;
  t.last = {record, c.parts};
  if (c.kind == ChangeKind::kNote) return;
  for (const auto& part : c.parts) {
    Log& log = state.logs[static_cast<std::size_t>(part.log)];
    for (SaleTotals* totals : {&log.totals[c.terminal], &log.sum})
      c.kind == ChangeKind::kOrder ? AddSale(*totals, c.per_draw) : AddVoid(*totals, c.per_draw);
  }
  if (c.kind == ChangeKind::kVoid) state.voided[c.voided] = c.parts[0].time;
}

base::Status ApplyNumbers(State& state, const NumbersChange& c) {
  for (const auto id : c.logs) {
    auto& book = state.logs[static_cast<std::size_t>(id)].books[c.jurisdiction];
    for (const auto& n : c.numbers) {
      auto& lines = book.lines[n.number];
      lines += c.taken_back ? -n.lines : n.lines;
      if (lines < 0) return Fail(ErrorCode::kFileCorrupt, "lines of a number below zero");
    }
  }
  return {};
}

base::Status ApplyChanges(State& state, base::ByteView changes, std::uint64_t record) {
  base::ByteReader r(changes);
  while (!r.AtEnd()) {
    LOTTERY_TRY_VOID(ApplyOne(state, r, static_cast<ChangeKind>(r.U8()), record));
    if (!r.ok()) return Fail(ErrorCode::kFileCorrupt, "changes are cut");
  }
  return {};
}

Bytes EncodeSnapshot(const State& state) {
  base::ByteWriter w;
  for (const auto& [id, terminal] : state.terminals) WriteTerminal(w, terminal);
  for (const auto& log : state.logs) {
    for (const auto& [terminal, totals] : log.totals) WriteTotals(w, log, terminal, totals);
    for (const auto& [jurisdiction, book] : log.books) {
      NumbersChange all{{log.id}, jurisdiction, false, {}};
      for (const auto& [number, lines] : book.lines) all.numbers.push_back({number, lines});
      WriteNumbers(w, all);
      WriteNumberLimit(w, log.id, jurisdiction, book.limit);
    }
  }
  for (const auto& [reference, fen] : state.credits)
    WriteReference(w, reference, Money::FromFen(fen));
  for (const auto& [place, time] : state.voided) {
    w.U8(static_cast<std::uint8_t>(ChangeKind::kVoided));
    w.Varint(Unsigned(place.log)).Varint(place.index).Varint(Unsigned(time.ms));
  }
  return w.Take();
}

Need NeedOf(const State& state, const TerminalInput& input) {
  const Need done = input.looked_up ? input.looked_up->need : Need::kNothing;
  const auto& m = *input.message.decoded;
  const auto terminal = state.terminals.find(m.terminal());
  if (terminal == state.terminals.end() || m.sequence() == terminal->second.sequence)
    return Need::kNothing;
  const bool past = m.sequence() < terminal->second.sequence;
  const Need need = past ? Need::kPast : m.has_void_() ? Need::kOrder : Need::kNothing;
  return need == done ? Need::kNothing : need;
}

}  // namespace lottery::central
