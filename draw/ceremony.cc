#include "draw/ceremony.h"

#include <algorithm>

#include "base/file.h"
#include "base/lock.h"
#include "crypto/escrow.h"
#include "games/rules.h"
#include "protocol/leaf.h"
#include "protocol/withdrawal.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;
using protocol::Contribution;
using protocol::DrawCertificate;

namespace {

// By witnesses of the plan. Returns when the last of the quorum had cosigned.
Result<base::UtcTime> Witnessed(const Ground& g, const crypto::Note& note) {
  std::vector<crypto::VerifierKey> witnesses;
  for (const auto& key : g.trust.witnesses) {
    if (std::find(g.plan.witnesses.begin(), g.plan.witnesses.end(), key.name) !=
        g.plan.witnesses.end())
      witnesses.push_back(key);
  }
  LOTTERY_TRY(const auto witnessed,
              crypto::CheckWitnessed(note, g.trust.log_key, witnesses, g.plan.quorum));
  return witnessed.at;
}

struct Logged {
  std::string envelope;
  base::UtcTime leaf, witnessed;
};

// A document as a leaf of the audit log: KIND.leaf and KIND.tlog-proof of the bundle.
Result<Logged> ReadLogged(const Ground& g, const std::string& bundle, const std::string& kind) {
  Logged out;
  LOTTERY_TRY(const auto raw, base::ReadFile(bundle + "/" + kind + ".leaf"));
  LOTTERY_TRY(const auto leaf, protocol::DecodeAuditLeaf(raw));
  LOTTERY_TRY(const auto entry, base::ParseJsonObject(leaf.json));
  LOTTERY_TRY(const auto logged_kind, base::GetString(entry, "kind"));
  LOTTERY_TRY(const auto body, base::GetObject(entry, "body"));
  LOTTERY_TRY(out.envelope, base::GetString(body, "envelope"));
  if (logged_kind != kind) return Fail(ErrorCode::kEntryInvalid, "not a leaf of kind " + kind);
  out.leaf = leaf.time;
  LOTTERY_TRY(const auto proof_text, base::ReadFile(bundle + "/" + kind + ".tlog-proof"));
  LOTTERY_TRY(const auto proof, crypto::ParseTlogProof(proof_text));
  LOTTERY_TRY(const auto audit,
              crypto::OpenCheckpoint(proof.checkpoint_note, g.trust.log_key,
                                     protocol::AuditOrigin(g.trust.operator_name)));
  LOTTERY_TRY_VOID(crypto::VerifyInclusion(proof.index, audit.checkpoint.size,
                                           crypto::LeafHash(raw), proof.proof,
                                           audit.checkpoint.root));
  LOTTERY_TRY(out.witnessed, Witnessed(g, audit.note));
  return out;
}

// What was logged of a way off the plan, if anything. A device that is not shown one sees
// nothing, but the certificate it helps to make then fails before everybody who reads the log.
Result<std::optional<protocol::Seen>> ReadDeviation(Ground& g, const std::string& bundle,
                                                    protocol::Deviation::Kind kind) {
  const std::string name(protocol::NameOf(kind));
  if (!base::Exists(bundle + "/" + name + ".leaf")) return std::optional<protocol::Seen>();
  LOTTERY_TRY(const auto logged, ReadLogged(g, bundle, name));
  LOTTERY_TRY(auto opened, protocol::OpenDeviation(logged.envelope, g.plan, g.trust));
  auto& deviation = opened.deviation;
  LOTTERY_TRY_VOID(protocol::CheckInTime(deviation, g.plan, logged.leaf));
  const bool early = protocol::IsEarly(deviation, g.plan, logged.witnessed);
  // Balls that were out before could have been the reason.
  if (kind == protocol::Deviation::Kind::kFallback)
    g.witnessed = std::max(g.witnessed, logged.witnessed);
  return std::optional(protocol::Seen{std::move(deviation), early});
}

Status ReadWay(Ground& g, const std::string& bundle) {
  LOTTERY_TRY(const auto deferral, ReadDeviation(g, bundle, protocol::Deviation::Kind::kDeferral));
  LOTTERY_TRY(const auto fallback, ReadDeviation(g, bundle, protocol::Deviation::Kind::kFallback));
  LOTTERY_TRY(const auto cancellation,
              ReadDeviation(g, bundle, protocol::Deviation::Kind::kCancellation));
  LOTTERY_TRY(g.way, protocol::WayOf(g.plan, g.plan_hash, deferral ? &*deferral : nullptr,
                                     fallback ? &*fallback : nullptr,
                                     cancellation ? &*cancellation : nullptr));
  if (g.way.cancelled) return Fail(ErrorCode::kDrawCancelled, g.plan.draw.ToText());
  return {};
}

}  // namespace

Result<Ground> LoadSealed(const GroundFiles& files) {
  Ground g;
  LOTTERY_TRY(const auto trust_text, base::ReadFile(files.trust));
  LOTTERY_TRY(g.trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(const auto given, protocol::ParseRoot(files.root));
  if (protocol::RootFingerprint(g.trust.root_key) != given) return Fail(ErrorCode::kRootMismatch);
  if (protocol::IsRehearsal(g.trust.operator_name) != files.rehearsal)
    return Fail(ErrorCode::kRehearsalMix, g.trust.operator_name);
  LOTTERY_TRY(const auto plan_text, base::ReadFile(files.bundle + "/plan.json"));
  LOTTERY_TRY(const auto plan,
              protocol::OpenSigned(plan_text, protocol::kTypePlan, g.trust.KeysFor("official"), 2));
  LOTTERY_TRY(g.plan, protocol::ParsePlan(plan.body));
  LOTTERY_TRY(const auto seal_text, base::ReadFile(files.bundle + "/seal.json"));
  LOTTERY_TRY(const auto seal,
              protocol::OpenSigned(seal_text, protocol::kTypeSeal, g.trust.KeysFor("seal"), 1));
  LOTTERY_TRY(g.seal, protocol::ParseSeal(seal.body));
  g.plan_hash = protocol::BodyHash(plan);
  g.seal_hash = protocol::BodyHash(seal);
  if (g.seal.draw != g.plan.draw || g.seal.plan != g.plan_hash)
    return Fail(ErrorCode::kBadSeal, "the seal is of another draw or plan");
  LOTTERY_TRY_VOID(protocol::CheckPlanIsTrusted(g.plan, g.trust));
  LOTTERY_TRY(const auto sealed,
              crypto::OpenCheckpoint(g.seal.checkpoints[0].note, g.trust.log_key,
                                     protocol::OriginOf(g.trust.operator_name, g.plan.draw)));
  LOTTERY_TRY(const auto witnessed, Witnessed(g, sealed.note));
  LOTTERY_TRY(const auto logged, ReadLogged(g, files.bundle, "seal"));
  if (logged.envelope != seal_text)
    return Fail(ErrorCode::kSealSwapped, "the audit leaf holds another seal");
  g.witnessed = std::max(witnessed, logged.witnessed);
  LOTTERY_TRY_VOID(ReadWay(g, files.bundle));
  return g;
}

Result<Ground> LoadGround(const GroundFiles& files) {
  LOTTERY_TRY(Ground g, LoadSealed(files));
  if (g.way.balls != files.beacon.empty())
    return Fail(ErrorCode::kWrongMethod, g.way.balls ? "by the ball machine" : "by the beacon");
  if (g.way.balls) return g;
  LOTTERY_TRY_VOID(protocol::CheckHeld(g.way, false, {}));
  if (g.witnessed.ms + g.plan.margin_ms > g.way.round.ms)
    return Fail(ErrorCode::kCosignatureTooYoung);
  LOTTERY_TRY(const auto pulse_file, base::ReadFile(files.beacon));
  LOTTERY_TRY_VOID(games::TakePulse(g, pulse_file));
  return g;
}

Result<std::string> MakePlan(const std::string& body_text,
                             const std::vector<crypto::SigningKey>& officials) {
  LOTTERY_TRY(const auto object, base::ParseJsonObject(body_text));
  const std::string body = base::ToPretty(object);
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(body));
  if (!games::IsGame(plan.draw.game)) return Fail(ErrorCode::kUnknownGame, plan.draw.game);
  for (const auto& bonus : plan.promotion.bonuses) {
    if (!games::HasTier(plan.draw.game, bonus.tier))
      return Fail(ErrorCode::kBadPlan, "promotion: no tier " + std::to_string(bonus.tier));
  }
  crypto::Envelope envelope{std::string(protocol::kTypePlan), body, {}};
  for (const auto& key : officials) envelope.Sign(key);
  return envelope.ToText();
}

namespace {

// A device says one thing a draw and remembers it before it does. Of two programs that use the
// device at once one makes the file.
Status Remember(const std::string& device, const std::string& name, const std::string& said,
                ErrorCode otherwise) {
  LOTTERY_TRY(const auto lock, base::FolderLock::Take(device));
  const std::string path = device + "/" + name;
  const auto fresh = base::WriteNewFile(path, said + "\n", 0600);
  if (fresh || fresh.error().code != ErrorCode::kAlreadyExists) return fresh;
  LOTTERY_TRY(const auto before, base::ReadFile(path, 1024));
  return before == said + "\n" ? Status() : Fail(otherwise);
}

// Of this operator's draw: a rehearsal of the same number is another draw.
std::string MemoryOf(const Ground& ground, const std::string& kind) {
  return kind + "-" + ground.trust.operator_name + "-" + ground.plan.draw.ToText();
}

Status RememberAlpha(const Ground& ground, const std::string& device, const std::string& suffix) {
  return Remember(device, MemoryOf(ground, "alpha") + suffix, base::ToHex(ground.alpha),
                  ErrorCode::kSecondAlpha);
}

// Two holders' word, each by the registered key of the name its share bears.
Result<std::string> SignOpening(const Ground& g, const protocol::KeyOpening& opening,
                                const std::vector<const Opener*>& openers) {
  crypto::Envelope envelope{std::string(protocol::kTypeKeyOpening), opening.ToBody(), {}};
  LOTTERY_TRY_VOID(protocol::ParseKeyOpening(envelope.body).map([](const auto&) {}));
  for (const auto* opener : openers) {
    const bool known = std::any_of(g.trust.keys.begin(), g.trust.keys.end(), [&](const auto& k) {
      return k.purpose == "escrow-holder" && k.name == opener->share.holder &&
             k.public_key == opener->key.public_key();
    });
    if (!known) return Fail(ErrorCode::kBadKey, "not the key of " + opener->share.holder);
    envelope.Sign(opener->key);
  }
  return envelope.ToText();
}

}  // namespace

Result<Contribution> RecoverContribution(const Ground& ground, const std::string& escrow_text,
                                         protocol::KeyOpening opening, const Opener& first,
                                         const Opener& second, const std::string& device) {
  const OpenedShare &one = first.share, &other = second.share;
  const std::string official = opening.official;
  if (ground.way.balls) return Fail(ErrorCode::kWrongMethod, "by the ball machine");
  LOTTERY_TRY_VOID(protocol::CheckEscrow(ground.plan, ground.trust, escrow_text));
  LOTTERY_TRY(const auto escrow, protocol::ParseEscrow(escrow_text));
  const auto* held = escrow.Find(official);
  if (held == nullptr) return Fail(ErrorCode::kBadContribution, official);
  LOTTERY_TRY(const auto key,
              crypto::RecoverVrfKey(held->vrf_key, held->commitment,
                                    {escrow.NumberOf(one.holder), one.share.Clone()},
                                    {escrow.NumberOf(other.holder), other.share.Clone()}));
  opening.draw = ground.plan.draw;
  opening.plan = ground.plan_hash;
  LOTTERY_TRY(auto signed_opening, SignOpening(ground, opening, {&first, &second}));
  LOTTERY_TRY_VOID(RememberAlpha(ground, device, "-" + official));
  return Contribution{official, key.Prove(ground.alpha), std::move(signed_opening)};
}

Result<Contribution> Contribute(const Ground& ground, const std::string& official,
                                const crypto::VrfKey& key, const std::string& device) {
  const auto& list = ground.plan.officials;
  const auto entry =
      std::find_if(list.begin(), list.end(), [&](const auto& o) { return o.name == official; });
  if (entry == list.end() || entry->vrf_key != key.public_key())
    return Fail(ErrorCode::kBadContribution, official + " or the key is not in the plan");
  LOTTERY_TRY_VOID(RememberAlpha(ground, device, ""));
  return Contribution{official, key.Prove(ground.alpha), {}};
}

Result<std::string> EnterBalls(const Ground& ground, BallEntry entry, const std::string& official,
                               const crypto::SigningKey& key, const std::string& device) {
  if (!ground.way.balls) return Fail(ErrorCode::kWrongMethod, "by the beacon");
  const auto& list = ground.plan.officials;
  const auto known =
      std::find_if(list.begin(), list.end(), [&](const auto& o) { return o.name == official; });
  if (known == list.end() || known->signing_key != key.public_key())
    return Fail(ErrorCode::kBadKey, official + " or the key is not in the plan");
  entry.draw = ground.plan.draw;
  entry.plan = ground.plan_hash;
  entry.seal = ground.seal_hash;
  entry.official = official;
  LOTTERY_TRY_VOID(games::CheckEntry(entry, ground.plan, ground.plan_hash, ground.seal_hash));
  LOTTERY_TRY_VOID(protocol::CheckHeld(ground.way, true, entry.started));
  // When it was written down may differ; what was written may not.
  BallEntry timeless = entry;
  timeless.at = {};
  LOTTERY_TRY_VOID(Remember(device, MemoryOf(ground, "entry") + "-" + official,
                            base::ToHex(crypto::Sha256(timeless.ToBody()).view()),
                            ErrorCode::kSecondEntry));
  crypto::Envelope envelope{std::string(protocol::kTypeBallEntry), entry.ToBody(), {}};
  envelope.Sign(key);
  return envelope.ToText();
}

Result<std::string> Attend(const Ground& ground, const std::vector<std::string>& entries,
                           const SeenBalls& seen, const std::string& signed_before,
                           const crypto::SigningKey& key, base::UtcTime at) {
  if (!ground.way.balls) return Fail(ErrorCode::kWrongMethod, "by the beacon");
  LOTTERY_TRY(const auto agreed,
              games::AgreedEntry(entries, ground.plan, ground.plan_hash, ground.seal_hash));
  if (agreed.numbers != seen.numbers || agreed.extra != seen.extra)
    return Fail(ErrorCode::kEntriesDiffer,
                "the entries say " +
                    protocol::NumbersText(ground.plan.draw.game, agreed.numbers, agreed.extra));
  const auto overseers = protocol::OverseersKeys(ground.plan, ground.trust);
  if (std::find(overseers.begin(), overseers.end(), key.public_key()) == overseers.end())
    return Fail(ErrorCode::kBadKey, "the key is not of an overseer of this plan");
  protocol::Attendance attendance{ground.plan.draw, ground.plan_hash, ground.seal_hash, {}, at};
  LOTTERY_TRY(attendance.entries, protocol::HashesOfEntries(entries));
  crypto::Envelope envelope{std::string(protocol::kTypeAttendance), attendance.ToBody(), {}};
  if (!signed_before.empty()) {
    LOTTERY_TRY(envelope, crypto::ParseEnvelope(signed_before, protocol::kTypeAttendance));
    LOTTERY_TRY(const auto before, protocol::ParseAttendance(envelope.body));
    if (before.draw != attendance.draw || before.plan != attendance.plan ||
        before.seal != attendance.seal || before.entries != attendance.entries)
      return Fail(ErrorCode::kBadBallEntry, "the attendance is of another draw or other entries");
  }
  LOTTERY_TRY(const auto says, protocol::ParseAttendance(envelope.body));
  if (says.at < agreed.started)
    return Fail(ErrorCode::kBadBallEntry, "signed at " + base::ToIso(says.at) +
                                              ", before the machine ran: a clock is behind");
  if (envelope.SignedBy(key.public_key())) return Fail(ErrorCode::kAlreadyExists, "signed already");
  envelope.Sign(key);
  return envelope.ToText();
}

Result<std::string> MakeDeviation(const std::string& plan_text, protocol::Deviation deviation,
                                  const std::vector<crypto::SigningKey>& signers) {
  LOTTERY_TRY(const auto plan_envelope, crypto::ParseEnvelope(plan_text, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  deviation.draw = plan.draw;
  deviation.plan = protocol::BodyHash(plan_envelope);
  crypto::Envelope envelope{std::string(protocol::kTypeDeviation), deviation.ToBody(), {}};
  LOTTERY_TRY_VOID(protocol::ParseDeviation(envelope.body).map([](const auto&) {}));
  for (const auto& key : signers) envelope.Sign(key);
  return envelope.ToText();
}

Result<std::string> MakeWithdrawal(const std::string& plan_text, std::string reason,
                                   base::UtcTime at,
                                   const std::vector<crypto::SigningKey>& officials) {
  LOTTERY_TRY(const auto plan_envelope, crypto::ParseEnvelope(plan_text, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  const protocol::Withdrawal withdrawal{plan.draw, protocol::BodyHash(plan_envelope),
                                        std::move(reason), at};
  crypto::Envelope envelope{std::string(protocol::kTypeWithdrawal), withdrawal.ToBody(), {}};
  LOTTERY_TRY_VOID(protocol::ParseWithdrawal(envelope.body).map([](const auto&) {}));
  for (const auto& key : officials) {
    if (!plan_envelope.SignedBy(key.public_key()))
      return Fail(ErrorCode::kBadKey, "one of the keys did not sign this plan");
    envelope.Sign(key);
  }
  return envelope.ToText();
}

Result<std::string> MakeLifting(protocol::Lifting lifting,
                                const std::vector<crypto::SigningKey>& officials) {
  crypto::Envelope envelope{std::string(protocol::kTypeLifting), lifting.ToBody(), {}};
  LOTTERY_TRY_VOID(protocol::ParseLifting(envelope.body).map([](const auto&) {}));
  for (const auto& key : officials) envelope.Sign(key);
  return envelope.ToText();
}

Result<std::string> SignCertificate(const Ground& ground, const std::string& certificate_text,
                                    const crypto::SigningKey& key) {
  LOTTERY_TRY(auto envelope,
              crypto::ParseEnvelope(certificate_text, protocol::kTypeDrawCertificate));
  LOTTERY_TRY(const auto certificate, protocol::ParseDrawCertificate(envelope.body));
  LOTTERY_TRY_VOID(Recomputes(ground, certificate, envelope.body));
  const auto& list = ground.plan.officials;
  if (std::none_of(list.begin(), list.end(),
                   [&](const auto& o) { return o.signing_key == key.public_key(); })) {
    return Fail(ErrorCode::kBadKey, "the key is not an official's of this plan");
  }
  if (envelope.SignedBy(key.public_key())) return Fail(ErrorCode::kAlreadyExists, "signed already");
  envelope.Sign(key);
  return envelope.ToText();
}

}  // namespace lottery::draw
