#include "settlement/payer/payer.h"

#include <thread>

#include "base/log.h"
#include "protocol/leaf.h"

namespace lottery::settlement::payer {
using base::ErrorCode;
using base::Fail;
using base::Money;
using base::pg::Param;
using base::pg::Session;
namespace {

// A step that central has logged is witnessed a moment later: so long a claim waits for it.
constexpr int kWitnessWaitMs = 3'000, kWitnessLookMs = 50;
constexpr std::size_t kMostDrawsOfATicket = 10;
constexpr std::size_t kMostLists = 256;           // half a megabyte each, of a national draw
constexpr std::chrono::milliseconds kFresh{100};  // a log looked at so lately is not read again

// What is final: everything else (rows that do not fit, a database that is away, a log that is not
// read yet) is asked again, for somebody mends it.
bool IsFinal(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnknownTicket:
    case ErrorCode::kNoPrize:
    case ErrorCode::kWrongSecret:
    case ErrorCode::kExchanged:
    case ErrorCode::kAlreadyPaid:
    case ErrorCode::kClaimLate:
    case ErrorCode::kIdentityRequired:
    case ErrorCode::kCentreOnly:
    case ErrorCode::kNotAgreed:
    case ErrorCode::kNotDrawnYet:
    case ErrorCode::kOldRule:
    case ErrorCode::kPaymentForged:
    case ErrorCode::kBadMessage:
    case ErrorCode::kBadSignature:
      return true;
    default:
      return false;
  }
}

wire::PayAnswer Refuse(std::uint32_t code) {  // 0 of none
  wire::PayAnswer answer;
  answer.set_refusal(code);
  return answer;
}

}  // namespace

Status Payer::Begin(Session& session) {
  const std::lock_guard lock(mutex_);
  LOTTERY_TRY_VOID(
      log_.CatchUp(session, Papers::Wants, [&](const Entry& entry) { papers_.Take(entry); }));
  // The log counts first, then what was signed behind it, in the order of signing.
  for (const auto& paper : journal_.found()) {
    const auto payment = protocol::OpenPayment(paper, trust_.KeysFor("payer"));
    if (!payment) return Fail(ErrorCode::kFileCorrupt, "the payer's journal has a strange paper");
    LOTTERY_TRY(const auto draw, protocol::DrawOfOrigin(trust_.operator_name, payment->origin));
    if (!papers_.IsPaid(draw, payment->place)) papers_.Await(paper);
  }
  LOTTERY_TRY(
      const auto rows,
      session.ExecBinary("SELECT DISTINCT p.paper FROM settlement.exchange x JOIN "
                         "settlement.payment p USING (claim_hash) WHERE p.paper IS NOT NULL",
                         {}));
  for (int i = 0; i < rows.size(); ++i) papers_.TakePayment(rows.Text(i, 0));
  std::vector<Bytes> left;
  for (const auto& paper : journal_.found()) {
    const auto payment = protocol::OpenPayment(paper, trust_.KeysFor("payer"));
    if (payment && papers_.AwaitedOf(payment->claim)) left.push_back(paper);
  }
  return journal_.Keep(left);
}

// Signed by the terminal whose key the witnessed log has.
Result<protocol::SignedMessage> Payer::Open(const wire::PayRequest& request) {
  LOTTERY_TRY(auto message, protocol::DecodeMessage(request.message(), request.signature()));
  if (!message.decoded->has_claim()) return Fail(ErrorCode::kBadMessage, "no claim");
  const std::lock_guard lock(mutex_);
  const Bytes* key = papers_.TerminalKey(message.decoded->terminal());
  if (key == nullptr) return Fail(ErrorCode::kUnknownTerminal);
  if (!protocol::SignatureHolds(message, *key)) return Fail(ErrorCode::kBadSignature);
  return message;
}

// Pre: mutex_ is held.
Status Payer::CatchUp(Session& session) {
  LOTTERY_TRY_VOID(
      log_.CatchUp(session, Papers::Wants, [&](const Entry& entry) { papers_.Take(entry); }));
  looked_ = std::chrono::steady_clock::now();
  return {};
}

Status Payer::Look(Session& session) {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::now() < looked_ + kFresh ? Status() : CatchUp(session);
}

// What the log has by now and its witnesses have not cosigned yet is waited for, and no more.
Result<protocol::Owed> Payer::Owed(Session& session, const DrawId& draw) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWitnessWaitMs);
  std::optional<std::uint64_t> stored;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      auto owed = papers_.OwedOf(draw);
      if (owed) return owed;
      const auto code = owed.error().code;
      if (code != ErrorCode::kNotAgreed || std::chrono::steady_clock::now() > until) return owed;
      if (!stored) {
        LOTTERY_TRY(stored, log_.Stored(session));
      } else if (log_.size() >= *stored) {
        return owed;
      }
      LOTTERY_TRY_VOID(CatchUp(session));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kWitnessLookMs));
  }
}

Result<Listed> Payer::Find(Session& session, const protocol::Owed& owed, std::uint64_t index) {
  std::shared_ptr<const OwedList> list;
  {
    const std::lock_guard lock(mutex_);
    list = lists_[owed.draw];
  }
  if (!list) {
    LOTTERY_TRY(auto loaded, OwedList::Load(session, owed));
    list = std::make_shared<const OwedList>(std::move(loaded));
    const std::lock_guard lock(mutex_);
    if (lists_.size() >= kMostLists) lists_.clear();
    lists_[owed.draw] = list;
  }
  return list->Find(session, index);
}

// The sale's own leaf says whose secrets pay it; the list says which leaf that is.
Status Payer::CheckTicket(Session& session, const wire::PayRequest& request, Claim& claim) {
  const auto& shown = claim.message.decoded->claim();
  LOTTERY_TRY(const auto log,
              session.Exec("SELECT id FROM issuance.log WHERE origin = $1", {shown.origin()}));
  if (log.size() != 1) return Fail(ErrorCode::kUnknownTicket);
  LOTTERY_TRY(const auto raw, ReadLeaf(session, log.Int(0, 0), shown.index()));
  if (!raw || crypto::LeafHash(*raw) != claim.listed.winner.sale)
    return Fail(ErrorCode::kStatementForged, "the stored leaf is not the one on the list");
  LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(*raw));
  LOTTERY_TRY(const auto sale, protocol::DecodeMessage(leaf.message, leaf.signature));
  claim.order = sale.hash;
  LOTTERY_TRY(const auto t_hash, base::DigestFrom(sale.decoded->order().t_hash()));
  claim.own = {t_hash, leaf.s_hash};
  claim.shown = {crypto::Sha256(shown.t()), crypto::Sha256(shown.s())};
  const std::lock_guard lock(mutex_);
  LOTTERY_TRY_VOID(papers_.CheckSecrets(claim.order, claim.own, claim.shown, claim.message.hash));
  const bool late = !claim.owed.refund && request.time_ms() > claim.owed.claim_until.ms;
  return late ? Fail(ErrorCode::kClaimLate) : Status();
}

Result<Payer::Claim> Payer::LookAt(Session& session, const wire::PayRequest& request) {
  Claim claim;
  LOTTERY_TRY_VOID(Look(session));
  LOTTERY_TRY(claim.message, Open(request));
  const auto& shown = claim.message.decoded->claim();
  LOTTERY_TRY(claim.draw, protocol::DrawOfOrigin(trust_.operator_name, shown.origin()));
  LOTTERY_TRY(claim.owed, Owed(session, claim.draw));
  LOTTERY_TRY(claim.listed, Find(session, claim.owed, shown.index()));
  return claim;
}

void Payer::PutProof(const Claim& claim, const Bytes& paper, wire::PayAnswer& answer) {
  auto* proof = answer.mutable_proof();
  proof->set_payment(paper);
  proof->set_winner(claim.listed.leaf);
  proof->set_path(claim.listed.path);
  const std::lock_guard lock(mutex_);
  proof->set_statement(papers_.StatementOf(claim.draw));
  proof->set_agreement(papers_.AgreementOf(claim.draw));
}

namespace {

// Draws the exchange ticket is to stand for: those of the ticket that are not lost, void or paid.
struct Left {
  std::string logs = "{", indices = "{";
  std::vector<std::string> origins;
};

Result<Left> PartsLeft(Session& session, const wire::PayRequest& request,
                       const std::string& claimed) {
  Left out;
  if (request.exchange_s_hash().empty()) {
    out.logs += "}";
    out.indices += "}";
    return out;
  }
  if (static_cast<std::size_t>(request.parts_size()) > kMostDrawsOfATicket)
    return Fail(ErrorCode::kBadMessage, "parts");
  for (const auto& part : request.parts()) {
    if (part.origin() == claimed) continue;
    LOTTERY_TRY(const auto rows,
                session.Exec("SELECT l.id, (settlement.ticket_state(l.id, $2)).state FROM "
                             "issuance.log l WHERE l.origin = $1",
                             {part.origin(), static_cast<std::int64_t>(part.index())}));
    if (rows.size() != 1) return Fail(ErrorCode::kUnknownTicket, part.origin());
    const auto state = rows.Text(0, 1);
    if (state != "sold" && state != "won" && state != "refund") continue;
    const char* comma = out.origins.empty() ? "" : ",";
    out.logs += comma + std::string(rows.Text(0, 0));
    out.indices += comma + std::to_string(part.index());
    out.origins.push_back(part.origin());
  }
  out.logs += "}";
  out.indices += "}";
  return out;
}

// What central is handed: the payment, the ticket's way to the root, and where its claim lies.
std::string HandedIn(const wire::PayRequest& request, const wire::TerminalMessage& message,
                     const Bytes& paper, const Listed& listed) {
  return base::ToLine(
      base::json::object{{"terminal", message.terminal()},
                         {"payment", base::ToHex(paper)},
                         {"winner", base::ToHex(listed.leaf)},
                         {"path", base::ToHex(listed.path)},
                         {"claim_leaf", static_cast<std::int64_t>(request.claim_leaf())},
                         {"sequence", static_cast<std::int64_t>(message.sequence())},
                         {"exchange", protocol::AsksForExchange(message)}});
}

}  // namespace

// The claim is in the witnessed log, octet for octet: another time, or a claim central never took,
// would be paid here and refused there.
Status Payer::CheckLogged(Session& session, const wire::PayRequest& request,
                          const protocol::SignedMessage& message) {
  const auto& m = *message.decoded;
  const auto leaf = crypto::LeafHash(
      protocol::ClaimLeaf({request.time_ms()}, m.terminal(), m.sequence(), message.hash,
                          m.claim().origin(), m.claim().index(), protocol::AsksForExchange(m)));
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWitnessWaitMs);
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (papers_.HasClaim(request.claim_leaf(), leaf)) return {};
      if (request.claim_leaf() < log_.size())
        return Fail(ErrorCode::kPaymentForged, "a claim that is not in the audit log");
      if (std::chrono::steady_clock::now() > until)
        return Fail(ErrorCode::kPayerUnavailable, "the claim is not witnessed yet");
      LOTTERY_TRY_VOID(CatchUp(session));
      if (papers_.HasClaim(request.claim_leaf(), leaf)) return {};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kWitnessLookMs));
  }
}

// A row that says "paid" is believed with this payer's signature, and else somebody has to look.
Status Payer::WhyNot(Session& session, const Claim& claim, std::int64_t refusal) {
  const auto code = base::ErrorCodeFrom(static_cast<std::uint32_t>(refusal));
  if (code != ErrorCode::kAlreadyPaid) return Fail(code.value_or(ErrorCode::kInternal));
  LOTTERY_TRY(const auto rows,
              session.ExecBinary("SELECT paper FROM settlement.payment WHERE game = $1 AND draw = "
                                 "$2 AND idx = $3",
                                 {claim.draw.game, claim.draw.number,
                                  static_cast<std::int64_t>(claim.listed.winner.index)}));
  const auto paid = rows.size() == 1 && !rows.Null(0, 0)
                        ? protocol::OpenPayment(rows.Text(0, 0), trust_.KeysFor("payer"))
                        : Fail(ErrorCode::kFileCorrupt);
  const bool signed_by_us =
      paid && paid->index == claim.listed.winner.index && paid->statement == claim.owed.statement;
  return Fail(signed_by_us ? ErrorCode::kAlreadyPaid : ErrorCode::kFileCorrupt,
              "a payment nobody signed: " + claim.draw.ToText() + " " +
                  std::to_string(claim.listed.winner.index));
}

// On disk before anybody sees it. What was signed for the claim before is what it gets.
Result<Bytes> Payer::Sign(const protocol::Payment& payment) {
  {
    const std::lock_guard lock(mutex_);
    if (auto before = papers_.AwaitedOf(payment.claim)) return std::move(*before);
  }
  Bytes paper = protocol::SignPayment(payment, key_);
  LOTTERY_TRY_VOID(protocol::OpenPayment(paper, trust_.KeysFor("payer")).map([](const auto&) {}));
  LOTTERY_TRY_VOID(journal_.Append(paper));
  const std::lock_guard lock(mutex_);
  papers_.Await(paper);
  return paper;
}

Result<wire::PayAnswer> Payer::Pay(Session& session, const wire::PayRequest& request,
                                   const Claim& claim) {
  const auto& message = *claim.message.decoded;
  const auto& shown = message.claim();
  const auto index = static_cast<std::int64_t>(shown.index());
  const auto terminal = static_cast<std::int64_t>(message.terminal());
  const auto& [game, number] = claim.draw;
  LOTTERY_TRY_VOID(CheckLogged(session, request, claim.message));
  const std::lock_guard one(orders_[claim.order.octets[0]]);
  {
    const std::lock_guard lock(mutex_);
    LOTTERY_TRY_VOID(papers_.CheckSecrets(claim.order, claim.own, claim.shown, claim.message.hash));
  }
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(const auto begun,
              session.ExecBinary("SELECT refusal, tax_fen, outlet::integer, paper FROM "
                                 "settlement.begin_payment($1, $2, $3, $4, $5, $6)",
                                 {game, number, index, claim.listed.winner.prize.fen(),
                                  Param::Bytea(claim.message.hash.view()), terminal}));
  if (begun.Int(0, 0) != 0)
    return tl::unexpected<base::Error>(WhyNot(session, claim, begun.Int(0, 0)).error());
  if (!begun.Null(0, 3)) return Again(session, request, claim, begun.Bytea(0, 3));
  LOTTERY_TRY(const auto left, PartsLeft(session, request, shown.origin()));
  wire::PayAnswer answer;
  {
    const std::lock_guard lock(mutex_);
    if (papers_.IsPaidByAnother(claim.draw, claim.listed.place, claim.message.hash)) {
      base::LogError("兑付记录被删 a payment that is logged is missing in the store: " +
                     shown.origin() + " " + std::to_string(shown.index()));
      return Fail(ErrorCode::kAlreadyPaid);
    }
  }
  protocol::Payment payment;
  payment.claim = claim.message.hash;
  payment.statement = claim.owed.statement;
  payment.origin = shown.origin();
  payment.index = shown.index();
  payment.place = claim.listed.place;
  payment.gross = claim.listed.winner.prize;
  payment.tax = Money::FromFen(begun.Int(0, 1));
  payment.terminal = message.terminal();
  payment.at = {request.time_ms()};
  payment.into_deposit = begun.Int(0, 2) != 0;
  if (!left.origins.empty()) {
    LOTTERY_TRY(const auto new_t, base::DigestFrom(shown.exchange_t_hash()));
    LOTTERY_TRY(const auto new_s, base::DigestFrom(request.exchange_s_hash()));
    payment.exchange = protocol::Payment::Exchange{claim.order, new_t, new_s};
  }
  LOTTERY_TRY(const Bytes paper, Sign(payment));
  LOTTERY_TRY(payment, protocol::OpenPayment(paper, trust_.KeysFor("payer")));
  const Bytes t_hash(payment.exchange ? payment.exchange->t_hash.view() : base::ByteView());
  const Bytes s_hash(payment.exchange ? payment.exchange->s_hash.view() : base::ByteView());
  LOTTERY_TRY_VOID(
      session
          .Exec("SELECT settlement.end_payment($1, $2, $3, $4, $5, $6, $7, $8, $9::boolean, $10, "
                "$11, $12, $13, $14::integer[], $15::bigint[])",
                {game, number, index, Param::Bytea(payment.claim.view()), terminal,
                 payment.paid().fen(), payment.tax.fen(), payment.at.ms,
                 payment.into_deposit ? "true" : "false", Param::Bytea(paper),
                 HandedIn(request, message, paper, claim.listed), Param::Bytea(t_hash),
                 Param::Bytea(s_hash), left.logs, left.indices})
          .map([](const auto&) {}));
  LOTTERY_TRY_VOID(transaction.Finish());
  answer.set_fresh(true);
  for (const auto& origin : left.origins) answer.add_origins(origin);
  PutProof(claim, paper, answer);
  return answer;
}

// What this payer signed for the very claim before.
Result<std::optional<Bytes>> Payer::PaidBefore(Session& session, const Digest& claim) {
  LOTTERY_TRY(const auto rows,
              session.ExecBinary("SELECT paper FROM settlement.payment WHERE claim_hash = $1 AND "
                                 "paper IS NOT NULL",
                                 {Param::Bytea(claim.view())}));
  if (rows.size() == 0) return std::optional<Bytes>();
  LOTTERY_TRY(const auto paid, protocol::OpenPayment(rows.Text(0, 0), trust_.KeysFor("payer")));
  if (paid.claim != claim) return Fail(ErrorCode::kFileCorrupt, "a payment of another claim");
  return std::optional(rows.Bytea(0, 0));
}

// The same answer again, whatever has become of the ticket's secrets meanwhile.
Result<wire::PayAnswer> Payer::Again(Session& session, const wire::PayRequest& request,
                                     const Claim& claim, const Bytes& paper) {
  LOTTERY_TRY(const auto paid, protocol::OpenPayment(paper, trust_.KeysFor("payer")));
  wire::PayAnswer answer;
  LOTTERY_TRY(const auto stood,
              session.Exec("SELECT l.origin FROM settlement.exchange x JOIN issuance.log l USING "
                           "(game, draw) WHERE x.claim_hash = $1 ORDER BY x.draw",
                           {Param::Bytea(claim.message.hash.view())}));
  for (int i = 0; i < stood.size(); ++i) answer.add_origins(std::string(stood.Text(i, 0)));
  if (paid.exchange && answer.origins_size() == 0) {  // the paper stands, whatever rows say
    for (const auto& part : request.parts())
      if (part.origin() != paid.origin) answer.add_origins(part.origin());
  }
  {
    const std::lock_guard lock(mutex_);
    if (papers_.IsPaidByAnother(claim.draw, paid.place, paid.claim))
      return Fail(ErrorCode::kAlreadyPaid, "another claim of it was signed for before");
    papers_.TakePayment(paper);
  }
  PutProof(claim, paper, answer);
  return answer;
}

Result<wire::PayAnswer> Payer::Decide(Session& session, const wire::PayRequest& request) {
  LOTTERY_TRY(auto claim, LookAt(session, request));
  if (!request.only_asks()) {
    LOTTERY_TRY(const auto paper, PaidBefore(session, claim.message.hash));
    if (paper) return Again(session, request, claim, *paper);
  }
  LOTTERY_TRY_VOID(CheckTicket(session, request, claim));
  if (!request.only_asks()) return Pay(session, request, claim);
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT settlement.may_pay($1, $2, $3, $4, $5)",
                           {claim.draw.game, claim.draw.number,
                            static_cast<std::int64_t>(claim.listed.winner.index),
                            claim.listed.winner.prize.fen(),
                            static_cast<std::int64_t>(claim.message.decoded->terminal())}));
  if (rows.Int(0, 0) != 0)
    return tl::unexpected<base::Error>(WhyNot(session, claim, rows.Int(0, 0)).error());
  return wire::PayAnswer();
}

Result<wire::PayAnswer> Payer::Handle(Session& session, const wire::PayRequest& request) {
  auto answer = Decide(session, request);
  if (answer) return answer;
  const auto code = answer.error().code;
  if (IsFinal(code)) return Refuse(static_cast<std::uint32_t>(code));
  if (!base::IsTransient(code)) base::LogError("拒付 not paid: " + answer.error().detail);
  return answer;
}

}  // namespace lottery::settlement::payer
