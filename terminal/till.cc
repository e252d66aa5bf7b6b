#include "terminal/till.h"

#include <algorithm>
#include <thread>

#include "crypto/envelope.h"
#include "crypto/merkle.h"
#include "protocol/leaf.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
using protocol::Frame;
using protocol::FrameType;

Result<std::unique_ptr<Till>> Till::Open(TillConfig config, SSL_CTX* context,
                                         const crypto::SigningKey& key, const base::Clock& clock) {
  LOTTERY_TRY(auto journal, Journal::Open(config.folder));
  return std::unique_ptr<Till>(
      new Till(std::move(config), context, key, clock, std::move(journal)));
}

Status VerifyReceipt(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                     const ReceiptKeys& keys) {
  if (!crypto::VerifyTyped(keys.record_key, protocol::kTypeRecord, receipt.record(),
                           receipt.record_signature())) {
    return Fail(ErrorCode::kBadSignature, "batch record");
  }
  return VerifyReceiptContent(message, receipt, keys);
}

// A sale's or void's leaf is made here from what the terminal knows, so it cannot hold anything
// else; a leaf of the audit log must name the message.
Result<Bytes> LeafOf(const protocol::SignedMessage& message, const wire::Receipt& receipt, int part,
                     base::ByteView key_id) {
  const auto& p = receipt.parts(part);
  if (message.decoded->has_skip() || message.decoded->has_claim()) {
    LOTTERY_TRY(const auto leaf, protocol::DecodeAuditLeaf(p.leaf()));
    if (leaf.json.find(base::ToHex(message.hash.view())) == Bytes::npos)
      return Fail(ErrorCode::kEntryInvalid, "another message's leaf");
    return p.leaf();
  }
  const bool order = message.decoded->has_order();
  base::ByteWriter w;
  protocol::EncodeSaleLeaf(w, order ? protocol::LeafKind::kOrder : protocol::LeafKind::kVoid,
                           {p.time_ms()}, key_id, message.signature,
                           order ? crypto::Sha256(receipt.s()) : Digest(), message.octets);
  return w.Take();
}

// Every part must be in the log the message asked for: an order's in those of its first draw and of
// later ones in order, a void's where its order is, skips and claims in the audit log.
Status CheckPlaces(const wire::TerminalMessage& m, const wire::Receipt& receipt,
                   const std::string& operator_name) {
  const auto wrong = [](const std::string& origin) {
    return Fail(ErrorCode::kBadProof, "not the log the message asked for: " + origin);
  };
  const int parts = receipt.parts_size();
  if (parts == 0) return Fail(ErrorCode::kBadProof, "a receipt without leaves");
  const std::string& first = receipt.parts(0).origin();
  if (m.has_void_()) return first == m.void_().origin() ? Status() : wrong(first);
  if (!m.has_order())
    return first == protocol::AuditOrigin(operator_name) && parts == 1 ? Status() : wrong(first);
  if (parts != static_cast<int>(m.order().draw_count()) || receipt.s().size() != sizeof(Digest))
    return Fail(ErrorCode::kBadProof, "one leaf a draw, and 32 octets of s");
  const protocol::DrawId draw{m.order().game(), static_cast<std::int32_t>(m.order().first_draw())};
  if (first != protocol::OriginOf(operator_name, draw)) return wrong(first);
  std::int32_t before = draw.number;
  for (int i = 1; i < parts; ++i) {
    const auto next = protocol::DrawOfOrigin(operator_name, receipt.parts(i).origin());
    if (!next || next->game != draw.game || next->number <= before)
      return wrong(receipt.parts(i).origin());
    before = next->number;
  }
  return {};
}

Result<crypto::Proof> ProofFrom(base::ByteView octets) {
  if (octets.size() % sizeof(Digest) != 0) return Fail(ErrorCode::kBadProof, "path");
  crypto::Proof proof(octets.size() / sizeof(Digest));
  if (!proof.empty()) std::memcpy(proof.data(), octets.data(), octets.size());
  return proof;
}

// The part's leaf is under a root of its log, and that root under the record's root over heads.
Status CheckProof(const wire::Receipt::Part& part, base::ByteView leaf,
                  const protocol::BatchRecord& record) {
  LOTTERY_TRY(const auto path, ProofFrom(part.proof()));
  LOTTERY_TRY(const auto root,
              crypto::RootOf(part.index(), part.size(), crypto::LeafHash(leaf), path));
  LOTTERY_TRY(const auto head_path, ProofFrom(part.head_path()));
  const protocol::LogHead head{part.origin(), part.size(), root};
  return crypto::VerifyInclusion(part.head(), record.count, crypto::LeafHash(head.Encode()),
                                 head_path, record.heads);
}

Status VerifyReceiptContent(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                            const ReceiptKeys& keys) {
  LOTTERY_TRY(const auto record, protocol::DecodeBatchRecord(receipt.record()));
  LOTTERY_TRY_VOID(CheckPlaces(*message.decoded, receipt, keys.operator_name));
  for (int i = 0; i < receipt.parts_size(); ++i) {
    LOTTERY_TRY(const auto leaf, LeafOf(message, receipt, i, keys.key_id));
    LOTTERY_TRY_VOID(CheckProof(receipt.parts(i), leaf, record));
  }
  return {};
}

wire::TerminalMessage Till::Blank() const {
  wire::TerminalMessage m;
  m.set_terminal(config_.terminal);
  m.set_sequence(journal_.last_sequence() + 1);
  m.set_previous(std::string(journal_.head().view()));
  m.set_time_ms(clock_.Now().ms);
  m.set_not_after_ms(m.time_ms() + kNotAfterMs);
  m.set_cashier(config_.cashier);
  return m;
}

Result<Confirmed> Till::Sell(wire::Order order, const std::string& slip) {
  const Bytes t = crypto::RandomBytes(16);
  order.set_t_hash(std::string(crypto::Sha256(t).view()));
  auto message = Blank();
  *message.mutable_order() = std::move(order);
  return Submit(std::move(message), slip, t);
}

Result<Confirmed> Till::Void(const std::string& origin, std::uint64_t index,
                             const Digest& order_hash, const Bytes& s) {
  auto message = Blank();
  auto* body = message.mutable_void_();
  body->set_origin(origin);
  body->set_index(index);
  body->set_order_hash(std::string(order_hash.view()));
  body->set_s(s);
  return Submit(std::move(message), "void", {});
}

Result<Confirmed> Till::Claim(const std::string& origin, std::uint64_t index, const Bytes& t,
                              const Bytes& s) {
  auto message = Blank();
  auto* body = message.mutable_claim();
  body->set_origin(origin);
  body->set_index(index);
  body->set_t(t);
  body->set_s(s);
  return Submit(std::move(message), "claim", {});
}

Result<Confirmed> Till::Submit(wire::TerminalMessage message, const std::string& slip,
                               const Bytes& t) {
  // What is not settled, or not printed, is kept in one place, which the next message would take.
  if (journal_.pending()) return Fail(ErrorCode::kUnsettled);
  const auto signed_message = protocol::SignMessage(message, key_);
  const Pending pending{message.sequence(), signed_message.octets, signed_message.signature, t,
                        slip};
  LOTTERY_TRY_VOID(journal_.Intend(pending));
  return Resolve(pending);
}

Result<std::optional<Confirmed>> Till::Settle() {
  if (!journal_.pending()) return std::optional<Confirmed>();
  const Pending pending = *journal_.pending();
  auto settled = Resolve(pending);
  if (settled) return std::optional<Confirmed>(std::move(*settled));
  // Not sold only if the journal says the number is settled.
  if (journal_.pending()) return tl::unexpected<base::Error>(settled.error());
  return std::optional<Confirmed>();
}

Result<Frame> Till::Call(FrameType type, const Bytes& body) {
  if (!client_) {
    LOTTERY_TRY(auto fresh, protocol::net::Client::Connect(config_.address, context_,
                                                           kAnswerTimeoutMs, &session_));
    client_.emplace(std::move(fresh));
  }
  auto answer = client_->Call(type, body, kAnswerTimeoutMs);
  if (!answer) client_.reset();
  return answer;
}

Result<Frame> Till::Exchange(const Bytes& message, const Bytes& signature) {
  wire::Submit submit;
  submit.set_message(message);
  submit.set_signature(signature);
  auto frame = Call(FrameType::kSubmit, submit.SerializeAsString());
  wire::Refusal refusal;
  if (frame && frame->type == FrameType::kRefusal && refusal.ParseFromString(frame->body)) {
    if (refusal.retry_after_ms() != 0)  // busy: it keeps a place for us until then
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::min(refusal.retry_after_ms(), kLongestRetryMs)));
    return tl::unexpected<base::Error>(protocol::FromRefusal(refusal));
  }
  if (frame && frame->type == FrameType::kReceipt) return frame;
  // Only central's own refusal says "not accepted"; whatever else came leaves the fate unknown.
  client_.reset();
  return Fail(ErrorCode::kDisconnected, frame ? "not an answer" : frame.error().detail);
}

// Sends the same octets until the answer is certain. Past not_after central can no longer accept
// them, so a signed skip settles the number: only then is "not sold" the truth.
Result<Confirmed> Till::Resolve(const Pending& pending) {
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(pending.message, pending.signature));
  std::this_thread::sleep_until(not_before_);
  const std::int64_t started = clock_.Now().ms;
  while (true) {
    auto frame = Exchange(pending.message, pending.signature);
    if (frame) {
      wire::Receipt receipt;
      if (!receipt.ParseFromString(frame->body)) return Fail(ErrorCode::kBadMessage, "receipt");
      not_before_ = std::chrono::steady_clock::now() +
                    std::chrono::milliseconds(std::min(receipt.next_after_ms(), kLongestRetryMs));
      return Keep(message, std::move(receipt), pending.t);
    }
    const auto& error = frame.error();
    if (!base::IsTransient(error.code)) {
      if (error.code == ErrorCode::kExpired && !message.decoded->has_skip()) return Skip(pending);
      LOTTERY_TRY_VOID(journal_.Refused(pending.sequence, std::string(base::NameOf(error.code))));
      return tl::unexpected<base::Error>(error);
    }
    if (on_retry) on_retry(error);
    if (clock_.Now().ms - started > kGiveUpMs)
      return Fail(ErrorCode::kTimeout, "the line stayed dead; the journal keeps the message");
    std::this_thread::sleep_for(std::chrono::milliseconds(kReconnectPauseMs));
  }
}

Result<Confirmed> Till::Skip(const Pending& pending) {
  auto message = Blank();
  message.set_sequence(pending.sequence);
  message.mutable_skip();
  const auto skip = protocol::SignMessage(message, key_);
  const Pending skipping{pending.sequence, skip.octets, skip.signature, {}, "skip"};
  LOTTERY_TRY_VOID(journal_.Intend(skipping));
  LOTTERY_TRY(const auto confirmed, Resolve(skipping));
  return Fail(ErrorCode::kExpired, "not sold; number " +
                                       std::to_string(confirmed.message.decoded->sequence()) +
                                       " is settled by a skip");
}

// What this very claim took out of the drawer: another claim of a paid ticket is refused, so "paid
// before" is what central says when the first answer to this one was lost.
std::int64_t PaidBy(const wire::ClaimResult& claim) {
  const bool paid = claim.outcome() == wire::ClaimResult::PAID ||
                    claim.outcome() == wire::ClaimResult::PAID_BEFORE;
  return paid ? claim.paid_fen() : 0;
}

Result<Confirmed> Till::Keep(const protocol::SignedMessage& message, wire::Receipt receipt,
                             const Bytes& t) {
  const Bytes key_id = crypto::KeyId(key_.public_key());
  LOTTERY_TRY_VOID(
      VerifyReceipt(message, receipt, {config_.operator_name, key_id, config_.record_key}));
  LOTTERY_TRY(Bytes leaf, LeafOf(message, receipt, 0, key_id));
  const auto& m = *message.decoded;
  base::json::object detail{{"kind", m.has_order()   ? "order"
                                     : m.has_void_() ? "void"
                                     : m.has_claim() ? "claim"
                                                     : "skip"},
                            {"origin", receipt.parts(0).origin()},
                            {"index", static_cast<std::int64_t>(receipt.parts(0).index())},
                            {"leaf_hash", base::ToHex(crypto::LeafHash(leaf).view())},
                            {"record_hash", base::ToHex(crypto::Sha256(receipt.record()).view())},
                            {"time_ms", receipt.parts(0).time_ms()},
                            {"print", m.has_order()}};
  if (m.has_claim()) detail["paid_fen"] = PaidBy(receipt.claim());
  if (m.sequence() == journal_.last_sequence() + 1)
    LOTTERY_TRY_VOID(journal_.Accepted(m.sequence(), message.hash, detail));
  return Confirmed{message, std::move(receipt), std::move(leaf), t};
}

Status Till::SignOn(const std::string& cashier) {
  LOTTERY_TRY_VOID(journal_.Note("sign_on", {{"cashier", cashier}, {"time_ms", clock_.Now().ms}}));
  config_.cashier = cashier;
  return {};
}

Status Till::SignOff(base::json::object report) {
  return journal_.Note(
      "sign_off",
      {{"cashier", config_.cashier}, {"time_ms", clock_.Now().ms}, {"report", std::move(report)}});
}

Result<wire::Status> Till::AskStatus() {
  LOTTERY_TRY(const auto frame, Call(FrameType::kStatusRequest, {}));
  wire::Status status;
  if (frame.type != FrameType::kStatus || !status.ParseFromString(frame.body))
    return Fail(ErrorCode::kBadMessage, "status");
  return status;
}

Result<wire::TicketStatus> Till::AskTicket(const protocol::PublicCode& code) {
  wire::TicketRequest request;
  request.set_origin(code.origin);
  request.set_index(code.index);
  request.set_leaf_hash(std::string(code.leaf_hash.view()));
  LOTTERY_TRY(const auto frame, Call(FrameType::kTicketRequest, request.SerializeAsString()));
  if (frame.type == FrameType::kRefusal) {
    wire::Refusal refusal;
    if (!refusal.ParseFromString(frame.body)) return Fail(ErrorCode::kBadMessage, "refusal");
    return tl::unexpected<base::Error>(protocol::FromRefusal(refusal));
  }
  wire::TicketStatus status;
  if (frame.type != FrameType::kTicketStatus || !status.ParseFromString(frame.body))
    return Fail(ErrorCode::kBadMessage, "ticket status");
  return status;
}

}  // namespace lottery::terminal
