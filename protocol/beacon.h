// Which certificates a beacon's pulse may be signed under. A beacon changes its own about once a
// year, so trust.json may have several of one name.
#pragma once

#include "crypto/pulse.h"
#include "protocol/documents.h"

namespace lottery::protocol {

/// Verifies `pulse` under that certificate of the beacon `name` which the pulse itself names by its
/// certificateId. A plan of before a change is held after it, and an old draw verifies, as long as
/// both certificates stand under the name. Errors: kBadPlan when trust has no beacon of that name;
/// kBadPulse; kBadCertificate.
base::Status VerifyBeaconPulse(const Trust& trust, std::string_view name,
                               const crypto::Pulse& pulse);

}  // namespace lottery::protocol
