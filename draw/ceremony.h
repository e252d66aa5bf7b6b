// A certified draw as files in, files out: what an official's device, on no network, checks and
// makes.
#pragma once

#include "crypto/ecvrf.h"
#include "crypto/pulse.h"
#include "draw/outcome.h"
#include "protocol/documents.h"

namespace lottery::draw {

using base::Digest;
using base::Status;

/// The public documents a draw stands on, checked against trust and against each other.
struct Ground {
  protocol::Trust trust;
  protocol::Plan plan;
  Digest plan_hash, seal_hash, beacon_hash;
  protocol::Seal seal;
  crypto::Pulse pulse;
  Bytes alpha;
};

struct GroundFiles {
  std::string trust, root;  // file; fingerprint of its root key, from elsewhere
  std::string bundle;       // folder made by `lottery-central draw bundle`: plan.json, seal.json,
                            // seal.leaf (the audit log's), seal.tlog-proof
  std::string beacon;
};

/// Errors: kRootMismatch, kBadPlan, kBadSeal, kQuorumMissing, kCosignatureTooYoung,
/// kBeaconReplaced, kBadPulse.
Result<Ground> LoadGround(const GroundFiles& files);

/// Signs a plan body as two officials. Errors: kBadPlan.
Result<std::string> MakePlan(const std::string& body_text,
                             const std::vector<crypto::SigningKey>& officials);

/// One official's contribution. `device` durably remembers alpha for the draw and refuses a second
/// one. Errors: kBadContribution when the key is not the plan's, kSecondAlpha.
Result<protocol::Contribution> Contribute(const Ground& ground, const std::string& official,
                                          const crypto::VrfKey& key, const std::string& device);

/// Outcome from all contributions, in plan order. Errors: kBadContribution, kBadOutcome.
Result<protocol::DrawCertificate> MakeCertificate(
    const Ground& ground, const std::vector<protocol::Contribution>& contributions,
    base::UtcTime at);

/// An official recomputes everything before signing. Errors: kBadDrawCertificate.
Result<std::string> SignCertificate(const Ground& ground, const std::string& certificate_text,
                                    const crypto::SigningKey& key);

}  // namespace lottery::draw
