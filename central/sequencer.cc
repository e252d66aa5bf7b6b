#include "central/sequencer.h"

#include <algorithm>

#include "crypto/tile.h"
#include "games/order.h"

namespace lottery::central {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using protocol::LeafKind;

Sequencer::Sequencer(std::string operator_name, protocol::Trust trust, const Secrets& secrets,
                     State state)
    : operator_name_(std::move(operator_name)),
      trust_(std::move(trust)),
      secrets_(secrets),
      state_(std::move(state)) {}

Effects Sequencer::Apply(const std::vector<Input>& inputs, UtcTime now) {
  Batch batch;
  batch.now = now;
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
  std::erase_if(state_.recent, [&](const auto& item) {
    return item.second.accepted.ms + kVoidWindowMs + kTerminalClockToleranceMs < now.ms;
  });
  FinishBatch(batch);
  return std::move(batch.effects);
}

// The ladder every message climbs; the first refusal is the answer. Who holds the number is settled
// before anything that can change with time, so the same octets always get the same receipt.
Reply Sequencer::ApplyMessage(Batch& batch, const TerminalInput& input) {
  const auto& m = *input.message.decoded;
  Reply reply;
  const auto refuse = [&](ErrorCode code, std::string detail = {}) {
    reply.accepted = Fail(code, std::move(detail));
    return reply;
  };
  const auto found = state_.terminals.find(m.terminal());
  if (found == state_.terminals.end()) return refuse(ErrorCode::kUnknownTerminal);
  Terminal& terminal = found->second;
  if (m.sequence() <= terminal.sequence) {
    reply.accepted = Repeat(batch, terminal, input);
    return reply;
  }
  if (m.sequence() != terminal.sequence + 1) return refuse(ErrorCode::kSequenceGap);
  if (m.previous() != terminal.head.view()) return refuse(ErrorCode::kWrongPrevious);
  const bool skip = m.has_skip();
  if (terminal.suspended && !skip) return refuse(ErrorCode::kTerminalSuspended);
  if (input.stamp.ms > m.not_after_ms()) return refuse(ErrorCode::kExpired);
  if (std::abs(input.stamp.ms - m.time_ms()) > kTerminalClockToleranceMs)
    return refuse(ErrorCode::kTerminalClockWrong);

  if (m.has_order()) {
    reply.accepted = Sell(batch, terminal, input);
  } else if (m.has_void_()) {
    reply.accepted = TakeBack(batch, terminal, input);
  } else {
    reply.accepted = Record(batch, terminal, input);
  }
  if (!reply.accepted) return reply;
  // From here on success is certain.
  reply.fresh = true;
  Finish(batch, terminal, input, *reply.accepted);
  return reply;
}

// A number that is used already: the same octets get their receipt again, a skip gets that of what
// holds the number, anything else means two devices share a key.
Result<Accepted> Sequencer::Repeat(Batch& batch, Terminal& terminal, const TerminalInput& input) {
  const auto& m = *input.message.decoded;
  const bool at_head = m.sequence() == terminal.sequence;
  if (at_head && (input.message.hash == terminal.head || m.has_skip())) return terminal.last;
  if (!at_head && input.past) {
    const Part& first = input.past->parts.at(0);
    const Digest leaf = crypto::LeafHash(LeafOf(input.message, *input.past, 0));
    if (leaf == state_.logs[static_cast<std::size_t>(first.log)].tree.leaf(first.index) ||
        m.has_skip())
      return *input.past;
  }
  RaiseCloneAlarm(batch, terminal, m.sequence());
  return Fail(ErrorCode::kSequenceUsed);
}

void Sequencer::RaiseCloneAlarm(Batch& batch, Terminal& terminal, std::uint64_t sequence) {
  if (terminal.alarmed >= sequence) return;  // one leaf a number is enough to see it
  terminal.alarmed = sequence;
  AppendAudit(batch, "clone_alarm", "central",
              {{"terminal", terminal.id}, {"sequence", static_cast<std::int64_t>(sequence)}});
}

Result<std::vector<const Draw*>> Sequencer::DrawsOf(const wire::Order& order, UtcTime stamp) const {
  auto at = state_.draws.find({order.game(), static_cast<std::int32_t>(order.first_draw())});
  if (at == state_.draws.end()) return Fail(ErrorCode::kDrawUnknown);
  std::vector<const Draw*> draws;
  for (std::uint32_t i = 0; i < order.draw_count(); ++i, ++at) {
    if (at == state_.draws.end() || at->first.game != order.game())
      return Fail(ErrorCode::kDrawUnknown, "draws in a row");
    const Draw& draw = at->second;
    if (draw.state == DrawState::kPlanned) return Fail(ErrorCode::kDrawNotOpen);
    if (draw.state != DrawState::kOpen || stamp >= draw.close) return Fail(ErrorCode::kDrawClosed);
    draws.push_back(&draw);
  }
  return draws;
}

// Sells: draws open, deposit enough; then one leaf in the log of each draw. HOT: bench/issuance
Result<Accepted> Sequencer::Sell(Batch& batch, Terminal& terminal, const TerminalInput& input) {
  const auto& order = input.message.decoded->order();
  LOTTERY_TRY(const auto draws, DrawsOf(order, input.stamp));
  const Money price = Money::FromFen(order.price_fen());
  if (terminal.balance < price) return Fail(ErrorCode::kDepositExhausted);
  LOTTERY_TRY(const Money balance, terminal.balance.Sub(price));

  Accepted accepted;
  for (const Draw* draw : draws) {
    const Log& log = state_.logs[static_cast<std::size_t>(draw->log)];
    accepted.parts.push_back({draw->log, log.tree.size(), std::max(log.last, input.stamp)});
  }
  for (std::size_t i = 0; i < accepted.parts.size(); ++i) {
    const Part& part = accepted.parts[i];
    Log& log = state_.logs[static_cast<std::size_t>(part.log)];
    Append(batch, log, LeafOf(input.message, accepted, i), part.time);
    SaleTotals& totals = log.totals[terminal.id];
    ++totals.sales;
    totals.sales_amount = base::SumOrDie(totals.sales_amount, input.per_draw);
    batch.effects.changed_totals.insert({part.log, terminal.id});
  }
  terminal.balance = balance;
  const Part& first = accepted.parts[0];
  state_.recent[{first.log, first.index}] = {terminal.id,    input.message.hash, first.time, price,
                                             input.per_draw, accepted.parts,     false};
  return accepted;
}

Result<RecentOrder*> Sequencer::FindRecent(const wire::Void& request, std::uint32_t terminal) {
  const auto log = std::find_if(state_.logs.begin(), state_.logs.end(), [&](const Log& l) {
    return l.draw && l.origin == request.origin();
  });
  if (log == state_.logs.end() || request.index() >= log->tree.size())
    return Fail(ErrorCode::kUnknownTicket);
  const auto recent = state_.recent.find({log->id, request.index()});
  if (recent == state_.recent.end()) return Fail(ErrorCode::kVoidTooLate);
  RecentOrder& order = recent->second;
  if (order.hash.view() != request.order_hash()) return Fail(ErrorCode::kUnknownTicket);
  if (order.terminal != terminal) return Fail(ErrorCode::kNotYourTicket);
  const crypto::SecretBytes s(
      protocol::SecretHalf(secrets_.mac_key.Reveal(), log->origin, request.index(), order.hash));
  if (!s.Equals(request.s())) return Fail(ErrorCode::kWrongSecret);
  return &order;
}

Result<Accepted> Sequencer::TakeBack(Batch& batch, Terminal& terminal, const TerminalInput& input) {
  LOTTERY_TRY(RecentOrder * order, FindRecent(input.message.decoded->void_(), terminal.id));
  if (order->voided) return Fail(ErrorCode::kAlreadyVoided);
  if (input.stamp.ms > order->accepted.ms + kVoidWindowMs) return Fail(ErrorCode::kVoidTooLate);
  const Draw& first =
      state_.draws.at(*state_.logs[static_cast<std::size_t>(order->parts[0].log)].draw);
  if (first.state != DrawState::kOpen || input.stamp.ms >= first.close.ms - kVoidBeforeCloseMs) {
    return Fail(ErrorCode::kVoidTooLate);
  }
  LOTTERY_TRY(const Money balance, terminal.balance.Add(order->price));
  Accepted accepted;
  for (const auto& sold : order->parts) {
    const Log& log = state_.logs[static_cast<std::size_t>(sold.log)];
    accepted.parts.push_back({sold.log, log.tree.size(), std::max(log.last, input.stamp)});
  }
  for (std::size_t i = 0; i < accepted.parts.size(); ++i) {
    Log& log = state_.logs[static_cast<std::size_t>(accepted.parts[i].log)];
    Append(batch, log, LeafOf(input.message, accepted, i), accepted.parts[i].time);
    SaleTotals& totals = log.totals[terminal.id];
    ++totals.voids;
    totals.voids_amount = base::SumOrDie(totals.voids_amount, order->per_draw);
    batch.effects.changed_totals.insert({log.id, terminal.id});
  }
  terminal.balance = balance;
  order->voided = true;
  return accepted;
}

// Skips and claims: one leaf in the audit log.
Accepted Sequencer::Record(Batch& batch, const Terminal&, const TerminalInput& input) {
  Log& audit = state_.logs[kAuditLog];
  Accepted accepted{0, {{kAuditLog, audit.tree.size(), std::max(audit.last, input.stamp)}}};
  Append(batch, audit, LeafOf(input.message, accepted, 0), accepted.parts[0].time);
  return accepted;
}

void Sequencer::Finish(Batch& batch, Terminal& terminal, const TerminalInput& input,
                       const Accepted& accepted) {
  terminal.sequence = input.message.decoded->sequence();
  terminal.head = input.message.hash;
  terminal.last = accepted;
  terminal.last.record = state_.record_number + 1;
  batch.effects.changed_terminals.insert(terminal.id);
  batch.effects.accepted.push_back({terminal.id, terminal.sequence, EncodeParts(accepted.parts)});
}

Bytes Sequencer::SecretOf(const protocol::SignedMessage& message, const Accepted& accepted) const {
  const Part& first = accepted.parts.at(0);
  return protocol::SecretHalf(secrets_.mac_key.Reveal(),
                              state_.logs[static_cast<std::size_t>(first.log)].origin, first.index,
                              message.hash);
}

Bytes Sequencer::LeafOf(const protocol::SignedMessage& message, const Accepted& accepted,
                        std::size_t i) const {
  const Part& part = accepted.parts.at(i);
  if (part.log == kAuditLog) return AuditLeafOf(message, part.time);
  const auto terminal = state_.terminals.find(message.decoded->terminal());
  LOTTERY_CHECK(terminal != state_.terminals.end());
  protocol::SaleLeaf leaf;
  leaf.kind = message.decoded->has_order() ? LeafKind::kOrder : LeafKind::kVoid;
  leaf.time = part.time;
  leaf.key_id = terminal->second.key_id;
  leaf.signature = message.signature;
  if (leaf.kind == LeafKind::kOrder) leaf.s_hash = crypto::Sha256(SecretOf(message, accepted));
  leaf.message = message.octets;
  return leaf.Encode();
}

// A skip is public as it is; a claim enters without t, s or anything of a person.
Bytes Sequencer::AuditLeafOf(const protocol::SignedMessage& message, UtcTime time) const {
  const auto& m = *message.decoded;
  json::object body{{"sequence", static_cast<std::int64_t>(m.sequence())},
                    {"message", base::ToHex(message.hash.view())}};
  if (m.has_claim()) {
    body["origin"] = m.claim().origin();
    body["index"] = static_cast<std::int64_t>(m.claim().index());
  }
  const json::object entry{{"kind", m.has_claim() ? "claim" : "skip"},
                           {"by", "terminal:" + std::to_string(m.terminal())},
                           {"body", std::move(body)}};
  return protocol::AuditLeaf{time, base::ToLine(entry)}.Encode();
}

std::uint64_t Sequencer::Append(Batch& batch, Log& log, Bytes leaf, UtcTime time) {
  const std::uint64_t index = log.tree.size();
  batch.touched.try_emplace(log.id, index);
  log.tree.Append(crypto::LeafHash(leaf));
  log.last = std::max(log.last, time);
  batch.effects.leaves.push_back({log.id, index, std::move(leaf)});
  if (log.tree.size() % crypto::kTileWidth == 0) {
    const crypto::TileId tile{0, index / crypto::kTileWidth, crypto::kTileWidth};
    batch.effects.tiles.push_back({log.id, tile.index, crypto::TileHashes(log.tree, tile)});
  }
  return index;
}

void Sequencer::FinishBatch(Batch& batch) {
  Effects& e = batch.effects;
  const bool nothing = batch.touched.empty() && e.inbox_answers.empty();
  if (nothing) return;
  protocol::BatchRecord record;
  record.number = state_.record_number + 1;
  record.epoch = state_.epoch;
  record.time = batch.now;
  record.previous = state_.record_hash;
  for (const auto& [id, before] : batch.touched) {
    const Log& log = state_.logs[static_cast<std::size_t>(id)];
    record.logs.push_back({log.origin, log.tree.size(), log.tree.Root()});
  }
  std::sort(record.logs.begin(), record.logs.end(),
            [](const auto& a, const auto& b) { return a.origin < b.origin; });
  e.record = record.Encode();
  e.heads = EncodeHeads(state_, e);
  state_.record_number = record.number;
  state_.record_hash = crypto::Sha256(e.record);
  for (auto& reply : e.replies) {
    if (reply.accepted && reply.fresh) reply.accepted->record = record.number;
  }
}

std::vector<protocol::TerminalTotals> TotalsByTerminal(const Log& log) {
  std::vector<protocol::TerminalTotals> list;
  for (const auto& [terminal, totals] : log.totals) list.push_back({terminal, totals});
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
