// Randomness beacon pulses of the NIST 2.0 format: signed octets, RSA PKCS#1 v1.5 with SHA-512, and
// the output value. A pulse that does not verify under a pinned certificate does not count. What is
// signed, and what status and chain mean: docs/formats/outcome.md.
#pragma once

#include <array>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "crypto/ca.h"
#include "crypto/hash.h"

namespace lottery::crypto {

using base::Status;

/// Figures have the widths in which they are signed.
struct Pulse {
  std::string uri, version;
  std::uint32_t cipher_suite = 0, period_ms = 0;
  Bytes certificate_id;  // SHA-512 of the DER certificate
  std::uint64_t chain = 0, index = 0;
  std::string time_stamp;
  Bytes local_random_value;
  Bytes external_source_id;
  std::uint32_t external_status = 0;
  Bytes external_value;
  struct Listed {
    std::string uri, type;
    Bytes value;
  };
  std::array<Listed, 5> list;  // previous, hour, day, month, year
  Bytes precommitment_value;
  std::uint32_t status = 0;
  Bytes signature, output_value;
};

inline constexpr std::uint32_t kStatusNormal = 0;
inline constexpr std::uint32_t kStatusNewChain = 1;  // the first pulse of a chain
inline constexpr std::uint32_t kStatusGap = 2;       // pulses are missing before this one

/// The member "pulse" as the beacon publishes it: exactly its members, every figure within its
/// field, every value of 64 octets. Errors: kBadPulse, which names the member.
Result<Pulse> ParsePulse(const base::json::object& object);
/// A file with the beacon's answer, {"pulse": ...} and nothing else. Errors: kBadJson, kBadPulse.
Result<Pulse> ParsePulseFile(std::string_view text);
base::json::object ToJson(const Pulse& pulse);
/// The octets that are signed.
Bytes SignedOctets(const Pulse& pulse);
/// Certificate id, the certificate's dates, signature and output value. Errors: kBadPulse;
/// kBadCertificate, unless it holds an RSA key of at least 2048 bits.
Status VerifyPulse(const Pulse& pulse, const std::string& certificate_pem);
/// Fills certificate id, signature and output value.
Status SignPulse(Pulse& pulse, const Identity& identity);
/// SHA-512 of the DER form. Errors: kBadCertificate.
Result<Bytes> CertificateId(const std::string& certificate_pem);

}  // namespace lottery::crypto
