#include "base/file.h"
#include "compliance/own_statement.h"
#include "compliance/recompute.h"
#include "compliance/verify.h"
#include "protocol/escrow.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
using protocol::DrawId;

namespace {
// Statements are taken from the audit log that was cosigned: what the folder holds may be another.
Result<std::string> LoggedStatement(const AuditView& audit, const DrawId& draw) {
  const auto* entry = audit.First("statement", draw);
  if (entry == nullptr)
    return Fail(ErrorCode::kNotAgreed,
                "no statement of " + draw.ToText() + " is in the audit log that was cosigned");
  return base::GetString(entry->body, "envelope");
}
}  // namespace

// The control before payment: papers and pulse from the audit log, the opening from the folder,
// sales from its own reading.
Result<Digest> CheckDrawAndStatement(const std::string& folder, const protocol::Trust& trust,
                                     const DrawId& draw, const SalesView& sales,
                                     const AuditView& audit) {
  LOTTERY_TRY_VOID(CheckWithdrawals(audit, trust));
  const auto* plan_entry = audit.First("plan", draw);
  const auto* seal_entry = audit.First("seal", draw);
  const auto* certificate_entry = audit.First("certificate", draw);
  if (plan_entry == nullptr || seal_entry == nullptr || certificate_entry == nullptr)
    return Fail(ErrorCode::kNotAgreed, "the audit log that was cosigned has no certificate of " +
                                           draw.ToText() + " yet; ask again");
  LOTTERY_TRY(const auto plan_text, base::GetString(plan_entry->body, "envelope"));
  LOTTERY_TRY(const auto seal_text, base::GetString(seal_entry->body, "envelope"));
  LOTTERY_TRY(const auto certificate_text, base::GetString(certificate_entry->body, "envelope"));
  LOTTERY_TRY(const auto plan_envelope,
              protocol::OpenSigned(plan_text, protocol::kTypePlan, trust.KeysFor("official"), 2));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  LOTTERY_TRY(const auto seal_envelope,
              protocol::OpenSigned(seal_text, protocol::kTypeSeal, trust.KeysFor("seal"), 1));
  LOTTERY_TRY(const auto seal, protocol::ParseSeal(seal_envelope.body));
  LOTTERY_TRY(const auto sealed,
              crypto::OpenCheckpoint(seal.checkpoints[0].note, trust.log_key, sales.origin));
  if (sealed.checkpoint.root != sales.tree.Root() || seal.totals != sales.Totals())
    return Fail(ErrorCode::kControlDisagrees, "the seal is not what was read");
  LOTTERY_TRY(const auto certificate_envelope,
              protocol::OpenSigned(certificate_text, protocol::kTypeDrawCertificate,
                                   plan.SigningKeys(), plan.certificate_quorum));
  LOTTERY_TRY(const auto certificate, protocol::ParseDrawCertificate(certificate_envelope.body));
  // By the log's own clock: when the witnesses saw them is for the devices and the verifier.
  Deviations deviations;
  for (auto [kind, out] :
       {std::pair("deferral", &deviations.deferral), std::pair("fallback", &deviations.fallback),
        std::pair("cancellation", &deviations.cancellation)}) {
    const auto* entry = audit.First(kind, draw);
    if (entry == nullptr) continue;
    LOTTERY_TRY(auto deviation, ReadDeviation(*entry, trust, plan));
    const bool early = protocol::IsEarly(deviation, plan, entry->time);
    *out = protocol::Seen{std::move(deviation), early};
  }
  std::string pulse;
  if (certificate.method == "vrf") {
    const auto* pulse_entry = audit.First("pulse", draw);
    if (pulse_entry == nullptr && audit.HasBefore("pulse", certificate_entry->index))
      return Fail(ErrorCode::kBeaconReplaced, "the audit log has no pulse of " + draw.ToText());
    if (pulse_entry != nullptr) {
      LOTTERY_TRY(pulse, base::GetString(pulse_entry->body, "pulse"));
    } else {  // certified before pulses were logged: the certificate has the file's hash
      LOTTERY_TRY(pulse, base::ReadFile(folder + "/beacon/" + draw.ToText() + ".json"));
    }
  }
  LOTTERY_TRY(const auto first_known, CheckOutcome(plan, protocol::BodyHash(plan_envelope),
                                                   protocol::BodyHash(seal_envelope), deviations,
                                                   trust, pulse, certificate));
  LOTTERY_TRY_VOID(protocol::CheckCertifiedAt(certificate, first_known, certificate_entry->time));
  LOTTERY_TRY_VOID(protocol::CheckOpenings(certificate, plan, trust).map([](const auto&) {}));
  LOTTERY_TRY(const auto text, LoggedStatement(audit, draw));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeStatement, trust.KeysFor("settlement"), 1));
  LOTTERY_TRY(const auto statement, protocol::ParseStatement(envelope.body));
  if (statement.format != 2)
    return Fail(ErrorCode::kOldRule, "statement/1 names no sale's leaf: nobody is paid by it");
  if (statement.draw != draw || statement.seal != protocol::BodyHash(seal_envelope) ||
      statement.certificate != protocol::BodyHash(certificate_envelope))
    return Fail(ErrorCode::kStatementForged, "of another draw, seal or certificate");
  if (statement.rule_book != plan.rule_book || seal.rule_book != plan.rule_book)
    return Fail(ErrorCode::kOldRule, "another rule book than the plan's");
  // The pool before comes from the statement of the draw before, agreed with earlier, or the signed
  // opening.
  PrizeBasis basis;
  if (const auto before_draw = audit.Before(draw)) {
    LOTTERY_TRY(const auto before_text, LoggedStatement(audit, *before_draw));
    LOTTERY_TRY(const auto before_envelope,
                protocol::OpenSigned(before_text, protocol::kTypeStatement,
                                     trust.KeysFor("settlement"), 1));
    LOTTERY_TRY(const auto previous, protocol::ParseStatement(before_envelope.body));
    basis = BasisAfter(previous, {});
  } else {
    LOTTERY_TRY(const auto opening_text,
                base::ReadFile(folder + "/opening/" + draw.game + ".json"));
    LOTTERY_TRY(const auto opened, protocol::OpenSigned(opening_text, protocol::kTypeOpening,
                                                        trust.KeysFor("official"), 2));
    LOTTERY_TRY(const auto opening, protocol::ParseOpening(opened.body));
    basis = BasisOf(opening);
  }
  basis.promotion = plan.promotion;
  LOTTERY_TRY_VOID(CompareStatement(sales, certificate, basis, statement));
  return protocol::BodyHash(envelope);
}

}  // namespace lottery::compliance
