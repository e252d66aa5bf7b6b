// Draws of before and after a beacon changed its certificate, recomputed with one trust.json.
#include <gtest/gtest.h>

#include "compliance/own_outcome.h"
#include "compliance/recompute.h"
#include "crypto/ecvrf.h"
#include "tests/unit/pulse.h"

namespace lottery::compliance {
namespace {

struct Held {
  protocol::Plan plan;
  Digest plan_hash = crypto::Sha256("plan"), seal_hash = crypto::Sha256("seal");
  std::string pulse_file;
  protocol::DrawCertificate certificate;

  Status Check(const protocol::Trust& trust) const {
    return CheckOutcome(plan, plan_hash, seal_hash, {}, trust, pulse_file, certificate)
        .map([](const auto&) {});
  }
};

// Held by one official at the round after `close`.
Held Hold(const crypto::Identity& beacon, base::UtcTime close) {
  Held h;
  const auto key = crypto::VrfKey::Generate();
  h.plan.draw = {"ssq", 2026097};
  h.plan.officials = {{"official-a", key.public_key(), {}}};
  h.plan.beacon = "pulse";
  h.plan.beacon_period_ms = h.plan.round_delay_ms = h.plan.margin_ms = 60'000;
  h.plan.close = close;
  const auto pulse = tests::MakePulse(beacon, h.plan.Round());
  h.pulse_file = tests::ToFile(pulse);
  auto& c = h.certificate;
  c.draw = h.plan.draw;
  c.plan = h.plan_hash;
  c.seal = h.seal_hash;
  c.round = pulse.time_stamp;
  c.beacon = crypto::Sha256(h.pulse_file);
  c.alpha = protocol::DrawAlpha(h.plan_hash, h.seal_hash, c.round, pulse.output_value);
  const Bytes proof = key.Prove(c.alpha);
  c.contributions = {{"official-a", proof, {}}};
  c.seed = OwnSeed({*crypto::VrfVerify(key.public_key(), c.alpha, proof)});
  const auto outcome = OwnOutcomeFromSeed("ssq", c.seed);
  EXPECT_TRUE(outcome.has_value());
  c.numbers = outcome->numbers;
  c.extra = outcome->extra;
  return h;
}

TEST(BeaconChange, DrawsOfBeforeAndAfterVerifyWhileBothCertificatesStand) {
  const auto first = *base::FromIso("2026-01-05T00:00:00.000Z");
  const auto second = *base::FromIso("2026-12-28T00:00:00.000Z");
  const auto old_beacon = tests::MakeBeacon(first, 365),
             new_beacon = tests::MakeBeacon(second, 365);
  const Held before = Hold(old_beacon, {first.ms + base::kDayMs});
  const Held after = Hold(new_beacon, {second.ms + base::kDayMs});
  const protocol::Trust::Beacon o{"pulse", old_beacon.certificate_pem},
      n{"pulse", new_beacon.certificate_pem};
  struct Row {
    const char* what;
    std::vector<protocol::Trust::Beacon> beacons;
    bool before_holds, after_holds;
  };
  for (const auto& row :
       {Row{"before the change", {o}, true, false}, Row{"the new one added", {o, n}, true, true},
        Row{"the new one added first", {n, o}, true, true},
        Row{"the old one taken out", {n}, false, true}}) {
    protocol::Trust trust;
    trust.beacons = row.beacons;
    for (const auto& [held, holds] :
         {std::pair(&before, row.before_holds), std::pair(&after, row.after_holds)}) {
      const auto verdict = held->Check(trust);
      EXPECT_EQ(verdict.has_value(), holds)
          << row.what << ": " << (verdict ? "" : verdict.error().detail);
      if (holds || verdict) continue;
      EXPECT_EQ(verdict.error().code, base::ErrorCode::kBadPulse) << row.what;
      EXPECT_NE(verdict.error().detail.find("beacon pulse"), std::string::npos);
    }
  }
}

TEST(BeaconChange, APulseFileHoldsAPulseAndNothingElse) {
  const auto at = *base::FromIso("2026-01-05T00:00:00.000Z");
  const auto beacon = tests::MakeBeacon(at, 30);
  Held held = Hold(beacon, at);
  protocol::Trust trust;
  trust.beacons = {{"pulse", beacon.certificate_pem}};
  ASSERT_TRUE(held.Check(trust).has_value());
  auto file = *base::ParseJsonObject(held.pulse_file);
  file["note"] = "looks right";
  held.pulse_file = base::ToPretty(file);
  held.certificate.beacon = crypto::Sha256(held.pulse_file);
  const auto verdict = held.Check(trust);
  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error().code, base::ErrorCode::kBadPulse);
}

}  // namespace
}  // namespace lottery::compliance
