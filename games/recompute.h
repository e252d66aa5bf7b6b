// From a draw's papers to its certificate, for whoever makes one and whoever is shown one: the
// officials' devices, central before it logs it, settlement before it settles on it.
// docs/formats/outcome.md.
#pragma once

#include "crypto/pulse.h"
#include "games/balls.h"
#include "games/outcome.h"
#include "protocol/escrow.h"

namespace lottery::games {

/// What the numbers of a draw follow from. Each part was checked by whoever fills it.
struct OutcomeBasis {
  protocol::Trust trust;
  protocol::Plan plan;
  Digest plan_hash, seal_hash, beacon_hash;
  protocol::Way way;
  // Where the beacon decides, by TakePulse:
  crypto::Pulse pulse;
  base::Bytes alpha;
  // Where the ball machine does: the youngest counted cosignature of seal and fallback; for whoever
  // does not have them, when it was sealed, which is before.
  base::UtcTime witnessed;
};

/// The beacon's file for the round in force, and what every official proves. Errors: kBadJson,
/// kBadPulse, kBadCertificate, kBadPlan, kBeaconReplaced.
base::Status TakePulse(OutcomeBasis& basis, const std::string& pulse_file);

/// Outcome from all contributions, in plan order. Errors: kWrongMethod, kBadContribution,
/// kBadDrawCertificate, kBadOutcome.
Result<protocol::DrawCertificate> MakeCertificate(
    const OutcomeBasis& basis, const std::vector<protocol::Contribution>& contributions,
    base::UtcTime at);
/// Outcome from the officials' entries, with the overseers' attendance where the plan has
/// overseers. Errors: kWrongMethod, kBadBallEntry, kBadSignature, kEntriesDiffer,
/// kCosignatureTooYoung when the machine ran before the seal was witnessed by the plan's margin,
/// kTooLateToDeviate, kBadDrawCertificate.
Result<protocol::DrawCertificate> MakeBallCertificate(const OutcomeBasis& basis,
                                                      const std::vector<std::string>& entries,
                                                      const std::string& attendance,
                                                      base::UtcTime at);
/// The certificate made once more from its own parts is `body`, octet for octet. Errors:
/// kOutcomeWrong for other numbers, kBadDrawCertificate, and those of making it.
base::Status Recomputes(const OutcomeBasis& basis, const protocol::DrawCertificate& certificate,
                        const std::string& body);
/// When an outcome that recomputes could first be known: the round, or the machine's start.
/// Errors: those of AgreedEntry.
Result<base::UtcTime> FirstKnown(const OutcomeBasis& basis,
                                 const protocol::DrawCertificate& certificate);

}  // namespace lottery::games
