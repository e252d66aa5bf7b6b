#include "central/claim_desk.h"

#include "base/log.h"
#include "base/thread.h"
#include "central/accepted_index.h"
#include "protocol/payment.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
namespace {

constexpr int kPayerTimeoutMs = 10'000;
constexpr std::size_t kTOctets = 16, kSOctets = 32;

tl::unexpected<base::Error> Unavailable(std::string why) {
  return Fail(ErrorCode::kPayerUnavailable, std::move(why));
}

}  // namespace

void ClaimDesk::Start() {
  for (int i = 0; i < kClaimThreads; ++i)
    threads_.emplace_back([this] {
      base::BeNice(base::kNiceOfBookkeepers);
      Loop();
    });
}

void ClaimDesk::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  const std::lock_guard lock(mutex_);
  work_.clear();
}

bool ClaimDesk::Post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || work_.size() >= kMostClaimsWaiting) return false;
    work_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void ClaimDesk::Loop() {
  Line line;
  while (true) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !work_.empty(); });
      if (stopping_) return;
      work = std::move(work_.front());
      work_.pop_front();
    }
    work(line);
  }
}

Result<base::pg::Session*> ClaimDesk::Open(Line& line) {
  if (!line.session || line.session->Broken()) {
    LOTTERY_TRY(auto session, base::pg::Session::Open(conninfo_));
    LOTTERY_TRY_VOID(session.Script("SET application_name = 'lottery-central-claims'"));
    line.session.emplace(std::move(session));
  }
  return &*line.session;
}

// A refusal is an answer; what is transient is none. A line of before may have gone with a payer
// that was started again, so the second try is on a new one: asking twice pays once.
Result<wire::PayAnswer> ClaimDesk::Ask(Line& line, const wire::PayRequest& request) {
  if (payer_.empty()) return Unavailable("central was started without a payer");
  const bool old_line = line.payer.has_value();
  for (int attempt = old_line ? 0 : 1; attempt < 2; ++attempt) {
    if (!line.payer) {
      auto connected = protocol::net::LocalClient::Connect(payer_);
      if (!connected) return Unavailable(connected.error().detail);
      line.payer.emplace(std::move(*connected));
    }
    const auto octets = line.payer->Call(request.SerializeAsString(), kPayerTimeoutMs);
    if (!octets) {
      line.payer.reset();
      if (octets.error().code == ErrorCode::kDisconnected && attempt == 0) continue;
      return Unavailable("the payer does not answer");
    }
    wire::PayAnswer answer;
    if (!answer.ParseFromString(*octets)) return Unavailable("the payer's answer");
    const auto refusal = base::ErrorCodeFrom(answer.refusal());
    if (answer.refusal() != 0 && (!refusal || base::IsTransient(*refusal) ||
                                  *refusal == ErrorCode::kPayerUnavailable))
      return Unavailable("the payer cannot say now");
    return answer;
  }
  return Unavailable("the payer does not answer");
}

// The leaves of the ticket a claim is of, in draw order.
Result<std::vector<Place>> ClaimDesk::PartsOf(Line& line, const wire::Claim& claim) {
  LOTTERY_TRY(base::pg::Session * session, Open(line));
  LOTTERY_TRY(const auto log,
              session->Exec("SELECT id FROM issuance.log WHERE origin = $1", {claim.origin()}));
  if (log.size() != 1) return Fail(ErrorCode::kUnknownTicket);
  LOTTERY_TRY(const auto raw,
              FindLeaf(*session, {static_cast<std::int32_t>(log.Int(0, 0)), claim.index()}));
  if (!raw) return Fail(ErrorCode::kUnknownTicket);
  LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(*raw));
  LOTTERY_TRY(const auto order, protocol::DecodeMessage(leaf.message, leaf.signature));
  LOTTERY_TRY(const auto accepted,
              FindAccepted(*session, order.decoded->terminal(), order.decoded->sequence()));
  if (!accepted) return Fail(ErrorCode::kFileCorrupt, "a leaf whose batch does not know it");
  return std::vector<Place>(accepted->parts.begin(), accepted->parts.end());
}

// While draws of the ticket are to come, whoever has seen its secrets could pay the early prize,
// hand the ticket back and wait: so a claim must take the secrets out of use.
base::Status ClaimDesk::NeedsNoExchange(Line& line, const wire::Claim& claim) {
  LOTTERY_TRY(const auto parts, PartsOf(line, claim));
  LOTTERY_TRY(base::pg::Session * session, Open(line));
  for (const auto& part : parts) {
    LOTTERY_TRY(const auto state, session->Exec("SELECT state FROM settlement.ticket_state($1, $2)",
                                                {part.log, static_cast<std::int64_t>(part.index)}));
    if (state.Text(0, 0) == "sold") return Fail(ErrorCode::kExchangeRequired);
  }
  return {};
}

base::Status ClaimDesk::Check(Line& line, const protocol::SignedMessage& message) {
  const auto& claim = message.decoded->claim();
  if (claim.t().size() != kTOctets || claim.s().size() != kSOctets)
    return Fail(ErrorCode::kWrongSecret);
  wire::PayRequest request;
  request.set_message(message.octets);
  request.set_signature(message.signature);
  request.set_only_asks(true);
  request.set_time_ms(clock_.Now().ms);
  LOTTERY_TRY(const auto answer, Ask(line, request));
  if (answer.refusal() != 0)
    return Fail(base::ErrorCodeFrom(answer.refusal()).value_or(ErrorCode::kInternal));
  return protocol::AsksForExchange(*message.decoded) ? base::Status()
                                                     : NeedsNoExchange(line, claim);
}

void ClaimDesk::CheckClaim(const protocol::SignedMessage& message,
                           std::function<void(base::Status)> done) {
  const auto answer = std::make_shared<std::function<void(base::Status)>>(std::move(done));
  const bool taken = Post([this, message, answer](Line& line) { (*answer)(Check(line, message)); });
  if (!taken) (*answer)(Fail(ErrorCode::kBusy));
}

base::Status ClaimDesk::AddParts(Line& line, const std::vector<Place>& parts,
                                 wire::PayRequest& request) {
  LOTTERY_TRY(base::pg::Session * session, Open(line));
  for (const auto& part : parts) {
    LOTTERY_TRY(const auto log,
                session->Exec("SELECT origin FROM issuance.log WHERE id = $1", {part.log}));
    if (log.size() != 1) return Fail(ErrorCode::kFileCorrupt, "a part in no log");
    auto* added = request.add_parts();
    added->set_origin(std::string(log.Text(0, 0)));
    added->set_index(part.index);
  }
  return {};
}

// What the exchange ticket is printed from; without draws left there is none, and no secret of it.
base::Status ClaimDesk::AddExchange(Line& line, const Place& first, const wire::PayAnswer& answer,
                                    wire::Receipt& receipt) {
  if (answer.origins_size() == 0) {
    receipt.clear_s();
    return {};
  }
  LOTTERY_TRY(base::pg::Session * session, Open(line));
  LOTTERY_TRY(const auto origin,
              session->Exec("SELECT origin FROM issuance.log WHERE id = $1", {first.log}));
  LOTTERY_TRY(auto leaf, FindLeaf(*session, first));
  if (!leaf) return Fail(ErrorCode::kFileCorrupt, "the first leaf of a ticket is not there");
  auto* exchange = receipt.mutable_claim()->mutable_exchange();
  exchange->set_origin(std::string(origin.Text(0, 0)));
  exchange->set_index(first.index);
  exchange->set_leaf(std::move(*leaf));
  for (const auto& part : answer.origins()) exchange->add_origins(part);
  return {};
}

Result<wire::Receipt> ClaimDesk::Pay(Line& line, const protocol::SignedMessage& message,
                                     wire::Receipt receipt) {
  const auto& claim = message.decoded->claim();
  const bool exchange = protocol::AsksForExchange(*message.decoded);
  wire::PayRequest request;
  request.set_message(message.octets);
  request.set_signature(message.signature);
  request.set_time_ms(receipt.parts(0).time_ms());
  request.set_claim_leaf(receipt.parts(0).index());
  std::vector<Place> parts;
  if (exchange) {
    LOTTERY_TRY(parts, PartsOf(line, claim));
    LOTTERY_TRY_VOID(AddParts(line, parts, request));
    request.set_exchange_s_hash(std::string(crypto::Sha256(receipt.s()).view()));
  }
  LOTTERY_TRY(auto answer, Ask(line, request));
  auto* result = receipt.mutable_claim();
  result->set_refusal(answer.refusal());
  if (answer.refusal() != 0) {
    result->set_outcome(wire::ClaimResult::REFUSED);
    receipt.clear_s();
    return receipt;
  }
  const auto payment = protocol::CheckPayment(answer.proof(), trust_);
  if (!payment) return Unavailable("what the payer shows does not hold: " + payment.error().detail);
  if (payment->claim != message.hash || payment->terminal != message.decoded->terminal() ||
      payment->origin != claim.origin() || payment->index != claim.index())
    return Unavailable("the payer shows another payment");
  const bool same_exchange =
      !payment->exchange ? answer.origins_size() == 0
                         : exchange && payment->exchange->s_hash == crypto::Sha256(receipt.s());
  if (!same_exchange) return Unavailable("the payer shows another exchange ticket");
  result->set_outcome(answer.fresh() ? wire::ClaimResult::PAID : wire::ClaimResult::PAID_BEFORE);
  result->set_paid_fen(payment->paid().fen());
  result->set_paid_at_ms(payment->at.ms);
  result->set_tax_fen(payment->tax.fen());
  result->set_paid_by_terminal(payment->terminal);
  if (exchange) LOTTERY_TRY_VOID(AddExchange(line, parts[0], answer, receipt));
  *result->mutable_proof() = std::move(*answer.mutable_proof());
  return receipt;
}

void ClaimDesk::PayClaim(const protocol::SignedMessage& message, wire::Receipt receipt,
                         std::function<void(Outcome)> done) {
  const auto answer = std::make_shared<std::function<void(Outcome)>>(std::move(done));
  const bool taken = Post([this, message, answer, receipt = std::move(receipt)](Line& line) {
    const auto paid = Pay(line, message, receipt);
    if (paid) return (*answer)(paid->SerializeAsString());
    // The number is used: whatever went wrong, the terminal must ask again with the same octets.
    base::LogWarn("claim accepted and not paid yet: " + paid.error().detail);
    (*answer)(base::IsTransient(paid.error().code)
                  ? Outcome(tl::unexpected<base::Error>(paid.error()))
                  : Outcome(Fail(ErrorCode::kDatabaseUnavailable)));
  });
  if (!taken) (*answer)(Fail(ErrorCode::kBusy));
}

}  // namespace lottery::central
