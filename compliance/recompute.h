// The second computation of a draw's outcome, from the public documents.
#pragma once

#include "compliance/sales_view.h"
#include "protocol/deviation.h"

namespace lottery::compliance {

/// What of the audit log decides how a draw is held; null where nothing is logged.
struct Deviations {
  std::optional<protocol::Seen> deferral, fallback, cancellation;
  Result<protocol::Way> WayOf(const protocol::Plan& plan, const Digest& plan_hash) const {
    return protocol::WayOf(plan, plan_hash, deferral ? &*deferral : nullptr,
                           fallback ? &*fallback : nullptr,
                           cancellation ? &*cancellation : nullptr);
  }
};
/// A deviation's entry in the audit log: signed by two officials, and in time by the log's own
/// clock. Errors: kBadSignature, kBadDeviation, kTooLateToDeviate.
Result<protocol::Deviation> ReadDeviation(const AuditView::Entry& entry,
                                          const protocol::Trust& trust, const protocol::Plan& plan);

/// What a draw's outcome must be, from plan, seal and either pulse and contributions or the
/// officials' entries at the ball machine. `pulse_file` is not looked at for balls; `trust` has the
/// beacons' certificates. Returns when
/// the draw could first be known: every counted cosignature must be older by the plan's margin.
/// Errors: kWrongMethod, kTooLateToDeviate, kBeaconReplaced, kBadPulse, kBadContribution,
/// kOutcomeWrong, kBadDrawCertificate, kBadBallEntry, kEntriesDiffer, kBadDeviation.
Result<base::UtcTime> CheckOutcome(const protocol::Plan& plan, const Digest& plan_hash,
                                   const Digest& seal_hash, const Deviations& deviations,
                                   const protocol::Trust& trust, const std::string& pulse_file,
                                   const protocol::DrawCertificate& certificate);

/// End of the 60th calendar day, the day of the draw being the first, Beijing time (Regulations
/// art. 25).
base::UtcTime OwnClaimUntil(base::UtcTime drawn);

}  // namespace lottery::compliance
