#include "settlement/certified.h"

#include "games/recompute.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
namespace {

// How the draw is held after what central logged of it: a deferral's row has the new round.
Result<protocol::Way> WayInForce(base::pg::Session& session, const protocol::Plan& plan) {
  protocol::Way way = protocol::PlannedWay(plan);
  LOTTERY_TRY(
      const auto rows,
      session.Exec("SELECT state, reason, at_ms FROM issuance.draw_step WHERE game = $1 AND draw = "
                   "$2 AND state IN ('deferred', 'postponed', 'fallback') ORDER BY ordinal",
                   {plan.draw.game, plan.draw.number}));
  for (int i = 0; i < rows.size(); ++i) {
    if (rows.Text(i, 0) == "fallback") {
      protocol::TurnToBalls(way, plan, {rows.Int(i, 2)});
    } else {
      LOTTERY_TRY(way.round, base::FromIso(rows.Text(i, 1)));
    }
  }
  return way;
}

}  // namespace

Result<Certified> OpenCertificate(base::pg::Session& session, const protocol::Trust& trust,
                                  const SealedDraw& sealed, const std::string& text,
                                  const std::string& pulse_file) {
  const DrawId& draw = sealed.seal.draw;
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeDrawCertificate, sealed.plan.SigningKeys(),
                                   sealed.plan.certificate_quorum));
  Certified out;
  LOTTERY_TRY(out.certificate, protocol::ParseDrawCertificate(envelope.body));
  out.hash = protocol::BodyHash(envelope);
  if (out.certificate.draw != draw || out.certificate.seal != sealed.seal_hash)
    return Fail(ErrorCode::kBadDrawCertificate, draw.ToText());
  LOTTERY_TRY(const auto logged, StepReason(session, draw, "certified"));
  if (logged != base::ToHex(out.hash.view()))
    return Fail(ErrorCode::kBadDrawCertificate, draw.ToText() + ": not the one in the audit log");
  games::OutcomeBasis basis;
  basis.trust = trust;
  basis.plan = sealed.plan;
  basis.plan_hash = sealed.seal.plan;
  basis.seal_hash = sealed.seal_hash;
  LOTTERY_TRY(basis.way, WayInForce(session, sealed.plan));
  basis.witnessed = sealed.seal.sealed_at;
  if (basis.way.balls != pulse_file.empty())
    return Fail(ErrorCode::kUsage, basis.way.balls ? "balls have no pulse"
                                                   : "the beacon's file belongs to it: --beacon");
  if (!basis.way.balls) LOTTERY_TRY_VOID(games::TakePulse(basis, pulse_file));
  LOTTERY_TRY_VOID(games::Recomputes(basis, out.certificate, envelope.body));
  return out;
}

}  // namespace lottery::settlement
