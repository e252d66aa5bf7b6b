// What the engine answers: receipts of a batch, and those of messages accepted before.
#include <algorithm>

#include "central/engine.h"
#include "crypto/envelope.h"

namespace lottery::central {

namespace {
constexpr std::size_t kSignatureRoom = 80;  // of a receipt, with the tags of two fields
}  // namespace

// Receipts of what the batch accepted, in step with its inputs, without the record: its signature
// comes when it is durable.
std::vector<Bytes> Engine::MakeReceipts(const Work& work, const Effects& effects) {
  const auto touched = [&](std::int32_t id) -> const TouchedLog& {
    const auto& all = sequencer_->touched();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const TouchedLog& t) { return t.log == id; });
    LOTTERY_CHECK(at != all.end());
    return *at;
  };
  std::vector<Bytes> receipts(work.size());
  for (std::size_t i = 0; i < work.size(); ++i) {
    const auto* input = std::get_if<TerminalInput>(&work.inputs[i]);
    const Reply& reply = effects.replies[i];
    if (input == nullptr || !reply.accepted || !reply.fresh) continue;
    receipt_.Clear();
    AddParts(*input, *reply.accepted, receipt_, touched);
    if (input->message.decoded->has_order())
      receipt_.set_s(reply.s.view().data(), 32);
    else if (protocol::AsksForExchange(*input->message.decoded))
      receipt_.set_s(std::string(sequencer_->ExchangeSecretOf(input->message).view()));
    receipts[i].reserve(receipt_.ByteSizeLong() + effects.record.size() + kSignatureRoom);
    receipt_.AppendToString(&receipts[i]);
  }
  return receipts;
}

void Engine::AnswerAll(const Work& work, const Effects& effects, std::vector<Bytes> receipts) {
  LOTTERY_CHECK(effects.Empty() || receipts.size() == work.size());
  Bytes signed_record;  // the rest of every receipt: fields of one message may come in pieces
  if (!effects.Empty()) {
    const SignedRecord& record = records_.at(sequencer_->state().record_number);
    receipt_.Clear();
    receipt_.set_record(record.record);
    receipt_.set_record_signature(record.signature);
    signed_record = receipt_.SerializeAsString();
  }
  for (std::size_t i = 0; i < work.size(); ++i) {
    if (work.dones[i]) work.dones[i]();
    const auto* input = std::get_if<TerminalInput>(&work.inputs[i]);
    if (input == nullptr) continue;
    const Reply& reply = effects.replies[i];
    if (!reply.accepted) {
      answers_->OnAnswer(work.senders[i], *input,
                         tl::unexpected<base::Error>(reply.accepted.error()));
    } else if (!reply.fresh) {
      answers_->OnAnswer(work.senders[i], *input, ReceiptAgain(*input, *reply.accepted));
    } else {
      receipts[i] += signed_record;
      answers_->OnAnswer(work.senders[i], *input, std::move(receipts[i]));
    }
  }
}

Result<Engine::SignedRecord> Engine::FindRecord(std::uint64_t number) {
  const auto known = records_.find(number);
  if (known != records_.end()) return known->second;
  LOTTERY_TRY(auto stored, store_.FindRecord(number));
  Bytes signature = crypto::SignTyped(record_key_, protocol::kTypeRecord, stored.record);
  return SignedRecord{std::move(stored), std::move(signature)};
}

// HOT: bench/issuance
void Engine::AddParts(const TerminalInput& input, const Accepted& accepted, wire::Receipt& receipt,
                      const std::function<const TouchedLog&(std::int32_t)>& touched) {
  const State& state = sequencer_->state();
  const auto& m = *input.message.decoded;
  for (std::size_t i = 0; i < accepted.parts.size(); ++i) {
    const Part& part = accepted.parts[i];
    const Log& log = state.logs[static_cast<std::size_t>(part.log)];
    auto* out = receipt.add_parts();
    out->set_origin(log.origin);
    out->set_index(part.index);
    out->set_time_ms(part.time.ms);
    if (part.log == kAuditLog && !m.has_order())
      out->set_leaf(sequencer_->LeafOf(input.message, accepted, i));
    const TouchedLog& head = touched(part.log);
    log.tree.AppendPath(part.index, head.edge, *out->mutable_proof());
    out->set_size(head.edge.size);
    out->set_head(head.head);
    out->set_head_path(head.head_path);
  }
  receipt.set_balance_fen(state.terminals.at(m.terminal()).balance.fen());
}

// Of a message accepted before: from the record it was committed with. A skip may be answered with
// the receipt of another message, which it then sees by the place.
Outcome Engine::ReceiptAgain(const TerminalInput& input, const Accepted& accepted) {
  LOTTERY_TRY(auto signed_record, FindRecord(accepted.record));
  LOTTERY_TRY(const auto heads, protocol::DecodeHeads(signed_record.heads));
  const auto tree = protocol::TreeOfHeads(heads);
  std::map<std::int32_t, TouchedLog> known;
  const auto touched = [&](std::int32_t id) -> const TouchedLog& {
    const Log& log = sequencer_->state().logs[static_cast<std::size_t>(id)];
    const auto head = std::find_if(heads.begin(), heads.end(),
                                   [&](const auto& h) { return h.origin == log.origin; });
    LOTTERY_CHECK(head != heads.end());
    const auto [at, fresh] = known.try_emplace(id);
    if (!fresh) return at->second;
    at->second = {
        id, log.tree.EdgeAt(head->size), static_cast<std::uint32_t>(head - heads.begin()), {}};
    tree.AppendPath(at->second.head, tree.EdgeAt(tree.size()), at->second.head_path);
    return at->second;
  };
  wire::Receipt receipt;
  AddParts(input, accepted, receipt, touched);
  receipt.set_record(std::move(signed_record.record));
  receipt.set_record_signature(std::move(signed_record.signature));
  if (input.message.decoded->has_order())
    receipt.set_s(std::string(sequencer_->SecretOf(input.message, accepted).view()));
  else if (protocol::AsksForExchange(*input.message.decoded))
    receipt.set_s(std::string(sequencer_->ExchangeSecretOf(input.message).view()));
  return receipt.SerializeAsString();
}

}  // namespace lottery::central
