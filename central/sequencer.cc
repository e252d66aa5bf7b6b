#include "central/sequencer.h"

#include <algorithm>

#include "crypto/tile.h"
#include "games/d3_prize.h"
#include "games/order.h"

namespace lottery::central {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using protocol::LeafKind;
namespace {
// A terminal's time may be any number.
bool AreApart(std::int64_t one, std::int64_t other, std::int64_t most) {
  std::int64_t apart = 0;
  return __builtin_sub_overflow(one, other, &apart) || apart > most || apart < -most;
}
}  // namespace

Sequencer::Sequencer(std::string operator_name, protocol::Trust trust, const Secrets& secrets,
                     State state)
    : operator_name_(std::move(operator_name)),
      trust_(std::move(trust)),
      secrets_(secrets),
      state_(std::move(state)) {
  for (const auto& [id, terminal] : state_.terminals) terminal_keys_.insert(terminal.public_key);
  for (const auto& log : state_.logs) newest_ = std::max(newest_, log.last);
}

Effects Sequencer::Apply(const std::vector<Input>& inputs, UtcTime now) {
  Batch batch;
  batch.clock_is_back = newest_.ms > now.ms + kClockBackMs;
  batch.now = std::max(now, newest_);
  batch.run_of_log.assign(state_.logs.size(), -1);
  batch.effects.replies.reserve(inputs.size());
  for (const auto& input : inputs) {
    if (const auto* message = std::get_if<TerminalInput>(&input)) {
      batch.effects.replies.push_back(ApplyMessage(batch, *message));
      continue;
    }
    const auto& command = std::get<CommandInput>(input);
    batch.by = command.by;
    const auto answer = ApplyCommand(batch, command);
    Reply reply;
    reply.answer = base::ToLine(answer ? json::value(*answer)
                                       : json::value{{"error", base::ToJson(answer.error())}});
    if (command.id != 0) batch.effects.inbox_answers.emplace_back(command.id, reply.answer);
    batch.effects.replies.push_back(std::move(reply));
  }
  SweepVoided(batch.now);
  FinishBatch(batch);
  return std::move(batch.effects);
}

// Voids are remembered as long as a second one could come: while sale is open, for the window and
// once more as long, by the log's last leaf. TakeBack refuses by a time that is never before it.
void Sequencer::SweepVoided(UtcTime now) {
  if (std::abs(now.ms - swept_.ms) < kVoidWindowMs) return;
  swept_ = now;
  std::erase_if(state_.voided, [&](const auto& item) {
    const Log& log = state_.logs[static_cast<std::size_t>(item.first.log)];
    const bool open = log.draw && state_.draws.contains(*log.draw) &&
                      state_.draws.at(*log.draw).state == DrawState::kOpen;
    return !open || item.second.ms + 2 * kVoidWindowMs < log.last.ms;
  });
}

// The ladder every message climbs; the first refusal is the answer. Who holds the number is settled
// before anything that can change with time, so the same octets always get the same receipt.
Reply Sequencer::ApplyMessage(Batch& batch, const TerminalInput& input) {
  const auto& m = *input.message.decoded;
  Reply reply;
  const auto refuse = [&](ErrorCode code) {
    reply.accepted = Fail(code);
    return std::move(reply);
  };
  const auto found = state_.terminals.find(m.terminal());
  if (found == state_.terminals.end()) return refuse(ErrorCode::kUnknownTerminal);
  const Terminal& terminal = found->second;
  if (m.sequence() <= terminal.sequence) {
    Accepted accepted;
    const auto held = Repeat(batch, terminal, input, accepted);
    if (!held) return refuse(held.error().code);
    reply.accepted = std::move(accepted);
    return reply;
  }
  if (m.sequence() != terminal.sequence + 1) return refuse(ErrorCode::kSequenceGap);
  if (m.previous() != terminal.head.view()) return refuse(ErrorCode::kWrongPrevious);
  const bool skip = m.has_skip();
  if (terminal.suspended && !skip) return refuse(ErrorCode::kTerminalSuspended);
  // What is in time is decided by the time the leaf will have, which everybody can read: after a
  // clock that was set back it would be another than this machine believes.
  if (batch.clock_is_back) return refuse(ErrorCode::kSellingStopped);
  const UtcTime time = std::max(newest_, input.stamp);
  if (time.ms > m.not_after_ms()) return refuse(ErrorCode::kExpired);
  if (AreApart(time.ms, m.time_ms(), kTerminalClockToleranceMs))
    return refuse(ErrorCode::kTerminalClockWrong);

  base::Status done;
  if (m.has_order()) {
    done = Sell(batch, terminal, input, time, reply);
  } else if (m.has_void_()) {
    done = TakeBack(batch, terminal, input, time, reply);
  } else {
    Note(batch, terminal, input, time, reply);
  }
  if (!done) reply.accepted = tl::unexpected<base::Error>(done.error());
  return reply;
}

// A number that is used already: the same octets get their receipt again, a skip gets that of what
// holds the number, anything else means two devices share a key.
base::Status Sequencer::Repeat(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                               Accepted& accepted) {
  const auto& m = *input.message.decoded;
  const bool at_head = m.sequence() == terminal.sequence;
  if (at_head && (input.message.hash == terminal.head || m.has_skip())) {
    accepted = terminal.last;
    return {};
  }
  // The head moved since the store was asked, or was not: ask for the past, then.
  if (!at_head && (!input.looked_up || input.looked_up->need != Need::kPast))
    return Fail(ErrorCode::kBusy);
  if (!at_head && input.looked_up->past) {
    accepted = *input.looked_up->past;
    const Part& first = accepted.parts.at(0);
    const auto& tree = state_.logs[static_cast<std::size_t>(first.log)].tree;
    if (m.has_skip() ||
        crypto::LeafHash(LeafOf(input.message, accepted, 0)) == tree.leaf(first.index))
      return {};
  }
  RaiseCloneAlarm(batch, terminal, m.sequence());
  return Fail(ErrorCode::kSequenceUsed);
}

void Sequencer::RaiseCloneAlarm(Batch& batch, const Terminal& terminal, std::uint64_t sequence) {
  if (terminal.alarmed >= sequence) return;  // one leaf a number is enough to see it
  state_.terminals.at(terminal.id).alarmed = sequence;
  WriteAlarm(batch.changes, terminal.id, sequence);
  AppendAudit(batch, "clone_alarm", "central",
              {{"terminal", terminal.id}, {"sequence", static_cast<std::int64_t>(sequence)}});
}

Result<Draws> Sequencer::DrawsOf(const wire::Order& order, UtcTime time) const {
  auto at = state_.draws.find({order.game(), static_cast<std::int32_t>(order.first_draw())});
  if (at == state_.draws.end()) return Fail(ErrorCode::kDrawUnknown);
  Draws draws;
  for (std::uint32_t i = 0; i < order.draw_count(); ++i, ++at) {
    if (at == state_.draws.end() || at->first.game != order.game())
      return Fail(ErrorCode::kDrawUnknown, "draws in a row");
    const Draw& draw = at->second;
    if (draw.state == DrawState::kPlanned) return Fail(ErrorCode::kDrawNotOpen);
    if (draw.state != DrawState::kOpen || time >= draw.close) return Fail(ErrorCode::kDrawClosed);
    draws.push_back(&draw);
  }
  return draws;
}

// One writer counts, so the last line under a limit is sold once.
base::Status Sequencer::CheckNumbers(const Draws& draws, const std::string& jurisdiction,
                                     const std::vector<games::NumberLines>& numbers) const {
  if (numbers.empty()) return {};
  for (const Draw* draw : draws) {
    const auto& books = state_.logs[static_cast<std::size_t>(draw->log)].books;
    const auto book = books.find(jurisdiction);
    if (book == books.end() || book->second.limit == 0) continue;
    for (const auto& n : numbers) {
      const auto sold = book->second.lines.find(n.number);
      const std::int64_t before = sold == book->second.lines.end() ? 0 : sold->second;
      if (!games::D3FitsLimit(n.number, before + n.lines, book->second.limit))
        return Fail(ErrorCode::kNumberLimit, draw->id.ToText() + " " +
                                                 games::D3NumberText(n.number) + ": " +
                                                 std::to_string(before) + " sold, limit " +
                                                 std::to_string(book->second.limit));
    }
  }
  return {};
}

// Sells: draws open, deposit enough; then one leaf in the log of each draw. HOT: bench/issuance
base::Status Sequencer::Sell(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                             UtcTime time, Reply& reply) {
  const auto& message = input.message;
  const auto& order = message.decoded->order();
  LOTTERY_TRY(const auto draws, DrawsOf(order, time));
  const Money price = Money::FromFen(order.price_fen());
  if (terminal.balance < price) return Fail(ErrorCode::kDepositExhausted);
  LOTTERY_TRY_VOID(CheckNumbers(draws, terminal.jurisdiction, input.numbers));
  AcceptedChange change;
  LOTTERY_TRY(change.balance, terminal.balance.Sub(price));
  change.kind = ChangeKind::kOrder;
  change.per_draw = input.per_draw;
  if (!input.numbers.empty()) {
    NumbersChange numbers{{}, terminal.jurisdiction, false, input.numbers};
    for (const Draw* draw : draws) numbers.logs.push_back(draw->log);
    WriteNumbers(batch.changes, numbers);
    LOTTERY_CHECK(ApplyNumbers(state_, numbers).has_value());
  }
  Digest s_hash;
  for (const Draw* draw : draws) {
    Log& log = state_.logs[static_cast<std::size_t>(draw->log)];
    const Part part{{draw->log, log.tree.size()}, time};
    if (change.parts.empty()) {  // one s an order, from the place of its first leaf
      reply.s = protocol::SecretHalf(*secrets_.mac_key, log.origin, part.index, message.hash);
      s_hash = crypto::Sha256(reply.s.view());
    }
    batch.leaf.Clear();
    protocol::EncodeSaleLeaf(batch.leaf, LeafKind::kOrder, part.time, terminal.key_id,
                             message.signature, s_hash, message.octets);
    Append(batch, log, batch.leaf.bytes(), part.time);
    change.parts.push_back(part);
  }
  Finish(batch, terminal, input, std::move(change), reply);
  return {};
}

// The stored order a void names, if the void may name it.
Result<const StoredOrder*> Sequencer::OrderToVoid(const TerminalInput& input,
                                                  std::uint32_t terminal, UtcTime time,
                                                  Place& place) const {
  const auto& request = input.message.decoded->void_();
  const auto log = std::find_if(state_.logs.begin(), state_.logs.end(), [&](const Log& l) {
    return l.draw && l.origin == request.origin();
  });
  if (log == state_.logs.end() || request.index() >= log->tree.size())
    return Fail(ErrorCode::kUnknownTicket);
  const Draw& draw = state_.draws.at(*log->draw);
  if (draw.state != DrawState::kOpen || time.ms >= draw.close.ms - kVoidBeforeCloseMs)
    return Fail(ErrorCode::kVoidTooLate);
  if (!input.looked_up || !input.looked_up->order) return Fail(ErrorCode::kUnknownTicket);
  const StoredOrder& order = *input.looked_up->order;
  place = order.parts.at(0);
  const bool same =
      place == Place{log->id, request.index()} && order.hash.view() == request.order_hash();
  if (!same) return Fail(ErrorCode::kUnknownTicket);
  if (order.terminal != terminal) return Fail(ErrorCode::kNotYourTicket);
  const Digest s = protocol::SecretHalf(*secrets_.mac_key, log->origin, place.index, order.hash);
  if (!crypto::SecretBytes(s.view()).Equals(request.s())) return Fail(ErrorCode::kWrongSecret);
  return &order;
}

base::Status Sequencer::TakeBack(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                                 UtcTime time, Reply& reply) {
  AcceptedChange change;
  LOTTERY_TRY(const StoredOrder* order, OrderToVoid(input, terminal.id, time, change.voided));
  if (state_.voided.contains(change.voided)) return Fail(ErrorCode::kAlreadyVoided);
  // An earlier void of the same order is remembered longer than this, by the same time.
  if (time.ms > order->accepted.ms + kVoidWindowMs) return Fail(ErrorCode::kVoidTooLate);
  LOTTERY_TRY(change.balance, terminal.balance.Add(order->price));
  change.kind = ChangeKind::kVoid;
  change.per_draw = order->per_draw;
  if (!order->numbers.empty()) {
    NumbersChange numbers{{}, terminal.jurisdiction, true, order->numbers};
    for (const auto& sold : order->parts) numbers.logs.push_back(sold.log);
    WriteNumbers(batch.changes, numbers);
    LOTTERY_CHECK(ApplyNumbers(state_, numbers).has_value());
  }
  for (const auto& sold : order->parts) {
    Log& log = state_.logs[static_cast<std::size_t>(sold.log)];
    const Part part{{sold.log, log.tree.size()}, time};
    batch.leaf.Clear();
    protocol::EncodeSaleLeaf(batch.leaf, LeafKind::kVoid, part.time, terminal.key_id,
                             input.message.signature, Digest(), input.message.octets);
    Append(batch, log, batch.leaf.bytes(), part.time);
    change.parts.push_back(part);
  }
  Finish(batch, terminal, input, std::move(change), reply);
  return {};
}

// Skips and claims: one leaf in the audit log.
void Sequencer::Note(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                     UtcTime time, Reply& reply) {
  Log& audit = state_.logs[kAuditLog];
  AcceptedChange change;
  change.kind = ChangeKind::kNote;
  change.balance = terminal.balance;
  change.parts.push_back({{kAuditLog, audit.tree.size()}, time});
  Append(batch, audit, AuditLeafOf(input.message, time), time);
  Finish(batch, terminal, input, std::move(change), reply);
}

void Sequencer::Finish(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                       AcceptedChange change, Reply& reply) {
  change.terminal = terminal.id;
  change.sequence = input.message.decoded->sequence();
  change.hash = input.message.hash;
  WriteAccepted(batch.changes, change);
  ApplyAccepted(state_, change, state_.record_number + 1);
  reply.accepted = terminal.last;
  reply.fresh = true;
}

Digest Sequencer::SecretOf(const protocol::SignedMessage& message, const Accepted& accepted) const {
  const Part& first = accepted.parts.at(0);
  return protocol::SecretHalf(*secrets_.mac_key,
                              state_.logs[static_cast<std::size_t>(first.log)].origin, first.index,
                              message.hash);
}

Digest Sequencer::ExchangeSecretOf(const protocol::SignedMessage& claim) const {
  const auto& m = claim.decoded->claim();
  return protocol::SecretHalf(*secrets_.mac_key, m.origin(), m.index(), claim.hash);
}

Bytes Sequencer::LeafOf(const protocol::SignedMessage& message, const Accepted& accepted,
                        std::size_t i) const {
  const Part& part = accepted.parts.at(i);
  if (part.log == kAuditLog) return AuditLeafOf(message, part.time);
  const auto& terminal = state_.terminals.at(message.decoded->terminal());
  const bool order = message.decoded->has_order();
  base::ByteWriter w;
  protocol::EncodeSaleLeaf(
      w, order ? LeafKind::kOrder : LeafKind::kVoid, part.time, terminal.key_id, message.signature,
      order ? crypto::Sha256(SecretOf(message, accepted).view()) : Digest(), message.octets);
  return w.Take();
}

// A skip is public as it is; a claim enters without t, s or anything of a person.
Bytes Sequencer::AuditLeafOf(const protocol::SignedMessage& message, UtcTime time) const {
  const auto& m = *message.decoded;
  if (m.has_claim())
    return protocol::ClaimLeaf(time, m.terminal(), m.sequence(), message.hash, m.claim().origin(),
                               m.claim().index(), protocol::AsksForExchange(m));
  const json::object entry{
      {"kind", "skip"},
      {"by", "terminal:" + std::to_string(m.terminal())},
      {"body", json::object{{"sequence", static_cast<std::int64_t>(m.sequence())},
                            {"message", base::ToHex(message.hash.view())}}}};
  return protocol::AuditLeaf{time, base::ToLine(entry)}.Encode();
}

std::uint64_t Sequencer::Append(Batch& batch, Log& log, base::ByteView leaf, UtcTime time) {
  const std::uint64_t index = log.tree.size();
  auto& runs = batch.effects.runs;
  const auto id = static_cast<std::size_t>(log.id);
  if (batch.run_of_log.size() <= id) batch.run_of_log.resize(id + 1, -1);
  if (batch.run_of_log[id] < 0) {
    batch.run_of_log[id] = static_cast<int>(runs.size());
    runs.push_back({log.id, index, 0, {}});
  }
  LeafRun& run = runs[static_cast<std::size_t>(batch.run_of_log[id])];
  crypto::AppendEntry(run.bundle, leaf);
  ++run.count;
  log.tree.Append(crypto::LeafHash(leaf));
  LOTTERY_CHECK(time >= newest_);
  log.last = newest_ = time;
  batch.now = std::max(batch.now, time);  // what is decided next is decided at this time or later
  if (log.tree.size() % crypto::kTileWidth == 0) {
    const crypto::TileId tile{0, index / crypto::kTileWidth, crypto::kTileWidth};
    batch.effects.tiles.push_back({log.id, tile.index, crypto::TileHashes(log.tree, tile),
                                   Bytes(log.tree.Node(8, tile.index).view())});
  }
  return index;
}

void Sequencer::FinishBatch(Batch& batch) {
  Effects& e = batch.effects;
  touched_.clear();
  if (e.runs.empty() && e.inbox_answers.empty()) return;
  protocol::BatchRecord record;
  record.number = state_.record_number + 1;
  record.epoch = state_.epoch;
  record.time = batch.now;
  record.previous = state_.record_hash;
  for (const auto& run : e.runs) {
    const Log& log = state_.logs[static_cast<std::size_t>(run.log)];
    record.time = std::max(record.time, log.last);  // a record is never older than its leaves
    touched_.push_back({run.log, log.tree.EdgeAt(log.tree.size()), 0, {}});
  }
  const auto origin = [&](const TouchedLog& t) -> const std::string& {
    return state_.logs[static_cast<std::size_t>(t.log)].origin;
  };
  std::sort(touched_.begin(), touched_.end(),
            [&](const auto& a, const auto& b) { return origin(a) < origin(b); });
  std::vector<protocol::LogHead> heads;
  for (const auto& t : touched_) {
    heads.push_back({origin(t), t.edge.size, t.edge.root});
    e.heads += heads.back().Encode();
  }
  const auto tree = protocol::TreeOfHeads(heads);
  const auto edge = tree.EdgeAt(tree.size());
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    touched_[i].head = static_cast<std::uint32_t>(i);
    tree.AppendPath(i, edge, touched_[i].head_path);
  }
  record.count = static_cast<std::uint16_t>(heads.size());
  record.heads = edge.root;
  e.at = record.time;
  e.record = record.Encode();
  e.changes = batch.changes.Take();
  state_.record_number = record.number;
  state_.record_hash = crypto::Sha256(e.record);
}

std::vector<protocol::TerminalTotals> TotalsByTerminal(const Log& log) {
  std::vector<protocol::TerminalTotals> list;
  for (const auto& [terminal, totals] : log.totals) list.push_back({terminal, totals});
  std::sort(list.begin(), list.end());
  return list;
}

SaleTotals SumOf(const Log& log) {
  SaleTotals sum;
  for (const auto& [terminal, t] : log.totals) {
    sum.sales += t.sales;
    sum.voids += t.voids;
    sum.sales_amount = base::SumOrDie(sum.sales_amount, t.sales_amount);
    sum.voids_amount = base::SumOrDie(sum.voids_amount, t.voids_amount);
  }
  return sum;
}

}  // namespace lottery::central
