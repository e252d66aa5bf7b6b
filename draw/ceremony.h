// A certified draw as files in, files out: what an official's device, on no network, checks and
// makes.
#pragma once

#include "crypto/ecvrf.h"
#include "crypto/pulse.h"
#include "draw/balls.h"
#include "draw/outcome.h"
#include "protocol/consent.h"
#include "protocol/escrow.h"

namespace lottery::draw {

using base::Digest;
using base::Status;

/// The public documents a draw stands on, checked against trust and against each other.
struct Ground {
  protocol::Trust trust;
  protocol::Plan plan;
  Digest plan_hash, seal_hash, beacon_hash;
  protocol::Seal seal;
  protocol::Way way;
  // Where the beacon decides:
  crypto::Pulse pulse;
  Bytes alpha;
  // Where the ball machine does: the youngest counted cosignature of seal and fallback.
  base::UtcTime witnessed;
};

struct GroundFiles {
  std::string trust, root;  // file; fingerprint of its root key, from elsewhere
  std::string bundle;       // folder made by `lottery-central draw bundle`: plan.json, seal.json,
                            // seal.leaf (the audit log's), seal.tlog-proof, and the same two of
                            // deferral and fallback where there are any
  std::string beacon;       // empty where the ball machine decides
  bool rehearsal = false;   // must say what the operator's name says
};

/// Errors: kRehearsalMix, kBadDeviation, kTooLateToDeviate, kWrongMethod, kRootMismatch, kBadPlan,
/// kBadSeal, kQuorumMissing, kCosignatureTooYoung, kBeaconReplaced, kBadPulse.
Result<Ground> LoadGround(const GroundFiles& files);
/// The same before the round: without the pulse, whatever the method.
Result<Ground> LoadSealed(const GroundFiles& files);

/// Signs a plan body as two officials. Errors: kBadPlan.
Result<std::string> MakePlan(const std::string& body_text,
                             const std::vector<crypto::SigningKey>& officials);

/// One official's contribution. `device` durably remembers alpha for the draw and refuses a second
/// one. Errors: kBadContribution when the key is not the plan's, kSecondAlpha.
Result<protocol::Contribution> Contribute(const Ground& ground, const std::string& official,
                                          const crypto::VrfKey& key, const std::string& device);

struct OpenedShare {
  std::string holder;
  crypto::SecretBytes share;
};
/// A holder at the device: its share and the key it signs the opening with.
struct Opener {
  OpenedShare share;
  crypto::SigningKey key;
};
/// A silent official's contribution from its key in escrow, opened by two holders who sign for it;
/// `opening` lacks draw and plan. Errors: kBadPlan, kBadShare, kBadKey, kSecondAlpha.
Result<protocol::Contribution> RecoverContribution(const Ground& ground,
                                                   const std::string& escrow_text,
                                                   protocol::KeyOpening opening,
                                                   const Opener& first, const Opener& second,
                                                   const std::string& device);

/// Outcome from all contributions, in plan order. Errors: kBadContribution, kBadOutcome.
Result<protocol::DrawCertificate> MakeCertificate(
    const Ground& ground, const std::vector<protocol::Contribution>& contributions,
    base::UtcTime at);

/// The certificate made once more from its own parts is `body`, octet for octet. Errors:
/// kBadDrawCertificate, and those of making it.
Status Recomputes(const Ground& ground, const protocol::DrawCertificate& certificate,
                  const std::string& body);

/// One official's entry at the ball machine, signed; `entry` lacks draw, plan, seal and official.
/// Errors: kWrongMethod, kBadBallEntry, kBadKey when the key is not the official's in the plan.
Result<std::string> EnterBalls(const Ground& ground, BallEntry entry, const std::string& official,
                               const crypto::SigningKey& key, const std::string& device);
/// Outcome from the officials' entries. Errors: kWrongMethod, kBadBallEntry, kEntriesDiffer,
/// kCosignatureTooYoung when the machine ran before the seal was witnessed by the plan's margin.
Result<protocol::DrawCertificate> MakeBallCertificate(const Ground& ground,
                                                      const std::vector<std::string>& entries,
                                                      base::UtcTime at);

/// A deferral or fallback signed by two officials. Errors: kBadDeviation, kBadPlan.
Result<std::string> MakeDeviation(const std::string& plan_text, protocol::Deviation deviation,
                                  const std::vector<crypto::SigningKey>& officials);

/// Takes a plan back, signed by officials who signed it. Errors: kBadKey, kBadPlan.
Result<std::string> MakeWithdrawal(const std::string& plan_text, std::string reason,
                                   base::UtcTime at,
                                   const std::vector<crypto::SigningKey>& officials);
/// Two people let a stage go on though the control disagrees. Errors: kBadJson.
Result<std::string> MakeLifting(protocol::Lifting lifting,
                                const std::vector<crypto::SigningKey>& officials);

/// An official recomputes everything before signing. Errors: kBadDrawCertificate.
Result<std::string> SignCertificate(const Ground& ground, const std::string& certificate_text,
                                    const crypto::SigningKey& key);

}  // namespace lottery::draw
