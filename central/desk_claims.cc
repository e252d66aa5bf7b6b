// The desk's part in claims: central relays them to settlement's own functions in the database.
#include "base/log.h"
#include "central/accepted_index.h"
#include "central/desk.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;

void Desk::CheckClaim(const protocol::SignedMessage& message,
                      std::function<void(base::Status)> done) {
  Post([this, message, done = std::move(done)] {
    const auto& claim = message.decoded->claim();
    if (claim.t().size() != 16 || claim.s().size() != 32)
      return done(Fail(ErrorCode::kWrongSecret));
    const auto rows =
        Exec("SELECT settlement.check_claim($1, $2, $3, $4, $5, $6, $7)",
             {claim.origin(), static_cast<std::int64_t>(claim.index()), Param::Bytea(claim.t()),
              Param::Bytea(claim.s()), Param::Bytea(message.hash.view()),
              static_cast<std::int64_t>(message.decoded->terminal()), clock_.Now().ms});
    if (!rows) return done(tl::unexpected<base::Error>(rows.error()));
    const auto code = base::ErrorCodeFrom(static_cast<std::uint32_t>(rows->Int(0, 0)));
    if (rows->Int(0, 0) != 0) return done(Fail(code.value_or(ErrorCode::kInternal)));
    done(protocol::AsksForExchange(*message.decoded) ? base::Status() : NeedsNoExchange(claim));
  });
}

// While draws of the ticket are to come, whoever has seen its secrets could pay the early prize,
// hand the ticket back and wait: so a claim must take the secrets out of use.
base::Status Desk::NeedsNoExchange(const wire::Claim& claim) {
  LOTTERY_TRY(const auto parts, PartsOf(claim));
  for (const auto& part : parts) {
    LOTTERY_TRY(const auto state, Exec("SELECT state FROM settlement.ticket_state($1, $2)",
                                       {part.log, static_cast<std::int64_t>(part.index)}));
    if (state.Text(0, 0) == "sold") return Fail(ErrorCode::kExchangeRequired);
  }
  return {};
}

// The leaves of the ticket a claim is of, in draw order.
Result<std::vector<Place>> Desk::PartsOf(const wire::Claim& claim) {
  LOTTERY_TRY(const auto log,
              Exec("SELECT id FROM issuance.log WHERE origin = $1", {claim.origin()}));
  if (log.size() != 1) return Fail(ErrorCode::kUnknownTicket);
  LOTTERY_TRY(base::pg::Session * session, Open());
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

// What the exchange ticket is printed from; without draws left there is none, and no secret of it.
base::Status Desk::AddExchange(const std::vector<Place>& parts, const Digest& claim_hash,
                               wire::Receipt& receipt) {
  LOTTERY_TRY(const auto rows,
              Exec("SELECT l.origin FROM settlement.exchange x JOIN issuance.log l USING (game, "
                   "draw) WHERE x.claim_hash = $1 ORDER BY x.draw",
                   {Param::Bytea(claim_hash.view())}));
  if (rows.size() == 0) {
    receipt.clear_s();
    return {};
  }
  LOTTERY_TRY(const auto origin,
              Exec("SELECT origin FROM issuance.log WHERE id = $1", {parts[0].log}));
  LOTTERY_TRY(base::pg::Session * session, Open());
  LOTTERY_TRY(auto leaf, FindLeaf(*session, parts[0]));
  if (!leaf) return Fail(ErrorCode::kFileCorrupt, "the first leaf of a ticket is not there");
  auto* exchange = receipt.mutable_claim()->mutable_exchange();
  exchange->set_origin(std::string(origin.Text(0, 0)));
  exchange->set_index(parts[0].index);
  exchange->set_leaf(std::move(*leaf));
  for (int i = 0; i < rows.size(); ++i) exchange->add_origins(std::string(rows.Text(i, 0)));
  return {};
}

Result<wire::Receipt> Desk::Pay(const protocol::SignedMessage& message, wire::Receipt receipt) {
  const auto& claim = message.decoded->claim();
  const bool exchange = protocol::AsksForExchange(*message.decoded);
  std::vector<Place> parts;
  if (exchange) {
    LOTTERY_TRY(parts, PartsOf(claim));
  }
  std::string logs = "{", indices = "{";
  for (const auto& part : parts) {
    const char* comma = logs.size() > 1 ? "," : "";
    logs += comma + std::to_string(part.log);
    indices += comma + std::to_string(part.index);
  }
  LOTTERY_TRY(
      const auto rows,
      Exec("SELECT refusal, paid_fen, paid_ms, paid_by, fresh, tax_fen FROM settlement.pay($1, $2, "
           "$3, $4, $5, $6, $7, $8, $9, $10::integer[], $11::bigint[])",
           {claim.origin(), static_cast<std::int64_t>(claim.index()), Param::Bytea(claim.t()),
            Param::Bytea(claim.s()), Param::Bytea(message.hash.view()),
            static_cast<std::int64_t>(message.decoded->terminal()), receipt.parts(0).time_ms(),
            Param::Bytea(claim.exchange_t_hash()),
            Param::Bytea(exchange ? crypto::Sha256(receipt.s()).view() : base::ByteView()),
            logs + "}", indices + "}"}));
  auto* result = receipt.mutable_claim();
  const auto refusal = static_cast<std::uint32_t>(rows.Int(0, 0));
  result->set_refusal(refusal);
  result->set_outcome(refusal != 0      ? wire::ClaimResult::REFUSED
                      : rows.Bool(0, 4) ? wire::ClaimResult::PAID
                                        : wire::ClaimResult::PAID_BEFORE);
  result->set_paid_fen(rows.Int(0, 1));
  result->set_paid_at_ms(rows.Int(0, 2));
  result->set_tax_fen(rows.Int(0, 5));
  result->set_paid_by_terminal(static_cast<std::uint32_t>(rows.Int(0, 3)));
  if (exchange) LOTTERY_TRY_VOID(AddExchange(parts, message.hash, receipt));
  return receipt;
}

void Desk::PayClaim(const protocol::SignedMessage& message, wire::Receipt receipt,
                    std::function<void(Outcome)> done) {
  Post([this, message, receipt = std::move(receipt), done = std::move(done)] {
    const auto paid = Pay(message, receipt);
    if (paid) return done(paid->SerializeAsString());
    // The number is used: whatever went wrong, the terminal must ask again with the same octets.
    base::LogWarn("claim accepted and not paid yet: " + paid.error().detail);
    done(base::IsTransient(paid.error().code) ? Outcome(tl::unexpected<base::Error>(paid.error()))
                                              : Outcome(Fail(ErrorCode::kDatabaseUnavailable)));
  });
}

}  // namespace lottery::central
