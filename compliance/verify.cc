#include "compliance/verify.h"

#include <algorithm>

#include "base/file.h"
#include "compliance/fund_check.h"
#include "compliance/verifier.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Money;
using protocol::DrawId;

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

// Witnesses of the plan (all of trust where there is no plan), none of the quorum younger than
// allowed. Lines that count for nothing are remarked, once a file.
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
  LOTTERY_TRY(const auto witnessed,
              Named(crypto::CheckWitnessed(note, trust_.log_key, witnesses, needed), where));
  if (witnessed.at.ms > latest_allowed_ms)
    return tl::unexpected<base::Error>(
        {ErrorCode::kCosignatureTooYoung, "cosigned at " + base::ToIso(witnessed.at), where});
  if (witnessed.ignored != 0 && remarked_.insert(where).second)
    remarks_.push_back(base::json::object{
        {"file", where},
        {"lines", witnessed.ignored},
        {"zh", "检查点中有不计数的签名行，其余见证方已足法定数量"},
        {"en", "signature lines of the checkpoint count for nothing; the quorum stands without"}});
  return {};
}

// A log's checkpoint in its one form, signed by the log.
Result<crypto::SignedCheckpoint> Verifier::OpenCheckpoint(const std::string& text,
                                                          const std::string& origin,
                                                          const std::string& where) {
  LOTTERY_TRY(auto opened, Named(crypto::OpenCheckpoint(text, trust_.log_key, origin), where));
  if (opened.note.ToText() != text)
    return tl::unexpected<base::Error>({ErrorCode::kBadNote, "not in canonical form", where});
  return opened;
}

// Two roots of one size are a split view. Another size alone is none: it is only not this one.
Status Verifier::CheckSame(const crypto::Checkpoint& shown, const crypto::Checkpoint& sealed,
                           const std::string& where) {
  if (shown == sealed) return {};
  const bool split = shown.origin == sealed.origin && shown.size == sealed.size;
  return tl::unexpected<base::Error>({split ? ErrorCode::kSplitView : ErrorCode::kLogMismatch,
                                      "not the sealed checkpoint", where});
}

Status Verifier::CheckAudit() {
  LOTTERY_TRY(const auto text, files_.Read("audit/checkpoint"));
  LOTTERY_TRY(
      const auto signed_note,
      OpenCheckpoint(text, protocol::AuditOrigin(trust_.operator_name), "audit/checkpoint"));
  LOTTERY_TRY_VOID(CheckQuorum(signed_note.note, {}, kAnyTime, "audit/checkpoint"));
  LOTTERY_TRY(const auto tree, ReadTiles(files_, "audit", signed_note.checkpoint));
  for (const auto& name : files_.Below("audit/tile/entries"))
    LOTTERY_TRY_VOID(files_.Read(name).map([](const auto&) {}));
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
  return Named(CheckWithdrawals(audit_, trust_), "audit/tile/entries");
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
  LOTTERY_TRY(auto signed_note, OpenCheckpoint(proof.checkpoint_note,
                                               protocol::AuditOrigin(trust_.operator_name), name));
  const auto& c = signed_note.checkpoint;
  if (c.size > audit_.tree.size())
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadProof, "against a longer audit log than this", name});
  if (audit_.tree.RootAt(c.size) != c.root)
    return tl::unexpected<base::Error>({ErrorCode::kSplitView, "another audit log", name});
  if (proof.index != entry.index || crypto::ToTlogProof(proof) != text)
    return tl::unexpected<base::Error>({ErrorCode::kBadProof, "index or form", name});
  LOTTERY_TRY_VOID(Named(crypto::VerifyInclusion(proof.index, c.size, audit_.tree.leaf(entry.index),
                                                 proof.proof, c.root),
                         name));
  return signed_note;
}

Status Verifier::CheckDraw(DrawFacts& d) {
  LOTTERY_TRY_VOID(CheckPlan(d));
  LOTTERY_TRY_VOID(CheckWay(d));
  LOTTERY_TRY_VOID(CheckEscrow(d));
  LOTTERY_TRY_VOID(CheckSeal(d));
  LOTTERY_TRY_VOID(CheckEntries(d));
  LOTTERY_TRY_VOID(CheckSealed(d));
  if (d.way.cancelled) return CheckRefund(d);
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
    LOTTERY_TRY(const auto opening, Named(protocol::ParseOpening(envelope.body), name));
    basis_[game] = BasisOf(opening);
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
    if (draw == draws_.end())
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadProof, "of no sealed log", stem + ".tlog-proof"});
    const auto& c = draw->second.sealed;
    LOTTERY_TRY(const auto shown,
                OpenCheckpoint(proof.checkpoint_note, c.origin, stem + ".tlog-proof"));
    LOTTERY_TRY_VOID(CheckSame(shown.checkpoint, c, stem + ".tlog-proof"));
    LOTTERY_TRY_VOID(CheckQuorum(shown.note, draw->second.plan, kAnyTime, stem + ".tlog-proof"));
    const bool same = crypto::LeafHash(leaf) == leaf_hash &&
                      proof.index == static_cast<std::uint64_t>(at) &&
                      crypto::ToTlogProof(proof) == text;
    if (!same)
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadProof, "leaf, index and proof differ", stem + ".leaf"});
    LOTTERY_TRY_VOID(
        Named(crypto::VerifyInclusion(proof.index, c.size, leaf_hash, proof.proof, c.root),
              stem + ".tlog-proof"));
    ++checked_tickets_;
  }
  return {};
}

// Period after period: what one leaves, the next shares. Each is in the audit log by its hash.
Status Verifier::CheckAllocations(const std::vector<protocol::Statement>& statements) {
  std::int64_t carried = 0;
  for (const auto& file : files_.Names("fund", ".json")) {
    if (!file.starts_with("allocation-")) continue;
    const std::string name = "fund/" + file + ".json", month = file.substr(file.find('-') + 1);
    LOTTERY_TRY(const auto text, files_.Read(name));
    LOTTERY_TRY(const auto rules, files_.Read("fund/rules-" + month + ".json"));
    LOTTERY_TRY(
        const auto envelope,
        Named(CheckAllocation(text, rules, trust_.KeysFor("approver"), statements, carried), name));
    int logged = 0;
    for (const auto& entry : audit_.entries) {
      const auto period = base::GetString(entry.body, "period");
      if (entry.kind != "allocation" || !period || *period != month) continue;
      const auto hash = base::GetDigest(entry.body, "sha256");
      if (++logged > 1 || !hash || *hash != protocol::BodyHash(envelope))
        return tl::unexpected<base::Error>(
            {ErrorCode::kAllocationWrong, "not the one in the audit log", name});
    }
    if (logged != 1)
      return tl::unexpected<base::Error>(
          {ErrorCode::kAllocationWrong, "the audit log has none of " + month, name});
  }
  return {};
}

Result<base::json::object> Verifier::Run() {
  if (!root_.empty()) {
    LOTTERY_TRY(root_, protocol::ParseRoot(root_));
  }
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
  // A cancelled draw moves no pool: only this shows that it was left out.
  for (const auto& entry : audit_.entries) {
    if (entry.kind != "cancellation") continue;
    LOTTERY_TRY(const auto game, Named(base::GetString(entry.body, "game"), "audit/checkpoint"));
    LOTTERY_TRY(const auto number, Named(base::GetInt(entry.body, "draw"), "audit/checkpoint"));
    const DrawId draw{game, static_cast<std::int32_t>(number)};
    if (!draws_.contains(draw))
      return tl::unexpected<base::Error>({ErrorCode::kFileMissing, "of a draw that was cancelled",
                                          "seal/" + draw.ToText() + ".json"});
  }
  for (auto& [draw, facts] : draws_) LOTTERY_TRY_VOID(CheckDraw(facts));
  std::vector<protocol::Statement> statements;
  for (const auto& [draw, facts] : draws_) {
    if (!facts.way.cancelled) statements.push_back(facts.statement);
  }
  LOTTERY_TRY_VOID(CheckAllocations(statements));
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

Result<base::json::object> VerifyFolder(const std::string& folder, const std::string& root,
                                        const std::string& entries) {
  return Verifier(folder, root, entries).Run();
}

}  // namespace lottery::compliance
