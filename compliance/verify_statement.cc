// What a draw paid, and the control's word for it.
#include "compliance/verifier.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
using protocol::DrawId;
namespace {

// Without entries: the statement's own arithmetic, from the winner counts it claims.
Status CheckTiers(const protocol::Statement& s, const OwnPrizes& prizes) {
  const std::size_t expected = s.special_rule ? 7 : 6;
  if (s.tiers.size() != expected) return Fail(ErrorCode::kStatementForged, "tiers");
  std::int64_t lines = 0;
  for (std::size_t i = 0; i < expected; ++i) {
    const auto& t = s.tiers[i];
    const std::int64_t full = i == 0   ? prizes.first_fen
                              : i == 1 ? prizes.second_fen
                                       : kOwnFixedFen[i];
    const std::int64_t each = t.lines == 0 ? 0 : full;
    if (t.tier != static_cast<int>(i) + 1) return Fail(ErrorCode::kStatementForged, "tiers");
    if (t.each.fen() != each || t.total.fen() != each * t.lines)
      return Fail(ErrorCode::kFenMoved, "tier " + std::to_string(t.tier));
    lines += t.lines;
  }
  const bool counted = s.winning_tickets >= (lines > 0 ? 1 : 0) && s.winning_tickets <= lines;
  return counted ? Status() : Fail(ErrorCode::kStatementForged, "winning_tickets");
}

Status CheckFigures(const protocol::Statement& s, const PrizeBasis& basis,
                    const protocol::DrawCertificate& certificate, const Digest& rule_book) {
  if (s.rule != OwnRuleName(s.draw.number)) return Fail(ErrorCode::kOldRule, s.rule);
  if (s.rule_book != rule_book) return Fail(ErrorCode::kOldRule, "another rule book");
  OwnWins lines{};
  for (const auto& t : s.tiers) {
    if (t.tier < 1 || t.tier > 7 || t.lines < 0) return Fail(ErrorCode::kStatementForged, "tiers");
    lines[static_cast<std::size_t>(t.tier - 1)] = t.lines;
  }
  const std::int64_t net = s.totals.sales_amount.fen() - s.totals.voids_amount.fen();
  LOTTERY_TRY(const auto prizes, OwnSsqPrizes({s.draw.number, net, basis.pool_before_fen,
                                               s.injection.fen(), basis.special_rule, lines}));
  const std::pair<const char*, bool> holds[] = {
      {"net_sales_fen", s.net_sales.fen() == net},
      {"prize_money_fen", s.prize_money.fen() == net / 100 * 49},
      {"adjustment_accrued_fen", s.adjustment_accrued.fen() == net / 100 * 2},
      {"fund_fen", s.fund.fen() == net / 100 * 36},
      {"fee_fen", s.fee.fen() == net / 100 * 13},
      {"pool_before_fen", s.pool_before.fen() == basis.pool_before_fen},
      {"special_rule", s.special_rule == basis.special_rule},
      {"prizes_fen", s.prizes.fen() == prizes.paid_fen},
      {"pool_after_fen", s.pool_after.fen() == prizes.pool_after_fen},
      {"adjustment_paid_fen", s.adjustment_paid.fen() == prizes.adjustment_paid_fen},
      {"adjustment_gained_fen", s.adjustment_gained.fen() == prizes.adjustment_gained_fen},
      {"special_rule_next",
       s.special_rule_next ==
           OwnSpecialNext(s.draw.number + 1, basis.special_rule, prizes.pool_after_fen)},
      {"claim_until", s.claim_until == OwnClaimUntil(certificate.at)}};
  for (const auto& [name, ok] : holds) {
    if (!ok) return Fail(ErrorCode::kFenMoved, name);
  }
  return CheckTiers(s, prizes);
}

constexpr std::int64_t kMostLines = std::int64_t{1} << 36;  // no sum of prizes overflows
constexpr std::size_t kMostPools = 1'000;

// Without entries: the ladder of each jurisdiction from the prizes it claims, and that they are the
// tiers'.
Status CheckD3Figures(const protocol::Statement& s, const PrizeBasis& basis,
                      const protocol::DrawCertificate& certificate, const Digest& rule_book) {
  if (s.rule != OwnD3RuleName(s.draw.number)) return Fail(ErrorCode::kOldRule, s.rule);
  if (s.rule_book != rule_book) return Fail(ErrorCode::kOldRule, "another rule book");
  if (s.pools.size() > kMostPools || s.tiers.size() != kOwnD3Fen.size())
    return Fail(ErrorCode::kStatementForged, "pools or tiers");
  std::map<std::string, OwnD3Pool> pools;
  std::int64_t net = 0, prizes = 0, counted = 0, lines_in_all = 0;
  for (const auto& p : s.pools) {
    OwnD3Pool own;
    const auto held = basis.pools.find(p.jurisdiction);
    if (held != basis.pools.end()) std::tie(own.pool_before, own.adjustment_before) = held->second;
    own.net_sales = p.net_sales.fen();
    own.prizes = p.prizes.fen();
    LOTTERY_TRY_VOID(OwnSettleD3(own));
    net += own.net_sales;
    prizes += own.prizes;
    pools[p.jurisdiction] = own;
  }
  for (const auto& [jurisdiction, held] : basis.pools) {
    if (!pools.contains(jurisdiction)) return Fail(ErrorCode::kFenMoved, "pool of " + jurisdiction);
  }
  OwnWins lines{};
  for (const auto& t : s.tiers) {
    if (t.tier < 1 || t.tier > 3 || t.lines < 0 || t.lines >= kMostLines)
      return Fail(ErrorCode::kStatementForged, "tiers");
    lines[static_cast<std::size_t>(t.tier - 1)] = t.lines;
    counted += t.lines * kOwnD3Fen[static_cast<std::size_t>(t.tier - 1)];
    lines_in_all += t.lines;
  }
  protocol::Statement ours = s;
  ours.net_sales = Money::FromFen(s.totals.sales_amount.fen() - s.totals.voids_amount.fen());
  FillD3(pools, lines, ours);
  ours.claim_until = OwnClaimUntil(certificate.at);
  if (ours.net_sales.fen() != net || prizes != counted || ours.ToBody() != s.ToBody())
    return Fail(ErrorCode::kFenMoved, "figures of the jurisdictions");
  const bool fits =
      s.winning_tickets >= (lines_in_all > 0 ? 1 : 0) && s.winning_tickets <= lines_in_all;
  return fits ? Status() : Fail(ErrorCode::kStatementForged, "winning_tickets");
}

}  // namespace

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
  if (s.totals != d.seal.totals)
    return tl::unexpected<base::Error>(
        {ErrorCode::kFenMoved, "totals differ from the seal's", name});
  const auto check = d.draw.game == protocol::kD3 ? CheckD3Figures : CheckFigures;
  LOTTERY_TRY_VOID(Named(check(s, basis, d.certificate, d.plan.rule_book), name));
  if (d.sales) LOTTERY_TRY_VOID(Named(CompareStatement(*d.sales, d.certificate, basis, s), name));
  basis = BasisAfter(s);
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

Status Verifier::CheckAgreements(DrawFacts& d) {
  LOTTERY_TRY_VOID(CheckSalesAgreement(d));
  const std::string name = "control/" + d.name + ".json";
  LOTTERY_TRY(const auto prizes, ReadConsent(d, name));
  if (prizes.stage != "prizes" || prizes.statement != d.statement_hash)
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
  const bool same = consent.draw == d.draw && consent.size == d.sealed.size &&
                    consent.root == d.sealed.root &&
                    (!consent.agreement || consent.agreement->totals == d.seal.totals);
  if (!same)
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "of another draw or other sales", name});
  if (!consent.agreement) {
    remarks_.push_back(base::json::object{
        {"draw", d.name},
        {"zh", "独立控制不同意（" + consent.stage + "），由两人具名说明理由后放行"},
        {"en", "the control disagreed (" + consent.stage + "): two named people lifted it"},
        {"reason", consent.reason}});
  }
  return consent;
}

}  // namespace lottery::compliance
