#include "compliance/recompute.h"

#include "base/clock.h"
#include "compliance/own_balls.h"
#include "compliance/own_outcome.h"
#include "crypto/ecvrf.h"
#include "protocol/beacon.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;

Result<protocol::Deviation> ReadDeviation(const AuditView::Entry& entry,
                                          const protocol::Trust& trust,
                                          const protocol::Plan& plan) {
  LOTTERY_TRY(const auto text, base::GetString(entry.body, "envelope"));
  LOTTERY_TRY(auto opened, protocol::OpenDeviation(text, plan, trust));
  auto& deviation = opened.deviation;
  if (NameOf(deviation.kind) != entry.kind) return Fail(ErrorCode::kBadDeviation, entry.kind);
  LOTTERY_TRY_VOID(protocol::CheckInTime(deviation, plan, entry.time));
  return std::move(deviation);
}

namespace {

Status CheckBeacon(const protocol::Plan& plan, const protocol::Way& way, const Digest& plan_hash,
                   const Digest& seal_hash, const protocol::Trust& trust,
                   const std::string& pulse_file, const protocol::DrawCertificate& certificate) {
  LOTTERY_TRY(const auto pulse, crypto::ParsePulseFile(pulse_file));
  LOTTERY_TRY_VOID(protocol::VerifyBeaconPulse(trust, plan.beacon, pulse));
  if (pulse.time_stamp != base::ToIso(way.round) || certificate.round != pulse.time_stamp ||
      certificate.beacon != crypto::Sha256(pulse_file)) {
    return Fail(ErrorCode::kBeaconReplaced, "the round in force is " + base::ToIso(way.round));
  }
  const Bytes alpha =
      protocol::DrawAlpha(plan_hash, seal_hash, pulse.time_stamp, pulse.output_value);
  if (certificate.alpha != alpha) return Fail(ErrorCode::kBadDrawCertificate, "alpha");
  if (certificate.contributions.size() != plan.officials.size())
    return Fail(ErrorCode::kBadContribution, "one of each official");
  std::vector<Bytes> betas;
  for (std::size_t i = 0; i < plan.officials.size(); ++i) {
    const auto& c = certificate.contributions[i];
    const auto beta = crypto::VrfVerify(plan.officials[i].vrf_key, alpha, c.proof);
    if (c.official != plan.officials[i].name || !beta)
      return Fail(ErrorCode::kBadContribution, c.official);
    betas.push_back(*beta);
  }
  const Bytes seed = OwnSeed(betas);
  LOTTERY_TRY(const auto outcome, OwnOutcomeFromSeed(plan.draw.game, seed));
  if (certificate.seed != seed || certificate.numbers != outcome.numbers ||
      certificate.extra != outcome.extra)
    return Fail(ErrorCode::kOutcomeWrong);
  return {};
}

}  // namespace

Result<base::UtcTime> CheckOutcome(const protocol::Plan& plan, const Digest& plan_hash,
                                   const Digest& seal_hash, const Deviations& deviations,
                                   const protocol::Trust& trust, const std::string& pulse_file,
                                   const protocol::DrawCertificate& certificate) {
  if (certificate.draw != plan.draw)
    return Fail(ErrorCode::kBadDrawCertificate, "it certifies another draw");
  if (certificate.plan != plan_hash)
    return Fail(ErrorCode::kPlanSwapped, "the certificate names another plan");
  if (certificate.seal != seal_hash)
    return Fail(ErrorCode::kSealSwapped, "the certificate names another seal");
  LOTTERY_TRY(const auto way, deviations.WayOf(plan, plan_hash));
  const bool balls_decided = certificate.method == "ball_machine";
  if (balls_decided != way.balls) return Fail(ErrorCode::kWrongMethod, certificate.method);
  if (!balls_decided) {
    LOTTERY_TRY_VOID(protocol::CheckHeld(way, false, {}));
    LOTTERY_TRY_VOID(CheckBeacon(plan, way, plan_hash, seal_hash, trust, pulse_file, certificate));
    return way.round;
  }
  LOTTERY_TRY(const auto balls, ReadBalls(certificate.entries, plan, plan_hash, seal_hash));
  LOTTERY_TRY_VOID(protocol::CheckAttendance(certificate, plan, trust));
  LOTTERY_TRY_VOID(protocol::CheckHeld(way, true, balls.started));
  if (certificate.numbers != balls.outcome.numbers || certificate.extra != balls.outcome.extra)
    return Fail(ErrorCode::kOutcomeWrong);
  return balls.started;
}

// By the calendar: the day of the draw in Beijing, then the last millisecond of the 60th day.
base::UtcTime OwnClaimUntil(base::UtcTime drawn) {
  const std::string day = base::ToBeijingText(drawn).substr(0, 10);
  const auto midnight = base::FromIso(day + "T00:00:00.000Z");
  LOTTERY_CHECK(midnight.has_value());
  const std::int64_t hours = 60 * 24 - 8;  // the day of the draw counts; eight hours ahead of UTC
  return {midnight->ms + hours * 3'600'000 - 1};
}

}  // namespace lottery::compliance
