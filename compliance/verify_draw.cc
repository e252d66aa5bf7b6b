// A draw from its plan to its numbers.
#include <algorithm>

#include "base/file.h"
#include "compliance/verifier.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::DrawId;
namespace {
constexpr std::int64_t kSealedBeforeMs = 60'000;  // the seal is made in the batch that logs it
constexpr std::int64_t kLineFen = 200, kMostTicketFen = 2'000'000;  // of every game
}  // namespace

Status Verifier::CheckPlan(DrawFacts& d) {
  const std::string name = "plan/" + d.name + ".json";
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(const auto entry, FirstLeaf("plan", d, ErrorCode::kPlanSwapped));
  const auto first = base::GetString(entry->body, "envelope");
  if (!first || *first != text)
    return tl::unexpected<base::Error>({ErrorCode::kPlanSwapped, "not the first plan leaf", name});
  LOTTERY_TRY(
      const auto envelope,
      Named(protocol::OpenSigned(text, protocol::kTypePlan, trust_.KeysFor("official"), 2), name));
  LOTTERY_TRY(d.plan, Named(protocol::ParsePlan(envelope.body), name));
  d.plan_hash = protocol::BodyHash(envelope);
  if (d.plan.draw != d.draw)
    return tl::unexpected<base::Error>({ErrorCode::kPlanSwapped, "of another draw", name});
  LOTTERY_TRY_VOID(Named(protocol::CheckPlanIsTrusted(d.plan, trust_), name));
  const std::string rules = "rules/" + base::ToHex(d.plan.rule_book.view()) + ".json";
  LOTTERY_TRY(const auto rule_book, files_.Read(rules));
  if (crypto::Sha256(rule_book) != d.plan.rule_book)
    return tl::unexpected<base::Error>({ErrorCode::kOldRule, "not the plan's rule book", rules});
  for (const auto& official : d.plan.officials) {
    const auto retired = RetiredAt(official.vrf_key);
    if (retired && *retired < entry->index)
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadPlan, "the key of " + official.name + " was opened before", name});
  }
  if (d.plan.overseers.empty())
    Remark(d, "旧版计划，没有监督人员：两名开奖人员即可改用摇奖机、取消或录入摇奖机号码",
           "a plan of before, without overseers: two officials could turn to the ball machine, "
           "cancel, or write down its balls");
  // Witnessed before the first sale: before it was opened, and before its first leaf.
  d.opened = audit_.OpenedAt(d.draw);
  if (!d.opened)
    return tl::unexpected<base::Error>({ErrorCode::kPlanNotWitnessed, "never opened", name});
  const std::string proof_name = "plan/" + d.name + ".audit.tlog-proof";
  LOTTERY_TRY(const auto proof, AuditProof(proof_name, *entry));
  return CheckQuorum(proof.note, d.plan, d.opened->ms, proof_name);
}

// A deferral, fallback or cancellation the audit log has of the draw: signed, the only one of its
// kind, and witnessed while nobody could know the outcome, or logged when contributions were
// overdue.
Status Verifier::CheckDeviation(DrawFacts& d, protocol::Deviation::Kind kind,
                                std::optional<protocol::Seen>& out) {
  const std::string name(protocol::NameOf(kind));
  if (audit_.First(name, d.draw) == nullptr) return {};
  LOTTERY_TRY(const auto entry, FirstLeaf(name.c_str(), d, ErrorCode::kBadDeviation));
  const std::string proof_name = name + "/" + d.name + ".audit.tlog-proof";
  LOTTERY_TRY(const auto proof, AuditProof(proof_name, *entry));
  LOTTERY_TRY(auto deviation, Named(ReadDeviation(*entry, trust_, d.plan), proof_name));
  LOTTERY_TRY_VOID(CheckQuorum(proof.note, d.plan, kAnyTime, proof_name));
  const std::int64_t latest = deviation.round.ms - d.plan.margin_ms;
  const bool early = CheckQuorum(proof.note, d.plan, latest, proof_name).has_value();
  if (kind == protocol::Deviation::Kind::kFallback)
    d.older_notes.emplace_back(proof_name, proof.note);
  if (kind == protocol::Deviation::Kind::kCancellation) {
    remarks_.push_back(base::json::object{
        {"draw", d.name},
        {"zh", "在无人可知结果时取消，凭票退款"},
        {"en", "cancelled while nobody could know the outcome; its tickets are refunded"},
        {"reason", deviation.reason}});
    out = protocol::Seen{std::move(deviation), early};
    return {};
  }
  remarks_.push_back(base::json::object{
      {"draw", d.name},
      {"zh", early ? "在无人可知结果时改期或改用摇奖机"
                   : "见证过晚，或贡献逾期后改用摇奖机：全体开奖人员合谋本可预知信标结果"},
      {"en", early ? "deferred, or to the ball machine, while nobody could know the outcome"
                   : "seen late, or ball machine after overdue contributions: all officials "
                     "together could have known the beacon's outcome"},
      {"reason", deviation.reason}});
  out = protocol::Seen{std::move(deviation), early};
  return {};
}

// The published side of the officials' escrow, if the plan has one.
Status Verifier::CheckEscrow(DrawFacts& d) {
  if (d.plan.escrow.empty()) return {};
  const std::string name = "escrow/" + d.plan.escrow + ".json";
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY_VOID(Named(protocol::CheckEscrow(d.plan, trust_, text), name));
  LOTTERY_TRY(d.escrow, Named(protocol::ParseEscrow(text), name));
  return {};
}

// Place of the audit entry that retires a VRF key; nothing when none does.
std::optional<std::uint64_t> Verifier::RetiredAt(const Bytes& vrf_key) const {
  for (const auto& entry : audit_.entries) {
    const auto key = base::GetString(entry.body, "vrf_key");
    if (entry.kind == "retire" && key && *key == base::ToHex(vrf_key)) return entry.index;
  }
  return std::nullopt;
}

// Whoever's key was opened: by two holders of the escrow, and the key is retired in the log.
Status Verifier::CheckOpened(const DrawFacts& d, const std::string& file) {
  LOTTERY_TRY(const auto opened,
              Named(protocol::CheckOpenings(d.certificate, d.plan, trust_), file));
  for (const auto& name : opened) {
    const auto official = std::find_if(d.plan.officials.begin(), d.plan.officials.end(),
                                       [&](const auto& o) { return o.name == name; });
    if (official == d.plan.officials.end() || !RetiredAt(official->vrf_key))
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadContribution, "the key of " + name + " is not retired", file});
    remarks_.push_back(base::json::object{
        {"draw", d.name},
        {"zh", name + " 的贡献由托管份额恢复，密钥已作废"},
        {"en", "the contribution of " + name + " was recovered from escrow; its key is retired"}});
  }
  return {};
}

Status Verifier::CheckWay(DrawFacts& d) {
  using enum protocol::Deviation::Kind;
  LOTTERY_TRY_VOID(CheckDeviation(d, kDeferral, d.deviations.deferral));
  LOTTERY_TRY_VOID(CheckDeviation(d, kFallback, d.deviations.fallback));
  LOTTERY_TRY_VOID(CheckDeviation(d, kCancellation, d.deviations.cancellation));
  LOTTERY_TRY(d.way, Named(d.deviations.WayOf(d.plan, d.plan_hash), "plan/" + d.name + ".json"));
  return {};
}

// Figures that can be checked without entries: as many leaves as sales and voids, whole
// lines, no more voided than sold, terminals between one and the leaves, and nothing left out. The
// log ends where the close leaf says.
Status Verifier::CheckSealFigures(const DrawFacts& d) const {
  const auto& t = d.seal.totals;
  const auto size = static_cast<std::int64_t>(d.sealed.size);
  constexpr std::int64_t kMostLeaves = std::int64_t{1} << 40;  // what follows cannot overflow
  const bool counts = size >= 0 && size <= kMostLeaves && t.voids >= 0 && t.voids <= t.sales &&
                      t.sales == size - t.voids;
  const std::int64_t sold = t.sales_amount.fen(), taken = t.voids_amount.fen();
  const bool sums = counts && sold >= 0 && sold <= kMostLeaves * kMostTicketFen &&
                    sold % kLineFen == 0 && taken % kLineFen == 0 && taken >= 0 && taken <= sold &&
                    sold >= t.sales * kLineFen &&
                    (sold + kMostTicketFen - 1) / kMostTicketFen <= t.sales;
  if (!counts || !sums) return Fail(ErrorCode::kFenMoved, "totals that no log of this size has");
  if (d.seal.terminals < (size == 0 ? 0 : 1) || d.seal.terminals > size)
    return Fail(ErrorCode::kFenMoved, "terminals");
  if (!d.seal.exclusions.empty()) return Fail(ErrorCode::kBadSeal, "sales are left out");
  const auto* life = audit_.lives.Find(d.draw);
  if (life == nullptr || !life->closed)
    return Fail(ErrorCode::kIllegalTransition, "the audit log never closed it");
  if (life->size != d.sealed.size)
    return Fail(life->size < d.sealed.size ? ErrorCode::kLeafAdded : ErrorCode::kLeafMissing,
                "another size than when it was closed");
  if (life->root != d.sealed.root)
    return Fail(ErrorCode::kLogMismatch, "another root than when it was closed");
  return {};
}

Status Verifier::CheckSeal(DrawFacts& d) {
  const std::string name = "seal/" + d.name + ".json";
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(
      const auto envelope,
      Named(protocol::OpenSigned(text, protocol::kTypeSeal, trust_.KeysFor("seal"), 1), name));
  LOTTERY_TRY(d.seal, Named(protocol::ParseSeal(envelope.body), name));
  d.seal_hash = protocol::BodyHash(envelope);
  const std::string origin = protocol::OriginOf(trust_.operator_name, d.draw);
  const auto& place = d.seal.checkpoints[0];
  if (d.seal.checkpoints.size() != 1 || place.origin != origin || d.seal.draw != d.draw ||
      place.operator_name != trust_.operator_name)
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadSeal, "of another draw or another operator", name});
  if (d.seal.rule_book != d.plan.rule_book)
    return tl::unexpected<base::Error>({ErrorCode::kOldRule, "not the plan's rule book", name});
  if (d.seal.plan != d.plan_hash)
    return tl::unexpected<base::Error>(
        {ErrorCode::kPlanSwapped, "the seal names another plan", name});
  LOTTERY_TRY(const auto sealed,
              Named(crypto::OpenCheckpoint(place.note, trust_.log_key, origin), name));
  d.sealed = sealed.checkpoint;
  LOTTERY_TRY_VOID(Named(CheckSealFigures(d), name));
  const std::string published_name = d.log_folder + "/checkpoint";
  LOTTERY_TRY(const auto published_text, files_.Read(published_name));
  LOTTERY_TRY(const auto published, OpenCheckpoint(published_text, origin, published_name));
  LOTTERY_TRY_VOID(CheckSame(published.checkpoint, sealed.checkpoint, published_name));
  const std::int64_t latest = d.way.balls ? kAnyTime : d.way.round.ms - d.plan.margin_ms;
  LOTTERY_TRY_VOID(CheckQuorum(sealed.note, d.plan, latest, name));
  LOTTERY_TRY_VOID(CheckCosignedAfter(sealed.note, *d.opened, name));
  LOTTERY_TRY_VOID(CheckQuorum(published.note, d.plan, kAnyTime, published_name));
  LOTTERY_TRY(const auto entry, FirstLeaf("seal", d, ErrorCode::kSealSwapped));
  const auto first = base::GetString(entry->body, "envelope");
  if (!first || *first != text)
    return tl::unexpected<base::Error>({ErrorCode::kSealSwapped, "not the first seal leaf", name});
  const std::int64_t sealed_at = d.seal.sealed_at.ms;
  if (sealed_at < d.plan.close.ms || sealed_at > entry->time.ms + kSameMomentMs ||
      sealed_at < entry->time.ms - kSealedBeforeMs)
    return tl::unexpected<base::Error>(
        {ErrorCode::kEntryTime, "sealed_at is not when it was sealed", name});
  const std::string proof_name = "seal/" + d.name + ".audit.tlog-proof";
  LOTTERY_TRY(const auto proof, AuditProof(proof_name, *entry));
  d.older_notes.emplace_back(name, sealed.note);
  d.older_notes.emplace_back(proof_name, proof.note);
  return CheckQuorum(proof.note, d.plan, latest, proof_name);
}

Status Verifier::CheckSealed(DrawFacts& d) {
  return ReadTiles(files_, d.log_folder, d.sealed).map([](const auto&) {});
}

// The auditors' bundles: every leaf verified, the sealed root, totals and per-terminal root
// reached.
Status Verifier::CheckEntries(DrawFacts& d) {
  if (entries_.empty()) return {};
  const std::string folder = entries_ + "/" + d.log_folder.substr(4);
  const std::string bundles = folder + "/tile/entries";
  std::vector<std::string> names;
  if (base::Exists(bundles)) {
    LOTTERY_TRY(names, PlainFiles(bundles));
  }
  LOTTERY_TRY(const auto leaves,
              ReadBundles(d.sealed.size, names, bundles, [&](const std::string& name) {
                return base::ReadFile(bundles + "/" + name);
              }));
  SalesView view;
  view.origin = d.sealed.origin;
  for (const auto& leaf : leaves) LOTTERY_TRY_VOID(Named(view.Add(leaf, audit_), folder));
  LOTTERY_TRY(const auto sealed,
              crypto::OpenCheckpoint(d.seal.checkpoints[0].note, trust_.log_key, view.origin));
  LOTTERY_TRY_VOID(CheckCosignedAfter(sealed.note, view.newest(), folder));
  if (view.tree.Root() != d.sealed.root)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLogMismatch, "entries do not make the sealed root", folder});
  if (view.Totals() != d.seal.totals ||
      protocol::TerminalsRoot(view.List()) != d.seal.terminals_root) {
    return tl::unexpected<base::Error>(
        {ErrorCode::kFenMoved, "the seal's totals", "seal/" + d.name + ".json"});
  }
  d.sales = std::move(view);
  return {};
}

// The beacon's file is the one that was logged with the certificate. Logs of before have none.
Status Verifier::CheckLoggedPulse(const DrawFacts& d, const std::string& pulse) {
  const auto* entry = audit_.First("pulse", d.draw);
  if (entry == nullptr) {
    const auto* certificate = audit_.First("certificate", d.draw);
    if (certificate != nullptr && audit_.HasBefore("pulse", certificate->index))
      return Fail(ErrorCode::kBeaconReplaced, "the pulse is not in the audit log");
    Remark(d, "旧版日志：信标脉冲未入审计日志",
           "a log of before: the pulse is not in the audit log");
    return {};
  }
  const auto logged = base::GetString(entry->body, "pulse");
  if (!logged || *logged != pulse)
    return Fail(ErrorCode::kBeaconReplaced, "not the pulse in the audit log");
  return {};
}

Status Verifier::CheckCertificate(DrawFacts& d) {
  const std::string name = "draw/" + d.name + ".certificate.json";
  const std::string beacon = "beacon/" + d.name + ".json";
  std::string pulse;
  if (!d.way.balls) {
    LOTTERY_TRY(pulse, files_.Read(beacon));
  }
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(const auto envelope,
              Named(protocol::OpenSigned(text, protocol::kTypeDrawCertificate, d.plan.SigningKeys(),
                                         d.plan.certificate_quorum),
                    name));
  LOTTERY_TRY(d.certificate, Named(protocol::ParseDrawCertificate(envelope.body), name));
  d.certificate_hash = protocol::BodyHash(envelope);
  LOTTERY_TRY(const auto first_known,
              Named(CheckOutcome(d.plan, d.plan_hash, d.seal_hash, d.deviations, trust_, pulse,
                                 d.certificate),
                    d.way.balls ? name : beacon));
  if (!d.way.balls) LOTTERY_TRY_VOID(Named(CheckLoggedPulse(d, pulse), beacon));
  LOTTERY_TRY_VOID(CheckOpened(d, name));
  for (const auto& [file, note] : d.older_notes)
    LOTTERY_TRY_VOID(CheckQuorum(note, d.plan, first_known.ms - d.plan.margin_ms, file));
  LOTTERY_TRY(const auto entry, FirstLeaf("certificate", d, ErrorCode::kBadDrawCertificate));
  const auto first = base::GetString(entry->body, "envelope");
  if (!first || *first != text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadDrawCertificate, "not the one in the audit log", name});
  return Named(protocol::CheckCertifiedAt(d.certificate, first_known, entry->time), name);
}

}  // namespace lottery::compliance
