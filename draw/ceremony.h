// A certified draw as files in, files out: what an official's device, on no network, checks and
// makes.
#pragma once

#include "crypto/ecvrf.h"
#include "draw/balls.h"
#include "games/recompute.h"
#include "protocol/consent.h"

namespace lottery::draw {

using base::Digest;
using base::Status;

using base::Bytes;
using games::MakeBallCertificate;
using games::MakeCertificate;
using games::Recomputes;

/// The public documents a draw stands on, checked against trust and against each other.
struct Ground : games::OutcomeBasis {
  protocol::Seal seal;
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

/// One official's entry at the ball machine, signed; `entry` lacks draw, plan, seal and official.
/// Errors: kWrongMethod, kBadBallEntry, kBadKey when the key is not the official's in the plan.
Result<std::string> EnterBalls(const Ground& ground, BallEntry entry, const std::string& official,
                               const crypto::SigningKey& key, const std::string& device);

/// What an overseer saw come out, as an entry has it.
struct SeenBalls {
  std::vector<int> numbers;  // in the order they came out
  int extra = 0;
};
/// An overseer's word that the entries say what was seen at the machine, added to `signed_before`,
/// which is empty for the first. Errors: kWrongMethod, those of AgreedEntry; kEntriesDiffer when
/// the entries say other balls than were seen; kBadKey for a key of no overseer, kAlreadyExists;
/// kBadBallEntry when the others signed for other entries, or at a time before the machine ran.
Result<std::string> Attend(const Ground& ground, const std::vector<std::string>& entries,
                           const SeenBalls& seen, const std::string& signed_before,
                           const crypto::SigningKey& key, base::UtcTime at);

/// A deferral, fallback or cancellation signed by two officials and whatever overseers it needs.
/// Errors: kBadDeviation, kBadPlan.
Result<std::string> MakeDeviation(const std::string& plan_text, protocol::Deviation deviation,
                                  const std::vector<crypto::SigningKey>& signers);

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
