#include "games/recompute.h"

#include <algorithm>

#include "crypto/ecvrf.h"
#include "protocol/beacon.h"

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
using protocol::DrawCertificate;

base::Status TakePulse(OutcomeBasis& basis, const std::string& pulse_file) {
  LOTTERY_TRY(basis.pulse, crypto::ParsePulseFile(pulse_file));
  LOTTERY_TRY_VOID(protocol::VerifyBeaconPulse(basis.trust, basis.plan.beacon, basis.pulse));
  if (basis.pulse.time_stamp != base::ToIso(basis.way.round))
    return Fail(ErrorCode::kBeaconReplaced, "the round is " + base::ToIso(basis.way.round));
  basis.beacon_hash = crypto::Sha256(pulse_file);
  basis.alpha = protocol::DrawAlpha(basis.plan_hash, basis.seal_hash, basis.pulse.time_stamp,
                                    basis.pulse.output_value);
  return {};
}

Result<DrawCertificate> MakeCertificate(const OutcomeBasis& basis,
                                        const std::vector<protocol::Contribution>& contributions,
                                        base::UtcTime at) {
  if (basis.way.balls) return Fail(ErrorCode::kWrongMethod, "by the ball machine");
  DrawCertificate c;
  c.draw = basis.plan.draw;
  c.plan = basis.plan_hash;
  c.seal = basis.seal_hash;
  c.round = basis.pulse.time_stamp;
  c.beacon = basis.beacon_hash;
  c.alpha = basis.alpha;
  c.at = at;
  std::vector<base::Bytes> betas;
  for (const auto& official : basis.plan.officials) {
    const auto found = std::find_if(contributions.begin(), contributions.end(),
                                    [&](const auto& x) { return x.official == official.name; });
    if (found == contributions.end())
      return Fail(ErrorCode::kBadContribution, official.name + " is missing");
    const auto beta = crypto::VrfVerify(official.vrf_key, basis.alpha, found->proof);
    if (!beta) return Fail(ErrorCode::kBadContribution, official.name);
    betas.push_back(*beta);
    c.contributions.push_back(*found);
  }
  LOTTERY_TRY_VOID(protocol::CheckOpenings(c, basis.plan, basis.trust).map([](const auto&) {}));
  if (at < basis.way.round) return Fail(ErrorCode::kBadDrawCertificate, "before the round");
  c.seed = SeedOf(betas);
  LOTTERY_TRY(const auto drawn, DrawNumbers(c.draw.game, c.seed));
  c.numbers = drawn.numbers;
  c.extra = drawn.extra;
  return c;
}

Result<DrawCertificate> MakeBallCertificate(const OutcomeBasis& basis,
                                            const std::vector<std::string>& entries,
                                            const std::string& attendance, base::UtcTime at) {
  if (!basis.way.balls) return Fail(ErrorCode::kWrongMethod, "by the beacon");
  LOTTERY_TRY(const auto agreed,
              AgreedEntry(entries, basis.plan, basis.plan_hash, basis.seal_hash));
  if (basis.witnessed.ms + basis.plan.margin_ms > agreed.started.ms)
    return Fail(ErrorCode::kCosignatureTooYoung, "the machine ran too early");
  LOTTERY_TRY_VOID(protocol::CheckHeld(basis.way, true, agreed.started));
  if (at < agreed.started) return Fail(ErrorCode::kBadDrawCertificate, "before the machine ran");
  LOTTERY_TRY(const auto numbers, NumbersOf(basis.plan.draw.game, agreed));
  DrawCertificate c;
  c.draw = basis.plan.draw;
  c.method = "ball_machine";
  c.plan = basis.plan_hash;
  c.seal = basis.seal_hash;
  c.entries = entries;
  c.attendance = attendance;
  c.numbers = numbers;
  c.extra = agreed.extra;
  c.at = at;
  LOTTERY_TRY_VOID(protocol::CheckAttendance(c, basis.plan, basis.trust));
  return c;
}

base::Status Recomputes(const OutcomeBasis& basis, const DrawCertificate& certificate,
                        const std::string& body) {
  LOTTERY_TRY(const auto again,
              basis.way.balls ? MakeBallCertificate(basis, certificate.entries,
                                                    certificate.attendance, certificate.at)
                              : MakeCertificate(basis, certificate.contributions, certificate.at));
  if (again.numbers != certificate.numbers || again.extra != certificate.extra)
    return Fail(ErrorCode::kOutcomeWrong, again.draw.ToText());
  if (again.ToBody() != body) return Fail(ErrorCode::kBadDrawCertificate, "recomputed differently");
  return {};
}

Result<base::UtcTime> FirstKnown(const OutcomeBasis& basis, const DrawCertificate& certificate) {
  if (!basis.way.balls) return basis.way.round;
  LOTTERY_TRY(const auto agreed,
              AgreedEntry(certificate.entries, basis.plan, basis.plan_hash, basis.seal_hash));
  return agreed.started;
}

}  // namespace lottery::games
