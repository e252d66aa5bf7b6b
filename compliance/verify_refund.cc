// A cancelled draw: every ticket gets back what it cost, and nobody made numbers or prizes of it.
#include "compliance/recompute.h"
#include "compliance/verifier.h"
#include "compliance/verify.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;

std::vector<protocol::Winner> OwnRefunds(const SalesView& sales) {
  std::vector<protocol::Winner> owed;
  for (const auto& sale : sales.sales) {
    if (sale.voided) continue;
    owed.push_back(
        {sale.index, sales.tree.leaf(sale.index), Money::FromFen(sale.per_draw_fen), {}});
  }
  return owed;
}

Status CompareRefunds(const SalesView& sales, const protocol::Refund& refund) {
  const auto owed = OwnRefunds(sales);
  if (refund.tickets != static_cast<std::int64_t>(owed.size()) ||
      refund.refunds_root != protocol::WinnersRoot(owed, refund.format))
    return Fail(ErrorCode::kFenMoved, "not what its tickets cost");
  return {};
}

namespace {

// Against the seal and the cancellation of the audit log. Errors: kStatementForged, kFenMoved.
Status CheckRefundIsOf(const protocol::Refund& refund, const DrawId& draw, const Digest& seal,
                       const protocol::SaleTotals& totals, const AuditView& audit) {
  const auto* cancelled = audit.First("cancellation", draw);
  if (cancelled == nullptr) return Fail(ErrorCode::kStatementForged, "nothing was cancelled");
  LOTTERY_TRY(const auto logged, base::GetString(cancelled->body, "envelope"));
  LOTTERY_TRY(const auto cancellation, crypto::ParseEnvelope(logged, protocol::kTypeDeviation));
  if (refund.draw != draw || refund.seal != seal ||
      refund.cancellation != protocol::BodyHash(cancellation))
    return Fail(ErrorCode::kStatementForged, "of another draw, seal or cancellation");
  if (refund.totals != totals ||
      refund.refunds.fen() != totals.sales_amount.fen() - totals.voids_amount.fen() ||
      refund.tickets != totals.sales - totals.voids)
    return Fail(ErrorCode::kFenMoved, "not what the seal says");
  return {};
}

}  // namespace

Result<Digest> CheckRefundOf(const protocol::Trust& trust, const DrawId& draw,
                             const SalesView& sales, const AuditView& audit) {
  LOTTERY_TRY_VOID(CheckWithdrawals(audit, trust));
  const auto* plan_entry = audit.First("plan", draw);
  const auto* seal_entry = audit.First("seal", draw);
  const auto* cancelled = audit.First("cancellation", draw);
  const auto* entry = audit.First("refund", draw);
  if (plan_entry == nullptr || seal_entry == nullptr || cancelled == nullptr || entry == nullptr)
    return Fail(ErrorCode::kNotAgreed, "the audit log that was cosigned has no refund of " +
                                           draw.ToText() + " yet; ask again");
  LOTTERY_TRY(const auto plan_text, base::GetString(plan_entry->body, "envelope"));
  LOTTERY_TRY(const auto plan_envelope,
              protocol::OpenSigned(plan_text, protocol::kTypePlan, trust.KeysFor("official"), 2));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  LOTTERY_TRY(const auto deviation, ReadDeviation(*cancelled, trust, plan));
  if (!protocol::IsEarly(deviation, plan, cancelled->time))
    return Fail(ErrorCode::kTooLateToDeviate, draw.ToText());
  LOTTERY_TRY(const auto seal_text, base::GetString(seal_entry->body, "envelope"));
  LOTTERY_TRY(const auto seal_envelope,
              protocol::OpenSigned(seal_text, protocol::kTypeSeal, trust.KeysFor("seal"), 1));
  LOTTERY_TRY(const auto seal, protocol::ParseSeal(seal_envelope.body));
  LOTTERY_TRY(const auto sealed,
              crypto::OpenCheckpoint(seal.checkpoints[0].note, trust.log_key, sales.origin));
  if (sealed.checkpoint.root != sales.tree.Root() || seal.totals != sales.Totals())
    return Fail(ErrorCode::kControlDisagrees, "the seal is not what was read");
  LOTTERY_TRY(const auto text, base::GetString(entry->body, "envelope"));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeRefund, trust.KeysFor("settlement"), 1));
  LOTTERY_TRY(const auto refund, protocol::ParseRefund(envelope.body));
  if (refund.format != 2)
    return Fail(ErrorCode::kOldRule, "refund/1 names no sale's leaf: nobody is paid by it");
  LOTTERY_TRY_VOID(
      CheckRefundIsOf(refund, draw, protocol::BodyHash(seal_envelope), seal.totals, audit));
  LOTTERY_TRY_VOID(CompareRefunds(sales, refund));
  return protocol::BodyHash(envelope);
}

Status Verifier::CheckRefund(DrawFacts& d) {
  const std::string seal_name = "seal/" + d.name + ".json";
  for (const char* kind : {"certificate", "statement", "expired"}) {
    if (audit_.First(kind, d.draw) != nullptr)
      return tl::unexpected<base::Error>({ErrorCode::kDrawCancelled,
                                          std::string("and yet the audit log has a ") + kind,
                                          seal_name});
  }
  const std::string name = "settlement/" + d.name + ".refund.json";
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(const auto envelope, Named(protocol::OpenSigned(text, protocol::kTypeRefund,
                                                              trust_.KeysFor("settlement"), 1),
                                         name));
  LOTTERY_TRY(const auto refund, Named(protocol::ParseRefund(envelope.body), name));
  LOTTERY_TRY_VOID(
      Named(CheckRefundIsOf(refund, d.draw, d.seal_hash, d.seal.totals, audit_), name));
  if (d.sales) {
    LOTTERY_TRY_VOID(Named(CompareRefunds(*d.sales, refund), name));
    LOTTERY_TRY_VOID(
        Named(CheckPaid(audit_.payments.Of(d.draw), OwnRefunds(*d.sales)), "audit/tile/entries"));
  }
  LOTTERY_TRY(const auto entry, FirstLeaf("refund", d, ErrorCode::kStatementForged));
  const auto entered = base::GetString(entry->body, "envelope");
  if (!entered || *entered != text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "not the one in the audit log", name});
  d.statement_hash = protocol::BodyHash(envelope);
  if (refund.format == 1) {
    Remark(d, "退款按旧格式 refund/1，独立控制未予核对",
           "refunded by the rules of refund/1, on which the control did not agree");
    return {};
  }
  if (audit_.First("paying", d.draw) == nullptr) {
    Remark(d, "退款清单已签，独立控制尚未同意",
           "its refunds are stated, and the control has not agreed yet");
    return {};
  }
  return CheckAgreement(d, "refund");
}

}  // namespace lottery::compliance
