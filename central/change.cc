#include "central/change.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::uint64_t kMaxParts = 64;
constexpr std::uint64_t kMaxNumbers = games::kD3Numbers;

std::uint64_t Unsigned(Money amount) { return static_cast<std::uint64_t>(amount.fen()); }
Money ReadMoney(base::ByteReader& r) {
  return Money::FromFen(static_cast<std::int64_t>(r.Varint()));
}
void WriteKind(base::ByteWriter& w, ChangeKind kind) { w.U8(static_cast<std::uint8_t>(kind)); }

// Calls `each` on the accepted changes of a batch and steps over the others; false from it ends.
template <typename Each>
base::Status ForAccepted(base::ByteView changes, Each each) {
  base::ByteReader r(changes);
  while (!r.AtEnd()) {
    const auto kind = static_cast<ChangeKind>(r.U8());
    switch (kind) {
      case ChangeKind::kOrder:
      case ChangeKind::kVoid:
      case ChangeKind::kNote: {
        const auto change = ReadAccepted(r, kind);
        if (r.ok() && !each(change)) return {};
        break;
      }
      case ChangeKind::kBalance:
      case ChangeKind::kAlarm:
        r.Varint();
        r.Varint();
        break;
      case ChangeKind::kReference:
        r.Short();
        r.Varint();
        break;
      case ChangeKind::kNumbers:
        ReadNumbers(r);
        break;
      case ChangeKind::kNumberLimit:
        r.Varint();
        r.Short();
        r.Varint();
        break;
      case ChangeKind::kTerminal:
      case ChangeKind::kTotals:
      case ChangeKind::kVoided:
      default:
        return Fail(ErrorCode::kFileCorrupt, "changes of a batch");
    }
    if (!r.ok()) return Fail(ErrorCode::kFileCorrupt, "changes of a batch");
  }
  return {};
}

}  // namespace

// Times of a message's parts differ by little: each after the first is written as a difference.
void WriteParts(base::ByteWriter& w, const Parts& parts) {
  w.Varint(parts.size());
  std::uint64_t before = 0;
  for (const auto& p : parts) {
    const auto time = static_cast<std::uint64_t>(p.time.ms);
    const auto step = static_cast<std::int64_t>(time - before);
    w.Varint(static_cast<std::uint64_t>(p.log)).Varint(p.index);
    w.Varint((static_cast<std::uint64_t>(step) << 1) ^ static_cast<std::uint64_t>(step >> 63));
    before = time;
  }
}

Parts ReadParts(base::ByteReader& r) {
  const std::uint64_t count = r.Varint();
  Parts parts;
  std::uint64_t time = 0;
  for (std::uint64_t i = 0; i < count && i < kMaxParts && r.ok(); ++i) {
    Part p;
    p.log = static_cast<std::int32_t>(r.Varint());
    p.index = r.Varint();
    const std::uint64_t step = r.Varint();
    time += (step >> 1) ^ (~(step & 1) + 1);
    p.time.ms = static_cast<std::int64_t>(time);
    parts.push_back(p);
  }
  return parts;
}

void WriteAccepted(base::ByteWriter& w, const AcceptedChange& c) {
  WriteKind(w, c.kind);
  w.Varint(c.terminal).Varint(c.sequence).Raw(c.hash.view()).Varint(Unsigned(c.balance));
  w.Varint(Unsigned(c.per_draw));
  WriteParts(w, c.parts);
  if (c.kind == ChangeKind::kVoid)
    w.Varint(static_cast<std::uint64_t>(c.voided.log)).Varint(c.voided.index);
}

AcceptedChange ReadAccepted(base::ByteReader& r, ChangeKind kind) {
  AcceptedChange c;
  c.kind = kind;
  c.terminal = static_cast<std::uint32_t>(r.Varint());
  c.sequence = r.Varint();
  c.hash = r.Hash();
  c.balance = ReadMoney(r);
  c.per_draw = ReadMoney(r);
  c.parts = ReadParts(r);
  if (kind == ChangeKind::kVoid) {
    c.voided.log = static_cast<std::int32_t>(r.Varint());
    c.voided.index = r.Varint();
  }
  return c;
}

void WriteBalance(base::ByteWriter& w, std::uint32_t terminal, Money balance) {
  WriteKind(w, ChangeKind::kBalance);
  w.Varint(terminal).Varint(Unsigned(balance));
}

void WriteReference(base::ByteWriter& w, std::string_view reference, Money amount) {
  WriteKind(w, ChangeKind::kReference);
  w.Short(reference).Varint(Unsigned(amount));
}

void WriteAlarm(base::ByteWriter& w, std::uint32_t terminal, std::uint64_t sequence) {
  WriteKind(w, ChangeKind::kAlarm);
  w.Varint(terminal).Varint(sequence);
}

void WriteNumbers(base::ByteWriter& w, const NumbersChange& c) {
  WriteKind(w, ChangeKind::kNumbers);
  w.Short(c.jurisdiction).U8(c.taken_back ? 1 : 0).Varint(c.logs.size());
  for (const auto log : c.logs) w.Varint(static_cast<std::uint64_t>(log));
  w.Varint(c.numbers.size());
  for (const auto& n : c.numbers) w.Varint(n.number).Varint(static_cast<std::uint64_t>(n.lines));
}

NumbersChange ReadNumbers(base::ByteReader& r) {
  NumbersChange c;
  c.jurisdiction = r.Short();
  c.taken_back = r.U8() != 0;
  const std::uint64_t logs = r.Varint();
  for (std::uint64_t i = 0; i < logs && i < kMaxParts && r.ok(); ++i)
    c.logs.push_back(static_cast<std::int32_t>(r.Varint()));
  const std::uint64_t numbers = r.Varint();
  for (std::uint64_t i = 0; i < numbers && i < kMaxNumbers && r.ok(); ++i) {
    const auto number = static_cast<games::D3Number>(r.Varint());
    c.numbers.push_back({number, static_cast<std::int64_t>(r.Varint())});
  }
  return c;
}

void WriteNumberLimit(base::ByteWriter& w, std::int32_t log, std::string_view jurisdiction,
                      std::int64_t lines) {
  WriteKind(w, ChangeKind::kNumberLimit);
  w.Varint(static_cast<std::uint64_t>(log)).Short(jurisdiction);
  w.Varint(static_cast<std::uint64_t>(lines));
}

Result<std::optional<Parts>> FindInChanges(base::ByteView changes, std::uint32_t terminal,
                                           std::uint64_t sequence) {
  std::optional<Parts> found;
  LOTTERY_TRY_VOID(ForAccepted(changes, [&](const AcceptedChange& c) {
    if (c.terminal == terminal && c.sequence == sequence) found = c.parts;
    return !found;
  }));
  return found;
}

Result<std::vector<std::pair<std::uint32_t, std::uint64_t>>> ListAccepted(base::ByteView changes) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> all;
  LOTTERY_TRY_VOID(ForAccepted(changes, [&](const AcceptedChange& c) {
    all.emplace_back(c.terminal, c.sequence);
    return true;
  }));
  return all;
}

}  // namespace lottery::central
