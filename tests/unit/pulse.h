// A beacon of a test: its certificate's days, and pulses it signs.
#pragma once

#include "crypto/pulse.h"

namespace lottery::tests {

inline crypto::Identity MakeBeacon(base::UtcTime now, int days, int bits = 2048) {
  auto identity = crypto::MakeRsaIdentity("beacon", bits, days, now);
  LOTTERY_CHECK(identity.has_value());
  return *identity;
}

/// Well formed, and signed under `beacon`, whatever its dates are.
inline crypto::Pulse MakePulse(const crypto::Identity& beacon, base::UtcTime at) {
  const base::Bytes value(64, 'v');
  crypto::Pulse p;
  p.uri = "https://beacon.example/beacon/2.0/chain/1/pulse/7";
  p.version = "2.0";
  p.period_ms = 60'000;
  p.chain = 1;
  p.index = 7;
  p.time_stamp = base::ToIso(at);
  p.local_random_value = p.external_source_id = p.external_value = p.precommitment_value = value;
  const char* types[] = {"previous", "hour", "day", "month", "year"};
  for (std::size_t i = 0; i < p.list.size(); ++i) p.list[i] = {p.uri, types[i], value};
  LOTTERY_CHECK(crypto::SignPulse(p, beacon).has_value());
  return p;
}

inline std::string ToFile(const crypto::Pulse& pulse) {
  return base::ToPretty(base::json::object{{"pulse", crypto::ToJson(pulse)}});
}

}  // namespace lottery::tests
