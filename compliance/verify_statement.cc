// What a draw paid, and the control's word for it.
#include "compliance/verifier.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
using protocol::DrawId;

Status Verifier::CheckStatement(DrawFacts& d) {
  const std::string name = "settlement/" + d.name + ".statement.json";
  LOTTERY_TRY(d.statement_text, files_.Read(name));
  const auto envelope = protocol::OpenSigned(d.statement_text, protocol::kTypeStatement,
                                             trust_.KeysFor("settlement"), 1);
  if (!envelope)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, envelope.error().detail, name});
  LOTTERY_TRY(d.statement, Named(protocol::ParseStatement(envelope->body), name));
  d.statement_hash = protocol::BodyHash(*envelope);
  const auto& s = d.statement;
  if (s.draw != d.draw || s.seal != d.seal_hash || s.certificate != d.certificate_hash)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "of another draw, seal or certificate", name});
  PrizeBasis& basis = basis_[d.draw.game];
  basis.promotion = d.plan.promotion;
  if (s.totals != d.seal.totals)
    return tl::unexpected<base::Error>(
        {ErrorCode::kFenMoved, "totals differ from the seal's", name});
  LOTTERY_TRY_VOID(Named(CheckFigures(s, basis, d.certificate, d.plan.rule_book), name));
  if (d.sales) LOTTERY_TRY_VOID(Named(CompareStatement(*d.sales, d.certificate, basis, s), name));
  const auto& paid = audit_.payments.Of(d.draw);
  if (d.sales && !paid.empty()) {
    LOTTERY_TRY(const auto owed, OwnWinners(*d.sales, d.certificate, basis, s));
    LOTTERY_TRY_VOID(Named(CheckPaid(paid, owed), "audit/tile/entries"));
  }
  if (s.format == 1)
    Remark(d, "结算单为旧格式 statement/1，中奖票不含销售叶哈希",
           "settled by the rules of statement/1, whose winners do not name their sales' leaves");
  basis = BasisAfter(s, basis);
  const auto entry = FirstLeaf("statement", d, ErrorCode::kStatementForged);
  if (!entry) return tl::unexpected<base::Error>(entry.error());
  const auto first = base::GetString((*entry)->body, "envelope");
  if (!first || *first != d.statement_text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "not the one in the audit log", name});
  return {};
}

Status Verifier::CheckSalesAgreement(const DrawFacts& d) {
  const std::string sales_name = "control/" + d.name + ".sales.json";
  LOTTERY_TRY(const auto sales, ReadConsent(d, sales_name));
  if (sales.body != d.seal.agreement || sales.stage != "sales")
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "not the agreement the seal names", sales_name});
  return {};
}

Status Verifier::CheckAgreement(DrawFacts& d, const std::string& stage) {
  const std::string name = "control/" + d.name + ".json";
  LOTTERY_TRY(const auto prizes, ReadConsent(d, name));
  if (prizes.stage != stage || prizes.statement != d.statement_hash)
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "it agreed with something else", name});
  LOTTERY_TRY(const auto entry, FirstLeaf("paying", d, ErrorCode::kControlDisagrees));
  LOTTERY_TRY(const auto text, files_.Read(name));
  const auto logged = base::GetString(entry->body, "envelope");
  if (!logged || *logged != text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "not the one in the audit log", name});
  return {};
}

// The control's word on a draw, or that of two who went on without it, which is remarked.
Result<protocol::Consent> Verifier::ReadConsent(const DrawFacts& d, const std::string& name) {
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(auto consent, Named(protocol::OpenConsent(text, trust_), name));
  const bool same =
      consent.draw == d.draw && consent.size == d.sealed.size && consent.root == d.sealed.root &&
      (!consent.agreement || (consent.agreement->totals == d.seal.totals &&
                              consent.agreement->origin == d.sealed.origin &&
                              consent.agreement->terminals_root == d.seal.terminals_root));
  if (!same)
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "of another draw or other sales", name});
  if (!consent.agreement) {
    remarks_.push_back(base::json::object{
        {"draw", d.name},
        {"zh", "独立控制未同意销售数据，由两人具名说明理由后放行封存"},
        {"en", "the control did not agree on the sales: two named people let it be sealed"},
        {"reason", consent.reason}});
  }
  return consent;
}

}  // namespace lottery::compliance
