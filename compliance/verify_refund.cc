// A cancelled draw: every ticket gets back what it cost, and nobody made numbers or prizes of it.
#include "compliance/verifier.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

// By the auditors' own reading: what each ticket that was not voided cost.
Status CompareRefunds(const SalesView& sales, const protocol::Refund& refund) {
  std::vector<protocol::Winner> owed;
  for (const auto& sale : sales.sales) {
    if (!sale.voided) owed.push_back({sale.index, Money::FromFen(sale.per_draw_fen), {}});
  }
  if (refund.tickets != static_cast<std::int64_t>(owed.size()) ||
      refund.refunds_root != protocol::WinnersRoot(owed))
    return Fail(ErrorCode::kFenMoved, "not what its tickets cost");
  return {};
}

}  // namespace

Status Verifier::CheckRefund(DrawFacts& d) {
  const std::string seal_name = "seal/" + d.name + ".json";
  for (const char* kind : {"certificate", "statement", "paying", "expired"}) {
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
  const auto* cancelled = audit_.First("cancellation", d.draw);
  LOTTERY_TRY(const auto logged, base::GetString(cancelled->body, "envelope"));
  LOTTERY_TRY(const auto cancellation, crypto::ParseEnvelope(logged, protocol::kTypeDeviation));
  if (refund.draw != d.draw || refund.seal != d.seal_hash ||
      refund.cancellation != protocol::BodyHash(cancellation))
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "of another draw, seal or cancellation", name});
  const auto& totals = d.seal.totals;
  if (refund.totals != totals ||
      refund.refunds.fen() != totals.sales_amount.fen() - totals.voids_amount.fen() ||
      refund.tickets != totals.sales - totals.voids)
    return tl::unexpected<base::Error>({ErrorCode::kFenMoved, "not what the seal says", name});
  if (d.sales) LOTTERY_TRY_VOID(Named(CompareRefunds(*d.sales, refund), name));
  LOTTERY_TRY(const auto entry, FirstLeaf("refund", d, ErrorCode::kStatementForged));
  const auto entered = base::GetString(entry->body, "envelope");
  if (!entered || *entered != text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "not the one in the audit log", name});
  return {};
}

}  // namespace lottery::compliance
