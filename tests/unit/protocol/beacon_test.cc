// A beacon with several certificates of one name, each for its time.
#include "protocol/beacon.h"

#include <gtest/gtest.h>

#include "tests/unit/pulse.h"

namespace lottery::protocol {
namespace {
using base::ErrorCode;
using base::kDayMs;
using tests::MakeBeacon;
using tests::MakePulse;

const UtcTime kFirst = *base::FromIso("2026-01-05T00:00:00.000Z");
const UtcTime kSecond = *base::FromIso("2026-12-28T00:00:00.000Z");
UtcTime After(UtcTime t, std::int64_t ms) { return {t.ms + ms}; }

Trust WithBeacons(std::vector<Trust::Beacon> beacons) {
  Trust trust;
  trust.beacons = std::move(beacons);
  return trust;
}

TEST(Beacon, EachPulseIsVerifiedUnderTheCertificateItNames) {
  const auto before = MakeBeacon(kFirst, 365), after = MakeBeacon(kSecond, 365);
  const auto old_pulse = MakePulse(before, After(kFirst, 100 * kDayMs));
  const auto new_pulse = MakePulse(after, After(kSecond, 100 * kDayMs));
  const Trust::Beacon b{"pulse", before.certificate_pem}, a{"pulse", after.certificate_pem},
      elsewhere{"dice", after.certificate_pem};
  struct Row {
    const char* what;
    std::vector<Trust::Beacon> beacons;
    bool old_holds, new_holds;
  };
  for (const auto& row :
       {Row{"both", {b, a}, true, true}, Row{"the other way round", {a, b}, true, true},
        Row{"not yet the new one", {b}, true, false},
        Row{"the old one taken out", {a}, false, true},
        Row{"the new one under another name", {b, elsewhere}, true, false}}) {
    const auto trust = WithBeacons(row.beacons);
    for (const auto& [pulse, holds] :
         {std::pair(&old_pulse, row.old_holds), std::pair(&new_pulse, row.new_holds)}) {
      const auto verdict = VerifyBeaconPulse(trust, "pulse", *pulse);
      EXPECT_EQ(verdict.has_value(), holds) << row.what;
      if (holds || verdict) continue;
      EXPECT_EQ(verdict.error().code, ErrorCode::kBadPulse) << row.what;
      EXPECT_NE(verdict.error().detail.find("beacon pulse"), std::string::npos);
      EXPECT_NE(verdict.error().detail.find(base::ToHex(pulse->certificate_id)), std::string::npos);
    }
  }
  const auto unknown = VerifyBeaconPulse(WithBeacons({b, a}), "dice", old_pulse);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kBadPlan);
}

TEST(Beacon, ACertificateCountsWithinItsDates) {
  const auto identity = MakeBeacon(kFirst, 30);
  const auto trust = WithBeacons({{"pulse", identity.certificate_pem}});
  const UtcTime from = After(kFirst, -kDayMs), until = After(kFirst, 30 * kDayMs);
  struct Row {
    UtcTime at;
    bool holds;
  };
  for (const auto& row :
       {Row{from, true}, Row{until, true}, Row{kFirst, true}, Row{After(from, -1000), false},
        Row{After(until, 1000), false}, Row{After(from, -1000 * kDayMs), false},
        Row{After(until, 1000 * kDayMs), false}}) {
    const auto verdict = VerifyBeaconPulse(trust, "pulse", MakePulse(identity, row.at));
    EXPECT_EQ(verdict.has_value(), row.holds) << base::ToIso(row.at);
    if (row.holds || verdict) continue;
    EXPECT_EQ(verdict.error().code, ErrorCode::kBadPulse);
    EXPECT_NE(verdict.error().detail.find("dates"), std::string::npos) << verdict.error().detail;
  }
}

TEST(Beacon, ItsKeyIsRsaOfAtLeast2048Bits) {
  const auto weak = MakeBeacon(kFirst, 30, 1024);
  const auto curve = crypto::MakeCa("curve", 30);
  ASSERT_TRUE(curve.has_value());
  for (const auto& identity : {weak, *curve}) {
    const auto verdict = VerifyBeaconPulse(WithBeacons({{"pulse", identity.certificate_pem}}),
                                           "pulse", MakePulse(identity, kFirst));
    ASSERT_FALSE(verdict.has_value());
    EXPECT_EQ(verdict.error().code, ErrorCode::kBadCertificate);
  }
}

}  // namespace
}  // namespace lottery::protocol
