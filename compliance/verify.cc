#include "compliance/verify.h"

#include <algorithm>

#include "base/file.h"
#include "compliance/fund_check.h"
#include "compliance/public_folder.h"
#include "crypto/pulse.h"
#include "protocol/escrow.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
using protocol::DrawId;
namespace {

constexpr std::int64_t kAnyTime = std::int64_t{1} << 60;

// Everything known so far about one draw.
struct DrawFacts {
  DrawId draw;
  std::string name, log_folder;
  protocol::Plan plan;
  protocol::Seal seal;
  protocol::DrawCertificate certificate;
  protocol::Statement statement;
  Digest plan_hash, seal_hash, certificate_hash, statement_hash;
  std::string statement_text;
  crypto::Checkpoint sealed;
  std::vector<std::pair<std::string, crypto::Note>>
      sealed_notes;  // by file: of sales and audit log
  std::optional<UtcTime> opened;
  std::optional<protocol::Deviation> deferral, fallback;
  protocol::Way way;
  protocol::Escrow escrow;  // empty where the plan has none
  std::optional<SalesView> sales;
};

class Verifier {
 public:
  Verifier(const std::string& folder, const std::string& root, const std::string& entries)
      : files_(folder), root_(root), entries_(entries) {}
  Result<base::json::object> Run();

 private:
  Status CheckTrust();
  Status CheckAudit();
  Status CheckDraw(DrawFacts& d);
  Status CheckPlan(DrawFacts& d);
  Status CheckSeal(DrawFacts& d);
  Status CheckSealed(DrawFacts& d);
  Status CheckEntries(DrawFacts& d);
  Status CheckDeviation(DrawFacts& d, protocol::Deviation::Kind kind,
                        std::optional<protocol::Deviation>& out);
  Status CheckWay(DrawFacts& d);
  Status CheckEscrow(DrawFacts& d);
  std::optional<std::uint64_t> RetiredAt(const Bytes& vrf_key) const;
  Status CheckOpened(const DrawFacts& d, const std::string& file);
  Status CheckCertificate(DrawFacts& d);
  Status CheckStatement(DrawFacts& d);
  Status CheckAgreements(DrawFacts& d);
  Status CheckTickets();
  Status CheckOpening();
  Result<crypto::SignedCheckpoint> AuditProof(const std::string& name,
                                              const AuditView::Entry& entry);
  Status CheckQuorum(const crypto::Note& note, const protocol::Plan& plan,
                     std::int64_t latest_allowed_ms, const std::string& where);
  Result<const AuditView::Entry*> FirstLeaf(const char* kind, const DrawFacts& d,
                                            ErrorCode otherwise);

  PublicFolder files_;
  std::string root_, entries_;
  protocol::Trust trust_;
  AuditView audit_;
  std::map<DrawId, DrawFacts> draws_;
  std::map<std::string, PrizeBasis> basis_;  // by game: what the next draw starts from
  std::int64_t checked_tickets_ = 0;
  base::json::array remarks_;  // what is in order and should be known all the same
};

template <typename T>
auto Named(T result, const std::string& file) {
  if (!result) result.error() = InFile(std::move(result.error()), file);
  return result;
}

Status Verifier::CheckTrust() {
  LOTTERY_TRY(const auto text, files_.Read("trust.json"));
  LOTTERY_TRY(trust_, Named(protocol::OpenTrust(text), "trust.json"));
  const std::string fingerprint = protocol::RootFingerprint(trust_.root_key);
  if (root_.empty())
    return tl::unexpected<base::Error>(
        {ErrorCode::kRootNotGiven, "this folder's root is " + fingerprint, "trust.json"});
  if (fingerprint != root_)
    return tl::unexpected<base::Error>(
        {ErrorCode::kRootMismatch, "this folder's root is " + fingerprint, "trust.json"});
  LOTTERY_TRY(const auto vkey, files_.Read("log/vkey"));
  if (vkey != trust_.log_key.ToText() + "\n")
    return tl::unexpected<base::Error>({ErrorCode::kBadKey, "not the trusted log key", "log/vkey"});
  std::string witnesses;
  for (const auto& w : trust_.witnesses) witnesses += w.ToText() + "\n";
  LOTTERY_TRY(const auto listed, files_.Read("log/witnesses"));
  if (listed != witnesses)
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadKey, "not the trusted witnesses", "log/witnesses"});
  return {};
}

// Different witnesses of the plan (all of trust where there is no plan), none twice, none younger
// than allowed.
Status Verifier::CheckQuorum(const crypto::Note& note, const protocol::Plan& plan,
                             std::int64_t latest_allowed_ms, const std::string& where) {
  std::vector<crypto::VerifierKey> witnesses;
  for (const auto& key : trust_.witnesses) {
    const bool named =
        plan.witnesses.empty() ||
        std::find(plan.witnesses.begin(), plan.witnesses.end(), key.name) != plan.witnesses.end();
    if (named) witnesses.push_back(key);
  }
  const int needed = plan.witnesses.empty() ? trust_.quorum : plan.quorum;
  const auto quorum = crypto::CountWitnesses(note, trust_.log_key, witnesses);
  const auto refuse = [&](ErrorCode code) {
    return tl::unexpected<base::Error>(
        {code, std::to_string(quorum.count) + " of " + std::to_string(needed), where});
  };
  if (quorum.repeated) return refuse(ErrorCode::kWitnessTwice);
  if (quorum.failed || quorum.unknown != 0) return refuse(ErrorCode::kBadSignature);
  if (quorum.count < needed) return refuse(ErrorCode::kQuorumMissing);
  if (quorum.latest_ms > latest_allowed_ms) return refuse(ErrorCode::kCosignatureTooYoung);
  return {};
}

Status Verifier::CheckAudit() {
  LOTTERY_TRY(const auto text, files_.Read("audit/checkpoint"));
  LOTTERY_TRY(const auto signed_note,
              Named(crypto::OpenCheckpoint(text, trust_.log_key,
                                           protocol::AuditOrigin(trust_.operator_name)),
                    "audit/checkpoint"));
  if (signed_note.note.ToText() != text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadNote, "not in canonical form", "audit/checkpoint"});
  LOTTERY_TRY_VOID(CheckQuorum(signed_note.note, {}, kAnyTime, "audit/checkpoint"));
  LOTTERY_TRY(const auto tree, ReadTiles(files_, "audit", signed_note.checkpoint));
  for (const auto& name : base::ListFiles(files_.root() + "/audit/tile/entries"))
    LOTTERY_TRY_VOID(files_.Read("audit/tile/entries/" + name).map([](const auto&) {}));
  LOTTERY_TRY(const auto entries, ReadBundles(files_.root() + "/audit"));
  if (entries.size() < tree.size())
    return tl::unexpected<base::Error>(
        {ErrorCode::kLeafMissing, "audit entries", "audit/tile/entries"});
  if (entries.size() > tree.size())
    return tl::unexpected<base::Error>(
        {ErrorCode::kLeafAdded, "audit entries", "audit/tile/entries"});
  for (const auto& entry : entries)
    LOTTERY_TRY_VOID(Named(audit_.Add(entry), "audit/tile/entries"));
  if (audit_.tree.Root() != signed_note.checkpoint.root)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLogMismatch, "entries do not make the root", "audit/checkpoint"});
  return {};
}

Result<const AuditView::Entry*> Verifier::FirstLeaf(const char* kind, const DrawFacts& d,
                                                    ErrorCode otherwise) {
  const auto* entry = audit_.First(kind, d.draw);
  if (entry == nullptr)
    return tl::unexpected<base::Error>(
        {otherwise, std::string("the audit log has no ") + kind + " of " + d.name,
         "audit/checkpoint"});
  if (audit_.Count(kind, d.draw) != 1)
    return tl::unexpected<base::Error>(
        {otherwise, std::string("a second ") + kind + " of " + d.name + " is in the audit log",
         "audit/checkpoint"});
  return entry;
}

// An inclusion proof against an early, witnessed checkpoint of the same audit log.
Result<crypto::SignedCheckpoint> Verifier::AuditProof(const std::string& name,
                                                      const AuditView::Entry& entry) {
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(const auto proof, Named(crypto::ParseTlogProof(text), name));
  LOTTERY_TRY(auto signed_note,
              Named(crypto::OpenCheckpoint(proof.checkpoint_note, trust_.log_key,
                                           protocol::AuditOrigin(trust_.operator_name)),
                    name));
  const auto& c = signed_note.checkpoint;
  if (c.size > audit_.tree.size() || audit_.tree.RootAt(c.size) != c.root)
    return tl::unexpected<base::Error>({ErrorCode::kSplitView, "another audit log", name});
  if (proof.index != entry.index || crypto::ToTlogProof(proof) != text)
    return tl::unexpected<base::Error>({ErrorCode::kBadProof, "index or form", name});
  LOTTERY_TRY_VOID(Named(crypto::VerifyInclusion(proof.index, c.size, audit_.tree.leaf(entry.index),
                                                 proof.proof, c.root),
                         name));
  return signed_note;
}

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
  for (const auto& official : d.plan.officials) {
    const auto retired = RetiredAt(official.vrf_key);
    if (retired && *retired < entry->index)
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadPlan, "the key of " + official.name + " was opened before", name});
  }
  // Witnessed before the first sale: before it was opened, and before its first leaf.
  d.opened = audit_.OpenedAt(d.draw);
  if (!d.opened)
    return tl::unexpected<base::Error>({ErrorCode::kPlanNotWitnessed, "never opened", name});
  const std::string proof_name = "plan/" + d.name + ".audit.tlog-proof";
  LOTTERY_TRY(const auto proof, AuditProof(proof_name, *entry));
  return CheckQuorum(proof.note, d.plan, d.opened->ms, proof_name);
}

// A deferral or fallback the audit log has of the draw: signed, the only one of its kind, and
// witnessed while nobody could know the outcome, or logged when contributions were overdue.
Status Verifier::CheckDeviation(DrawFacts& d, protocol::Deviation::Kind kind,
                                std::optional<protocol::Deviation>& out) {
  const std::string name(protocol::NameOf(kind));
  if (audit_.First(name, d.draw) == nullptr) return {};
  LOTTERY_TRY(const auto entry, FirstLeaf(name.c_str(), d, ErrorCode::kBadDeviation));
  const std::string proof_name = name + "/" + d.name + ".audit.tlog-proof";
  LOTTERY_TRY(const auto proof, AuditProof(proof_name, *entry));
  LOTTERY_TRY(out, Named(ReadDeviation(*entry, trust_, d.plan), proof_name));
  const bool overdue = kind == protocol::Deviation::Kind::kFallback &&
                       entry->time.ms >= out->round.ms + d.plan.contribution_deadline_ms;
  const std::int64_t latest = overdue ? kAnyTime : out->round.ms - d.plan.margin_ms;
  remarks_.push_back(base::json::object{
      {"draw", d.name},
      {"zh", overdue ? "贡献逾期后改用摇奖机：全体开奖人员合谋本可预知信标结果"
                     : "在无人可知结果时改期或改用摇奖机"},
      {"en", overdue ? "ball machine after overdue contributions: all officials together could "
                       "have known the beacon's outcome"
                     : "deferred, or to the ball machine, while nobody could know the outcome"},
      {"reason", out->reason}});
  return CheckQuorum(proof.note, d.plan, latest, proof_name);
}

// The published side of the officials' escrow, if the plan has one.
Status Verifier::CheckEscrow(DrawFacts& d) {
  if (d.plan.escrow.empty()) return {};
  const std::string name = "escrow/" + d.plan.escrow + ".json";
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY_VOID(Named(protocol::CheckEscrow(d.plan, text), name));
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
  for (const auto& c : d.certificate.contributions) {
    if (c.recovered_by.empty()) continue;
    const bool known = c.recovered_by.size() == 2 && c.recovered_by[0] != c.recovered_by[1] &&
                       d.escrow.NumberOf(c.recovered_by[0]) != 0 &&
                       d.escrow.NumberOf(c.recovered_by[1]) != 0;
    const auto official = std::find_if(d.plan.officials.begin(), d.plan.officials.end(),
                                       [&](const auto& o) { return o.name == c.official; });
    if (!known || official == d.plan.officials.end() || !RetiredAt(official->vrf_key))
      return tl::unexpected<base::Error>({ErrorCode::kBadContribution, c.official, file});
    remarks_.push_back(base::json::object{
        {"draw", d.name},
        {"zh", c.official + " 的贡献由托管份额恢复，密钥已作废"},
        {"en",
         "the contribution of " + c.official + " was recovered from escrow; its key is retired"}});
  }
  return {};
}

Status Verifier::CheckWay(DrawFacts& d) {
  using enum protocol::Deviation::Kind;
  LOTTERY_TRY_VOID(CheckDeviation(d, kDeferral, d.deferral));
  LOTTERY_TRY_VOID(CheckDeviation(d, kFallback, d.fallback));
  LOTTERY_TRY(d.way, Named(protocol::WayOf(d.plan, d.plan_hash, d.deferral ? &*d.deferral : nullptr,
                                           d.fallback ? &*d.fallback : nullptr),
                           "plan/" + d.name + ".json"));
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
  if (place.origin != origin || d.seal.draw != d.draw)
    return tl::unexpected<base::Error>({ErrorCode::kBadSeal, "of another draw", name});
  if (d.seal.rule_book != d.plan.rule_book)
    return tl::unexpected<base::Error>({ErrorCode::kOldRule, "not the plan's rule book", name});
  if (d.seal.plan != d.plan_hash)
    return tl::unexpected<base::Error>(
        {ErrorCode::kPlanSwapped, "the seal names another plan", name});
  LOTTERY_TRY(const auto sealed,
              Named(crypto::OpenCheckpoint(place.note, trust_.log_key, origin), name));
  d.sealed = sealed.checkpoint;
  const std::string published_name = d.log_folder + "/checkpoint";
  LOTTERY_TRY(const auto published_text, files_.Read(published_name));
  LOTTERY_TRY(
      const auto published,
      Named(crypto::OpenCheckpoint(published_text, trust_.log_key, origin), published_name));
  if (published.checkpoint != sealed.checkpoint)
    return tl::unexpected<base::Error>(
        {ErrorCode::kSplitView, "published and sealed checkpoints differ", published_name});
  const std::int64_t latest = d.way.balls ? kAnyTime : d.way.round.ms - d.plan.margin_ms;
  LOTTERY_TRY_VOID(CheckQuorum(sealed.note, d.plan, latest, name));
  if (published_text != place.note)
    return tl::unexpected<base::Error>(
        {ErrorCode::kSplitView, "another note than the sealed one", published_name});
  LOTTERY_TRY(const auto entry, FirstLeaf("seal", d, ErrorCode::kSealSwapped));
  const auto first = base::GetString(entry->body, "envelope");
  if (!first || *first != text)
    return tl::unexpected<base::Error>({ErrorCode::kSealSwapped, "not the first seal leaf", name});
  const std::string proof_name = "seal/" + d.name + ".audit.tlog-proof";
  LOTTERY_TRY(const auto proof, AuditProof(proof_name, *entry));
  d.sealed_notes = {{name, sealed.note}, {proof_name, proof.note}};
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
  LOTTERY_TRY(const auto leaves, ReadBundles(folder));
  if (leaves.size() < d.sealed.size)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLeafMissing,
         std::to_string(leaves.size()) + " of " + std::to_string(d.sealed.size), folder});
  if (leaves.size() > d.sealed.size)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLeafAdded,
         std::to_string(leaves.size()) + " of " + std::to_string(d.sealed.size), folder});
  SalesView view;
  view.origin = d.sealed.origin;
  for (const auto& leaf : leaves) LOTTERY_TRY_VOID(Named(view.Add(leaf, audit_), folder));
  if (view.tree.size() != 0 && view.first_leaf < *d.opened)
    return tl::unexpected<base::Error>(
        {ErrorCode::kPlanNotWitnessed, "sold before the draw was opened", folder});
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

Status Verifier::CheckCertificate(DrawFacts& d) {
  const std::string name = "draw/" + d.name + ".certificate.json";
  const std::string beacon = "beacon/" + d.name + ".json";
  std::string pulse;
  if (!d.way.balls) {
    LOTTERY_TRY(pulse, files_.Read(beacon));
  }
  LOTTERY_TRY(const auto text, files_.Read(name));
  std::vector<Bytes> officials;
  for (const auto& o : d.plan.officials) officials.push_back(o.signing_key);
  LOTTERY_TRY(const auto envelope, Named(protocol::OpenSigned(text, protocol::kTypeDrawCertificate,
                                                              officials, d.plan.certificate_quorum),
                                         name));
  LOTTERY_TRY(d.certificate, Named(protocol::ParseDrawCertificate(envelope.body), name));
  d.certificate_hash = protocol::BodyHash(envelope);
  const auto known = std::find_if(trust_.beacons.begin(), trust_.beacons.end(),
                                  [&](const auto& b) { return b.name == d.plan.beacon; });
  if (known == trust_.beacons.end())
    return tl::unexpected<base::Error>({ErrorCode::kBadPlan, "an untrusted beacon", name});
  const Deviations deviations{d.deferral ? &*d.deferral : nullptr,
                              d.fallback ? &*d.fallback : nullptr};
  LOTTERY_TRY(const auto first_known,
              Named(CheckOutcome(d.plan, d.plan_hash, d.seal_hash, deviations, pulse,
                                 known->certificate_pem, d.certificate),
                    d.way.balls ? name : beacon));
  LOTTERY_TRY_VOID(CheckOpened(d, name));
  for (const auto& [file, note] : d.sealed_notes)
    LOTTERY_TRY_VOID(CheckQuorum(note, d.plan, first_known.ms - d.plan.margin_ms, file));
  LOTTERY_TRY(const auto entry, FirstLeaf("certificate", d, ErrorCode::kBadDrawCertificate));
  const auto first = base::GetString(entry->body, "envelope");
  if (!first || *first != text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadDrawCertificate, "not the one in the audit log", name});
  return {};
}

// Without entries: the statement's own arithmetic, from the winner counts it claims.
Status CheckTiers(const protocol::Statement& s, const OwnPrizes& prizes) {
  const std::size_t expected = s.special_rule ? 7 : 6;
  if (s.tiers.size() != expected) return Fail(ErrorCode::kStatementForged, "tiers");
  std::int64_t lines = 0;
  for (std::size_t i = 0; i < expected; ++i) {
    const auto& t = s.tiers[i];
    const std::int64_t full = i == 0   ? prizes.first_fen
                              : i == 1 ? prizes.second_fen
                                       : kOwnFixedFen[i];
    const std::int64_t each = t.lines == 0 ? 0 : full;
    if (t.tier != static_cast<int>(i) + 1) return Fail(ErrorCode::kStatementForged, "tiers");
    if (t.each.fen() != each || t.total.fen() != each * t.lines)
      return Fail(ErrorCode::kFenMoved, "tier " + std::to_string(t.tier));
    lines += t.lines;
  }
  const bool counted = s.winning_tickets >= (lines > 0 ? 1 : 0) && s.winning_tickets <= lines;
  return counted ? Status() : Fail(ErrorCode::kStatementForged, "winning_tickets");
}

Status CheckFigures(const protocol::Statement& s, const PrizeBasis& basis,
                    const protocol::DrawCertificate& certificate, const Digest& rule_book) {
  if (s.rule != OwnRuleName(s.draw.number)) return Fail(ErrorCode::kOldRule, s.rule);
  if (s.rule_book != rule_book) return Fail(ErrorCode::kOldRule, "another rule book");
  OwnWins lines{};
  for (const auto& t : s.tiers) {
    if (t.tier < 1 || t.tier > 7 || t.lines < 0) return Fail(ErrorCode::kStatementForged, "tiers");
    lines[static_cast<std::size_t>(t.tier - 1)] = t.lines;
  }
  const std::int64_t net = s.totals.sales_amount.fen() - s.totals.voids_amount.fen();
  LOTTERY_TRY(const auto prizes, OwnSsqPrizes({s.draw.number, net, basis.pool_before_fen,
                                               s.injection.fen(), basis.special_rule, lines}));
  const std::pair<const char*, bool> holds[] = {
      {"net_sales_fen", s.net_sales.fen() == net},
      {"prize_money_fen", s.prize_money.fen() == net / 100 * 49},
      {"adjustment_accrued_fen", s.adjustment_accrued.fen() == net / 100 * 2},
      {"fund_fen", s.fund.fen() == net / 100 * 36},
      {"fee_fen", s.fee.fen() == net / 100 * 13},
      {"pool_before_fen", s.pool_before.fen() == basis.pool_before_fen},
      {"special_rule", s.special_rule == basis.special_rule},
      {"prizes_fen", s.prizes.fen() == prizes.paid_fen},
      {"pool_after_fen", s.pool_after.fen() == prizes.pool_after_fen},
      {"adjustment_paid_fen", s.adjustment_paid.fen() == prizes.adjustment_paid_fen},
      {"adjustment_gained_fen", s.adjustment_gained.fen() == prizes.adjustment_gained_fen},
      {"special_rule_next",
       s.special_rule_next ==
           OwnSpecialNext(s.draw.number + 1, basis.special_rule, prizes.pool_after_fen)},
      {"claim_until", s.claim_until == OwnClaimUntil(certificate.at)}};
  for (const auto& [name, ok] : holds) {
    if (!ok) return Fail(ErrorCode::kFenMoved, name);
  }
  return CheckTiers(s, prizes);
}

Status Verifier::CheckStatement(DrawFacts& d) {
  const std::string name = "settlement/" + d.name + ".statement.json";
  LOTTERY_TRY(d.statement_text, files_.Read(name));
  const auto envelope = protocol::OpenSigned(d.statement_text, protocol::kTypeStatement,
                                             trust_.KeysFor("settlement"), 1);
  if (!envelope)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, envelope.error().detail, name});
  LOTTERY_TRY(d.statement, Named(protocol::ParseStatement(envelope->body), name));
  d.statement_hash = protocol::BodyHash(*envelope);
  const auto& s = d.statement;
  if (s.draw != d.draw || s.seal != d.seal_hash || s.certificate != d.certificate_hash)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "of another draw, seal or certificate", name});
  PrizeBasis& basis = basis_[d.draw.game];
  if (s.totals != d.seal.totals)
    return tl::unexpected<base::Error>(
        {ErrorCode::kFenMoved, "totals differ from the seal's", name});
  LOTTERY_TRY_VOID(Named(CheckFigures(s, basis, d.certificate, d.plan.rule_book), name));
  if (d.sales) LOTTERY_TRY_VOID(Named(CompareStatement(*d.sales, d.certificate, basis, s), name));
  basis = {s.pool_after.fen(), s.special_rule_next};
  const auto entry = FirstLeaf("statement", d, ErrorCode::kStatementForged);
  if (!entry) return tl::unexpected<base::Error>(entry.error());
  const auto first = base::GetString((*entry)->body, "envelope");
  if (!first || *first != d.statement_text)
    return tl::unexpected<base::Error>(
        {ErrorCode::kStatementForged, "not the one in the audit log", name});
  return {};
}

Status Verifier::CheckAgreements(DrawFacts& d) {
  const std::string sales_name = "control/" + d.name + ".sales.json";
  LOTTERY_TRY(const auto sales_text, files_.Read(sales_name));
  LOTTERY_TRY(const auto sales, Named(protocol::OpenSigned(sales_text, protocol::kTypeAgreement,
                                                           trust_.KeysFor("control"), 1),
                                      sales_name));
  if (protocol::BodyHash(sales) != d.seal.agreement)
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "not the agreement the seal names", sales_name});
  const std::string name = "control/" + d.name + ".json";
  LOTTERY_TRY(const auto text, files_.Read(name));
  LOTTERY_TRY(const auto envelope, Named(protocol::OpenSigned(text, protocol::kTypeAgreement,
                                                              trust_.KeysFor("control"), 1),
                                         name));
  LOTTERY_TRY(const auto agreement, Named(protocol::ParseAgreement(envelope.body), name));
  const bool same = agreement.draw == d.draw && agreement.stage == "prizes" &&
                    agreement.size == d.sealed.size && agreement.root == d.sealed.root &&
                    agreement.totals == d.seal.totals && agreement.statement == d.statement_hash;
  if (!same)
    return tl::unexpected<base::Error>(
        {ErrorCode::kControlDisagrees, "it agreed with something else", name});
  return {};
}

Status Verifier::CheckDraw(DrawFacts& d) {
  LOTTERY_TRY_VOID(CheckPlan(d));
  LOTTERY_TRY_VOID(CheckWay(d));
  LOTTERY_TRY_VOID(CheckEscrow(d));
  LOTTERY_TRY_VOID(CheckSeal(d));
  LOTTERY_TRY_VOID(CheckEntries(d));
  LOTTERY_TRY_VOID(CheckSealed(d));
  LOTTERY_TRY_VOID(CheckCertificate(d));
  LOTTERY_TRY_VOID(CheckStatement(d));
  return CheckAgreements(d);
}

Status Verifier::CheckOpening() {
  for (const auto& game : files_.Names("opening", ".json")) {
    const std::string name = "opening/" + game + ".json";
    LOTTERY_TRY(const auto text, files_.Read(name));
    LOTTERY_TRY(const auto envelope, Named(protocol::OpenSigned(text, protocol::kTypeOpening,
                                                                trust_.KeysFor("official"), 2),
                                           name));
    LOTTERY_TRY(const auto body, Named(base::ParseJsonObject(envelope.body), name));
    LOTTERY_TRY(const Money pool, Named(base::GetMoney(body, "pool_fen"), name));
    LOTTERY_TRY(const bool special, Named(base::GetBool(body, "special_rule"), name));
    basis_[game] = {pool.fen(), special};
  }
  return {};
}

Status Verifier::CheckTickets() {
  const std::string index_name = "tickets/index.json";
  LOTTERY_TRY(const auto index_text, files_.Read(index_name));
  LOTTERY_TRY(const auto index, Named(base::ParseJsonObject(index_text), index_name));
  if (base::ToPretty(index) != index_text)
    return tl::unexpected<base::Error>({ErrorCode::kBadJson, "not in canonical form", index_name});
  LOTTERY_TRY(const auto tickets, Named(base::GetArray(index, "tickets"), index_name));
  for (const auto& item : tickets) {
    if (!item.is_object())
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadJson, "tickets holds objects", index_name});
    LOTTERY_TRY(const auto number, Named(base::GetInt(item.get_object(), "ticket"), index_name));
    LOTTERY_TRY(const auto origin, Named(base::GetString(item.get_object(), "origin"), index_name));
    LOTTERY_TRY(const auto at, Named(base::GetInt(item.get_object(), "index"), index_name));
    LOTTERY_TRY(const auto leaf_hash,
                Named(base::GetDigest(item.get_object(), "leaf_hash"), index_name));
    const std::string stem = "tickets/" + std::to_string(number);
    LOTTERY_TRY(const auto leaf, files_.Read(stem + ".leaf"));
    LOTTERY_TRY(const auto text, files_.Read(stem + ".tlog-proof"));
    LOTTERY_TRY(const auto proof, Named(crypto::ParseTlogProof(text), stem + ".tlog-proof"));
    const auto draw = std::find_if(draws_.begin(), draws_.end(),
                                   [&](const auto& d) { return d.second.sealed.origin == origin; });
    if (draw == draws_.end() || proof.checkpoint_note != draw->second.seal.checkpoints[0].note) {
      return tl::unexpected<base::Error>(
          {ErrorCode::kSplitView, "not against the sealed checkpoint", stem + ".tlog-proof"});
    }
    const bool same = crypto::LeafHash(leaf) == leaf_hash &&
                      proof.index == static_cast<std::uint64_t>(at) &&
                      crypto::ToTlogProof(proof) == text;
    if (!same)
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadProof, "leaf, index and proof differ", stem + ".leaf"});
    const auto& c = draw->second.sealed;
    LOTTERY_TRY_VOID(
        Named(crypto::VerifyInclusion(proof.index, c.size, leaf_hash, proof.proof, c.root),
              stem + ".tlog-proof"));
    ++checked_tickets_;
  }
  return {};
}

Result<base::json::object> Verifier::Run() {
  LOTTERY_TRY_VOID(files_.CheckManifest());
  LOTTERY_TRY_VOID(CheckTrust());
  LOTTERY_TRY_VOID(CheckAudit());
  LOTTERY_TRY_VOID(CheckOpening());
  for (const auto& name : files_.Names("seal", ".json")) {
    LOTTERY_TRY(const auto draw, protocol::ParseDrawId(name));
    DrawFacts& d = draws_[draw];
    d.draw = draw;
    d.name = name;
    d.log_folder = "log/" + draw.game + "/" + std::to_string(draw.number);
  }
  for (auto& [draw, facts] : draws_) LOTTERY_TRY_VOID(CheckDraw(facts));
  std::vector<protocol::Statement> statements;
  for (const auto& [draw, facts] : draws_) statements.push_back(facts.statement);
  for (const auto& period : files_.Names("fund", ".json")) {
    const auto dash = period.find('-');
    if (!period.starts_with("allocation-") || dash == std::string::npos) continue;
    const std::string month = period.substr(dash + 1);
    LOTTERY_TRY(const auto text, files_.Read("fund/" + period + ".json"));
    LOTTERY_TRY(const auto weights, files_.Read("fund/weights-" + month + ".json"));
    LOTTERY_TRY_VOID(Named(CheckAllocation(text, weights, trust_.KeysFor("approver"), statements),
                           "fund/" + period + ".json"));
  }
  LOTTERY_TRY_VOID(CheckTickets());
  LOTTERY_TRY_VOID(files_.CheckAllRead());
  return base::json::object{{"verified", true},
                            {"operator", trust_.operator_name},
                            {"draws", static_cast<std::int64_t>(draws_.size())},
                            {"audit_entries", static_cast<std::int64_t>(audit_.entries.size())},
                            {"tickets", checked_tickets_},
                            {"remarks", std::move(remarks_)},
                            {"entries_checked", !entries_.empty()}};
}

}  // namespace

Result<base::json::object> VerifyFolder(const std::string& folder, const std::string& root,
                                        const std::string& entries) {
  return Verifier(folder, root, entries).Run();
}

// The control before payment: documents from the folder, sales from its own reading.
Result<Digest> CheckDrawAndStatement(const std::string& folder, const protocol::Trust& trust,
                                     const DrawId& draw, const SalesView& sales,
                                     const AuditView& audit) {
  const std::string name = draw.ToText();
  const auto* plan_entry = audit.First("plan", draw);
  const auto* seal_entry = audit.First("seal", draw);
  const auto* certificate_entry = audit.First("certificate", draw);
  if (plan_entry == nullptr || seal_entry == nullptr || certificate_entry == nullptr)
    return Fail(ErrorCode::kBadDrawCertificate,
                "plan, seal or certificate is not in the audit log");
  LOTTERY_TRY(const auto plan_text, base::GetString(plan_entry->body, "envelope"));
  LOTTERY_TRY(const auto seal_text, base::GetString(seal_entry->body, "envelope"));
  LOTTERY_TRY(const auto certificate_text, base::GetString(certificate_entry->body, "envelope"));
  LOTTERY_TRY(const auto plan_envelope,
              protocol::OpenSigned(plan_text, protocol::kTypePlan, trust.KeysFor("official"), 2));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(plan_envelope.body));
  LOTTERY_TRY(const auto seal_envelope,
              protocol::OpenSigned(seal_text, protocol::kTypeSeal, trust.KeysFor("seal"), 1));
  LOTTERY_TRY(const auto seal, protocol::ParseSeal(seal_envelope.body));
  LOTTERY_TRY(const auto sealed,
              crypto::OpenCheckpoint(seal.checkpoints[0].note, trust.log_key, sales.origin));
  if (sealed.checkpoint.root != sales.tree.Root() || seal.totals != sales.Totals())
    return Fail(ErrorCode::kControlDisagrees, "the seal is not what was read");
  std::vector<Bytes> officials;
  for (const auto& o : plan.officials) officials.push_back(o.signing_key);
  LOTTERY_TRY(const auto certificate_envelope,
              protocol::OpenSigned(certificate_text, protocol::kTypeDrawCertificate, officials,
                                   plan.certificate_quorum));
  LOTTERY_TRY(const auto certificate, protocol::ParseDrawCertificate(certificate_envelope.body));
  std::optional<protocol::Deviation> deferral, fallback;
  if (const auto* entry = audit.First("deferral", draw)) {
    LOTTERY_TRY(deferral, ReadDeviation(*entry, trust, plan));
  }
  if (const auto* entry = audit.First("fallback", draw)) {
    LOTTERY_TRY(fallback, ReadDeviation(*entry, trust, plan));
  }
  const Deviations deviations{deferral ? &*deferral : nullptr, fallback ? &*fallback : nullptr};
  std::string pulse;
  if (certificate.method == "vrf") {
    LOTTERY_TRY(pulse, base::ReadFile(folder + "/beacon/" + name + ".json"));
  }
  const auto beacon = std::find_if(trust.beacons.begin(), trust.beacons.end(),
                                   [&](const auto& b) { return b.name == plan.beacon; });
  if (beacon == trust.beacons.end()) return Fail(ErrorCode::kBadPlan, "an untrusted beacon");
  LOTTERY_TRY_VOID(CheckOutcome(plan, protocol::BodyHash(plan_envelope),
                                protocol::BodyHash(seal_envelope), deviations, pulse,
                                beacon->certificate_pem, certificate)
                       .map([](auto) {}));
  LOTTERY_TRY(const auto text, base::ReadFile(folder + "/settlement/" + name + ".statement.json"));
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(text, protocol::kTypeStatement, trust.KeysFor("settlement"), 1));
  LOTTERY_TRY(const auto statement, protocol::ParseStatement(envelope.body));
  // The pool before comes from the statement of the draw before, agreed with earlier, or the signed
  // opening.
  PrizeBasis basis;
  if (const auto before_draw = audit.Before(draw)) {
    const std::string before = folder + "/settlement/" + before_draw->ToText() + ".statement.json";
    LOTTERY_TRY(const auto before_text, base::ReadFile(before));
    LOTTERY_TRY(const auto before_envelope,
                protocol::OpenSigned(before_text, protocol::kTypeStatement,
                                     trust.KeysFor("settlement"), 1));
    LOTTERY_TRY(const auto previous, protocol::ParseStatement(before_envelope.body));
    basis = {previous.pool_after.fen(), previous.special_rule_next};
  } else {
    LOTTERY_TRY(const auto opening_text,
                base::ReadFile(folder + "/opening/" + draw.game + ".json"));
    LOTTERY_TRY(const auto opening, protocol::OpenSigned(opening_text, protocol::kTypeOpening,
                                                         trust.KeysFor("official"), 2));
    LOTTERY_TRY(const auto body, base::ParseJsonObject(opening.body));
    LOTTERY_TRY(const Money pool, base::GetMoney(body, "pool_fen"));
    LOTTERY_TRY(basis.special_rule, base::GetBool(body, "special_rule"));
    basis.pool_before_fen = pool.fen();
  }
  LOTTERY_TRY_VOID(CompareStatement(sales, certificate, basis, statement));
  return protocol::BodyHash(envelope);
}

}  // namespace lottery::compliance
