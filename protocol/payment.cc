#include "protocol/payment.h"

#include "protocol/consent.h"
#include "protocol/leaf.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::uint8_t kIntoDeposit = 1, kHasExchange = 2;
constexpr std::size_t kSignatureOctets = 64;

tl::unexpected<base::Error> Forged(const std::string& why) {
  return Fail(ErrorCode::kPaymentForged, why);
}

}  // namespace

Money Payment::paid() const {
  const auto left = gross.Sub(tax);
  LOTTERY_CHECK(left.has_value());
  return *left;
}

Bytes Payment::ToBody() const {
  base::ByteWriter w;
  w.U8(
      static_cast<std::uint8_t>((into_deposit ? kIntoDeposit : 0) | (exchange ? kHasExchange : 0)));
  w.Raw(claim.view()).Raw(statement.view()).Short(origin).U64(index).U64(place);
  w.U64(static_cast<std::uint64_t>(gross.fen())).U64(static_cast<std::uint64_t>(tax.fen()));
  w.U32(terminal).U64(static_cast<std::uint64_t>(at.ms));
  if (exchange)
    w.Raw(exchange->order.view()).Raw(exchange->t_hash.view()).Raw(exchange->s_hash.view());
  return w.Take();
}

Bytes ClaimLeaf(UtcTime time, std::uint32_t terminal, std::uint64_t sequence, const Digest& message,
                const std::string& origin, std::uint64_t index, bool exchange) {
  base::json::object body{{"sequence", static_cast<std::int64_t>(sequence)},
                          {"message", base::ToHex(message.view())},
                          {"origin", origin},
                          {"index", static_cast<std::int64_t>(index)}};
  if (exchange) body["exchange"] = true;
  const base::json::object entry{
      {"kind", "claim"}, {"by", "terminal:" + std::to_string(terminal)}, {"body", std::move(body)}};
  return AuditLeaf{time, base::ToLine(entry)}.Encode();
}

Bytes SignPayment(const Payment& payment, const crypto::SigningKey& payer) {
  Bytes paper = payment.ToBody();
  paper += crypto::SignTyped(payer, kTypePayment, paper);
  return paper;
}

Result<Payment> OpenPayment(base::ByteView paper, const std::vector<Bytes>& payers) {
  if (paper.size() <= kSignatureOctets) return Forged("its length");
  const auto body = paper.substr(0, paper.size() - kSignatureOctets);
  base::ByteReader r(body);
  Payment p;
  const std::uint8_t flags = r.U8();
  p.into_deposit = (flags & kIntoDeposit) != 0;
  p.claim = r.Hash();
  p.statement = r.Hash();
  p.origin = Bytes(r.Short());
  p.index = r.U64();
  p.place = r.U64();
  const std::uint64_t gross = r.U64(), tax = r.U64();
  p.terminal = r.U32();
  p.at.ms = static_cast<std::int64_t>(r.U64());
  if ((flags & kHasExchange) != 0) p.exchange = Payment::Exchange{r.Hash(), r.Hash(), r.Hash()};
  const bool sound = r.AtEnd() && gross <= static_cast<std::uint64_t>(kMostBalanceFen) &&
                     tax <= gross && p.terminal != 0;
  if (!sound) return Forged("its members");
  p.gross = Money::FromFen(static_cast<std::int64_t>(gross));
  p.tax = Money::FromFen(static_cast<std::int64_t>(tax));
  if (p.ToBody() != body) return Forged("its form");
  for (const auto& key : payers) {
    if (crypto::VerifyTyped(key, kTypePayment, body, paper.substr(body.size()))) return p;
  }
  return Forged("no payer signed it");
}

Result<Owed> OpenOwed(const std::string& statement, const std::string& agreement,
                      const Trust& trust) {
  const auto keys = trust.KeysFor("settlement");
  Owed out;
  if (const auto refund = OpenSigned(statement, kTypeRefund, keys, 1)) {
    LOTTERY_TRY(const auto r, ParseRefund(refund->body));
    out = {r.draw,
           r.format,
           true,
           BodyHash(*refund),
           r.seal,
           r.refunds_root,
           static_cast<std::uint64_t>(r.tickets),
           {}};
  } else {
    LOTTERY_TRY(const auto envelope, OpenSigned(statement, kTypeStatement, keys, 1));
    LOTTERY_TRY(const auto s, ParseStatement(envelope.body));
    out = {s.draw,
           s.format,
           false,
           BodyHash(envelope),
           s.seal,
           s.winners_root,
           static_cast<std::uint64_t>(s.winning_tickets),
           s.claim_until};
  }
  LOTTERY_TRY(const auto consent, OpenConsent(agreement, trust));
  const bool agreed = consent.draw == out.draw && consent.statement == out.statement &&
                      consent.stage == (out.refund ? "refund" : "prizes");
  if (!agreed) return Fail(ErrorCode::kNotAgreed, out.draw.ToText());
  return out;
}

Result<Payment> CheckPayment(const wire::PaymentProof& proof, const Trust& trust) {
  LOTTERY_TRY(auto payment, OpenPayment(proof.payment(), trust.KeysFor("payer")));
  LOTTERY_TRY(const auto owed, OpenOwed(proof.statement(), proof.agreement(), trust));
  if (payment.statement != owed.statement ||
      payment.origin != OriginOf(trust.operator_name, owed.draw))
    return Forged("it is of another statement");
  LOTTERY_TRY(const auto winner, DecodeWinner(proof.winner()));
  if (winner.index != payment.index || winner.prize != payment.gross)
    return Forged("it is of another ticket or another prize");
  LOTTERY_TRY(const auto path, crypto::ProofFromOctets(proof.path()));
  const auto listed = crypto::VerifyInclusion(payment.place, owed.tickets,
                                              crypto::LeafHash(proof.winner()), path, owed.root);
  if (!listed) return Forged("the ticket is not on the list that was agreed on");
  return payment;
}

}  // namespace lottery::protocol
