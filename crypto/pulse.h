// Randomness beacon pulses of the NIST 2.0 format: signed octets, RSA PKCS#1 v1.5 with SHA-512, and
// the output value. A pulse that does not verify under the pinned certificate does not count.
#pragma once

#include <array>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "crypto/ca.h"
#include "crypto/hash.h"

namespace lottery::crypto {

using base::Status;

struct Pulse {
  std::string uri, version;
  std::int64_t cipher_suite = 0, period_ms = 0;
  Bytes certificate_id;  // SHA-512 of the DER certificate
  std::int64_t chain = 0, index = 0;
  std::string time_stamp;
  Bytes local_random_value;
  Bytes external_source_id;
  std::int64_t external_status = 0;
  Bytes external_value;
  struct Listed {
    std::string uri, type;
    Bytes value;
  };
  std::array<Listed, 5> list;  // previous, hour, day, month, year
  Bytes precommitment_value;
  std::int64_t status = 0;
  Bytes signature, output_value;
};

/// The member "pulse" as the beacon publishes it. Errors: kBadJson, kBadEncoding, kBadPulse.
Result<Pulse> ParsePulse(const base::json::object& object);
base::json::object ToJson(const Pulse& pulse);
/// The octets that are signed.
Bytes SignedOctets(const Pulse& pulse);
/// Certificate id, signature and output value. Errors: kBadPulse, kBadCertificate.
Status VerifyPulse(const Pulse& pulse, const std::string& certificate_pem);
/// Fills certificate id, signature and output value.
Status SignPulse(Pulse& pulse, const Identity& identity);
/// SHA-512 of the DER form. Errors: kBadCertificate.
Result<Bytes> CertificateId(const std::string& certificate_pem);

}  // namespace lottery::crypto
