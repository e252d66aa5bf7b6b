// A small certificate authority: P-256, ECDSA with SHA-256, for mutual TLS 1.3 between terminals
// and central, and the self-signed RSA identity of a demonstration beacon.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace lottery::crypto {

using base::Result;

struct Identity {
  std::string certificate_pem;
  std::string key_pem;  // PKCS#8, unencrypted: keep the file 0600
};

/// A root valid `days` from now. Errors: kBadCertificate.
Result<Identity> MakeCa(const std::string& common_name, int days);
/// A leaf under `ca`. Central's own certificate is `server` and answers to `host` ("localhost" or
/// an address).
Result<Identity> IssueCertificate(const Identity& ca, const std::string& common_name, bool server,
                                  const std::string& host, int days);
/// RSA of `bits`, self-signed: signs beacon pulses. Valid from a day before `now` to `days` after
/// it.
Result<Identity> MakeRsaIdentity(const std::string& common_name, int bits, int days,
                                 base::UtcTime now = base::SystemClock().Now());

}  // namespace lottery::crypto
