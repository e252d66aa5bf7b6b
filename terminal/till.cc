#include "terminal/till.h"

#include <algorithm>
#include <thread>

#include "crypto/merkle.h"
#include "protocol/leaf.h"
#include "protocol/payment.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
using protocol::Frame;
using protocol::FrameType;

Result<std::unique_ptr<Till>> Till::Open(TillConfig config, SSL_CTX* context,
                                         const crypto::SigningKey& key, const base::Clock& clock) {
  LOTTERY_TRY(auto journal, Journal::Open(config.folder));
  // Another terminal's next number would be taken for a copy of this one.
  if (journal.terminal() != 0 && journal.terminal() != config.terminal)
    return Fail(ErrorCode::kUsage, "the journal in " + config.folder + " is that of terminal " +
                                       std::to_string(journal.terminal()));
  return std::unique_ptr<Till>(
      new Till(std::move(config), context, key, clock, std::move(journal)));
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

Result<Confirmed> Till::Claim(const std::string& origin, std::uint64_t index,
                              const protocol::SecretCode& secret, bool exchange) {
  auto message = Blank();
  auto* body = message.mutable_claim();
  body->set_origin(origin);
  body->set_index(index);
  body->set_t(secret.t);
  body->set_s(secret.s);
  const Bytes t = exchange ? crypto::RandomBytes(16) : Bytes();
  if (exchange) body->set_exchange_t_hash(std::string(crypto::Sha256(t).view()));
  return Submit(std::move(message), "claim", t);
}

Result<Confirmed> Till::Submit(wire::TerminalMessage message, const std::string& slip,
                               const Bytes& t) {
  // What is not settled, or not printed, is kept in one place, which the next message would take.
  if (journal_.pending()) return Fail(ErrorCode::kUnsettled);
  LOTTERY_TRY_VOID(Reach());
  if (journal_.last_sequence() == 0 && !heard_) LOTTERY_TRY_VOID(AskStatus());
  message.set_time_ms(clock_.Now().ms);
  message.set_not_after_ms(message.time_ms() + kNotAfterMs);
  const auto signed_message = protocol::SignMessage(message, key_);
  const Pending pending{message.sequence(), signed_message.octets, signed_message.signature, t,
                        slip};
  LOTTERY_TRY_VOID(journal_.Intend(pending));
  const std::int64_t signed_ms = base::SteadyMs();
  auto confirmed = Resolve(pending);
  const bool too_soon = !confirmed && confirmed.error().code == ErrorCode::kExpired &&
                        base::SteadyMs() - signed_ms < kNotAfterMs;
  if (too_soon) return Fail(ErrorCode::kTerminalClockWrong, "偏慢 behind");
  return confirmed;
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

Status Till::Connect() {
  if (client_) return {};
  LOTTERY_TRY(auto fresh, protocol::net::Client::Connect(config_.address, context_,
                                                         kAnswerTimeoutMs, &session_));
  client_.emplace(std::move(fresh));
  return {};
}

// A line before anything is signed: without one it is certain at once that nothing is sold.
Status Till::Reach() {
  const std::int64_t started = base::SteadyMs();
  while (true) {
    auto connected = Connect();
    if (connected) backoff_.Reset();
    const bool enough = connected || !base::IsTransient(connected.error().code) ||
                        base::SteadyMs() - started >= config_.patience_ms;
    if (enough) return connected;
    if (on_retry) on_retry(connected.error());
    Pause();
  }
}

void Till::Pause() {
  std::this_thread::sleep_for(
      std::chrono::milliseconds(backoff_.NextMs(crypto::RandomBelow(Backoff::kMostMs))));
}

Result<Frame> Till::Call(FrameType type, const Bytes& body) {
  LOTTERY_TRY_VOID(Connect());
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
    if (refusal.retry_after_ms() != 0) {  // busy: it keeps a place for us until then
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::min(refusal.retry_after_ms(), kLongestRetryMs)));
      backoff_.Reset();
    }
    return tl::unexpected<base::Error>(protocol::FromRefusal(refusal));
  }
  if (frame && frame->type == FrameType::kReceipt) return frame;
  // Only central's own refusal says "not accepted"; everything else leaves the fate unknown.
  client_.reset();
  if (frame) return Fail(ErrorCode::kDisconnected, "not an answer");
  const auto& error = frame.error();
  const bool lasting = error.code == ErrorCode::kBadCertificate;
  return Fail(lasting ? ErrorCode::kBadCertificate : ErrorCode::kDisconnected, error.detail);
}

// Sends the same octets until the answer is certain. Past not_after central can no longer accept
// them, so a signed skip settles the number: only then is "not sold" the truth.
Result<Confirmed> Till::Resolve(const Pending& pending) {
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(pending.message, pending.signature));
  std::this_thread::sleep_until(not_before_);
  const std::int64_t started = base::SteadyMs();
  backoff_.Reset();
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
    if (error.code ==
        ErrorCode::kBadCertificate)  // no attempt helps; the journal keeps the message
      return tl::unexpected<base::Error>(error);
    if (!base::IsTransient(error.code)) {
      if (error.code == ErrorCode::kExpired && !message.decoded->has_skip()) return Skip(pending);
      LOTTERY_TRY_VOID(journal_.Refused(pending.sequence, std::string(base::NameOf(error.code))));
      return tl::unexpected<base::Error>(error);
    }
    if (on_retry) on_retry(error);
    if (base::SteadyMs() - started > kGiveUpMs)
      return Fail(ErrorCode::kTimeout, "the line stayed dead; the journal keeps the message");
    Pause();
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

namespace {
// Central's figures are looked at before anything adds them up.
constexpr int kMostDrawsTold = 10'000;
bool IsAmount(std::int64_t fen) { return fen >= 0 && fen <= protocol::kMostBalanceFen; }

// What this very claim took out of the drawer: another claim of a paid ticket is refused, so "paid
// before" is what central says when the first answer to this one was lost.
std::int64_t PaidBy(const wire::ClaimResult& claim) {
  const bool paid = claim.outcome() == wire::ClaimResult::PAID ||
                    claim.outcome() == wire::ClaimResult::PAID_BEFORE;
  return paid ? claim.paid_fen() : 0;
}

// The exchange ticket that is printed is the one the payer signed for: it is what later draws are
// paid to.
Status CheckExchange(const wire::Claim& asked, const wire::Receipt& receipt,
                     const protocol::Payment& payment) {
  const auto forged = [](const char* why) { return Fail(ErrorCode::kPaymentForged, why); };
  if (payment.exchange.has_value() != receipt.claim().has_exchange())
    return forged("an exchange ticket too many or too few");
  if (!payment.exchange) return {};
  LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(receipt.claim().exchange().leaf()));
  const bool same = payment.exchange->t_hash.view() == asked.exchange_t_hash() &&
                    payment.exchange->s_hash == crypto::Sha256(receipt.s()) &&
                    payment.exchange->order == crypto::Sha256(leaf.message);
  return same ? Status() : forged("another exchange ticket");
}

// Nobody is told "paid" on central's word: settlement and control agreed that this ticket is owed
// so much, and the payer signed for this very claim.
Status CheckClaim(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                  const protocol::Trust& trust) {
  const auto& claim = receipt.claim();
  const bool sound = IsAmount(claim.paid_fen()) && IsAmount(claim.tax_fen());
  if (!sound) return Fail(ErrorCode::kBadMessage, "an amount of a claim");
  if (claim.outcome() != wire::ClaimResult::PAID &&
      claim.outcome() != wire::ClaimResult::PAID_BEFORE)
    return claim.has_exchange() ? Fail(ErrorCode::kPaymentForged, "an exchange of nothing")
                                : Status();
  LOTTERY_TRY(const auto payment, protocol::CheckPayment(claim.proof(), trust));
  const auto& asked = message.decoded->claim();
  if (payment.claim != message.hash || payment.origin != asked.origin() ||
      payment.index != asked.index() || payment.terminal != message.decoded->terminal())
    return Fail(ErrorCode::kPaymentForged, "of another claim");
  if (payment.paid().fen() != claim.paid_fen() || payment.tax.fen() != claim.tax_fen())
    return Fail(ErrorCode::kPaymentForged, "another amount");
  return CheckExchange(asked, receipt, payment);
}
}  // namespace

Result<Confirmed> Till::Keep(const protocol::SignedMessage& message, wire::Receipt receipt,
                             const Bytes& t) {
  const Bytes key_id = crypto::KeyId(key_.public_key());
  LOTTERY_TRY_VOID(
      VerifyReceipt(message, receipt, {config_.operator_name, key_id, config_.record_key}));
  LOTTERY_TRY_VOID(CheckClaim(message, receipt, config_.trust));
  LOTTERY_TRY(Bytes leaf, LeafOf(message, receipt, 0, key_id));
  const auto& m = *message.decoded;
  base::json::array parts;
  for (int i = 0; i < receipt.parts_size(); ++i) {
    LOTTERY_TRY(const Bytes part, LeafOf(message, receipt, i, key_id));
    parts.push_back(
        base::json::object{{"origin", receipt.parts(i).origin()},
                           {"index", static_cast<std::int64_t>(receipt.parts(i).index())},
                           {"leaf_hash", base::ToHex(crypto::LeafHash(part).view())}});
  }
  base::json::object detail{{"kind", m.has_order()   ? "order"
                                     : m.has_void_() ? "void"
                                     : m.has_claim() ? "claim"
                                                     : "skip"},
                            {"parts", std::move(parts)},
                            {"record_hash", base::ToHex(crypto::Sha256(receipt.record()).view())},
                            {"time_ms", receipt.parts(0).time_ms()},
                            {"print", GivesTicket(message, receipt)}};
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

namespace {
// An answer of the wanted kind; a refusal is its error.
template <typename Message>
Result<Message> Read(const Frame& frame, FrameType wanted) {
  if (frame.type == FrameType::kRefusal) {
    wire::Refusal refusal;
    if (!refusal.ParseFromString(frame.body)) return Fail(ErrorCode::kBadMessage, "refusal");
    return tl::unexpected<base::Error>(protocol::FromRefusal(refusal));
  }
  Message message;
  if (frame.type != wanted || !message.ParseFromString(frame.body))
    return Fail(ErrorCode::kBadMessage, "not the answer to what was asked");
  return message;
}
}  // namespace

Result<wire::Status> Till::AskStatus() {
  LOTTERY_TRY(const auto frame, Call(FrameType::kStatusRequest, {}));
  LOTTERY_TRY(auto status, Read<wire::Status>(frame, FrameType::kStatus));
  const bool sound = status.draws_size() <= kMostDrawsTold &&
                     status.balance_fen() <= protocol::kMostBalanceFen &&
                     status.balance_fen() >= -protocol::kMostBalanceFen;
  if (!sound) return Fail(ErrorCode::kBadMessage, "balance or draws");
  // A lost journal would sign number 1 once more, and central would take that for a copied key.
  const auto& j = journal_;
  if (status.sequence() != 0 && j.last_sequence() == 0 && !j.pending())
    return Fail(ErrorCode::kJournalLost,
                std::to_string(status.sequence()) + " messages; " + config_.folder);
  heard_ = true;
  return status;
}

Result<wire::TicketStatus> Till::AskTicket(const protocol::PublicCode& code) {
  wire::TicketRequest request;
  request.set_origin(code.origin);
  request.set_index(code.index);
  request.set_leaf_hash(std::string(code.leaf_hash.view()));
  LOTTERY_TRY(const auto frame, Call(FrameType::kTicketRequest, request.SerializeAsString()));
  LOTTERY_TRY(auto status, Read<wire::TicketStatus>(frame, FrameType::kTicketStatus));
  bool sound = status.parts_size() <= kMostDrawsTold;
  for (const auto& part : status.parts()) sound = sound && IsAmount(part.prize_fen());
  if (!sound) return Fail(ErrorCode::kBadMessage, "prizes or draws of the ticket");
  return status;
}

Result<wire::SealStatus> Till::AskSeal(const wire::SealRequest& request) {
  LOTTERY_TRY(const auto frame, Call(FrameType::kSealRequest, request.SerializeAsString()));
  return Read<wire::SealStatus>(frame, FrameType::kSealStatus);
}

std::string Till::Sign(const protocol::TerminalCheck& check) const {
  crypto::Envelope envelope{std::string(protocol::kTypeTerminalCheck), check.ToBody(), {}};
  envelope.Sign(key_);
  return envelope.ToText();
}

Status Till::NoteSealCheck(const std::string& origin, const protocol::TerminalCheck& check,
                           bool agrees) {
  return journal_.Note("seal_check", {{"origin", origin},
                                      {"seal", base::ToHex(check.seal.view())},
                                      {"agrees", agrees},
                                      {"time_ms", check.at.ms}});
}

}  // namespace lottery::terminal
