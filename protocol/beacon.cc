#include "protocol/beacon.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;

base::Status VerifyBeaconPulse(const Trust& trust, std::string_view name,
                               const crypto::Pulse& pulse) {
  bool named = false;
  for (const auto& beacon : trust.beacons) {
    if (beacon.name != name) continue;
    named = true;
    LOTTERY_TRY(const auto id, crypto::CertificateId(beacon.certificate_pem));
    if (id == pulse.certificate_id) return crypto::VerifyPulse(pulse, beacon.certificate_pem);
  }
  const std::string beacon = "beacon " + std::string(name);
  if (!named) return Fail(ErrorCode::kBadPlan, beacon + " is not in trust.json");
  return Fail(ErrorCode::kBadPulse, "trust.json has no certificate of " + beacon + " with the id " +
                                        base::ToHex(pulse.certificate_id));
}

}  // namespace lottery::protocol
