// Long for one reason: the folder as a whole, one step a document, in the order of
// docs/formats/public-folder.md.
#include "compliance/verify.h"

#include <algorithm>

#include "base/file.h"
#include "base/members.h"
#include "compliance/across_logs.h"
#include "compliance/fund_check.h"
#include "compliance/rule_counts.h"
#include "compliance/verifier.h"
#include "compliance/whom_to_believe.h"

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

// A cosignature covers leaves that exist: the newest leaf under a checkpoint is not younger than
// its quorum.
Status Verifier::CheckCosignedAfter(const crypto::Note& note, UtcTime newest,
                                    const std::string& where) {
  LOTTERY_TRY(
      const auto witnessed,
      Named(crypto::CheckWitnessed(note, trust_.log_key, trust_.witnesses, trust_.quorum), where));
  if (witnessed.at.ms + kCosignedBehindMs < newest.ms)
    return tl::unexpected<base::Error>(
        {ErrorCode::kEntryTime,
         "a leaf of " + base::ToIso(newest) + " cosigned at " + base::ToIso(witnessed.at), where});
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
  audit_.operator_name = trust_.operator_name;
  audit_.payers = trust_.KeysFor("payer");
  audit_.settlers = trust_.KeysFor("settlement");
  LOTTERY_TRY(const auto text, files_.Read("audit/checkpoint"));
  LOTTERY_TRY(
      const auto signed_note,
      OpenCheckpoint(text, protocol::AuditOrigin(trust_.operator_name), "audit/checkpoint"));
  LOTTERY_TRY_VOID(CheckQuorum(signed_note.note, {}, kAnyTime, "audit/checkpoint"));
  LOTTERY_TRY(const auto witnessed, crypto::CheckWitnessed(signed_note.note, trust_.log_key,
                                                           trust_.witnesses, trust_.quorum));
  as_of_ = {signed_note.checkpoint.size, witnessed.at};
  LOTTERY_TRY(const auto tree, ReadTiles(files_, "audit", signed_note.checkpoint));
  const std::string folder = "audit/tile/entries";
  std::vector<std::string> names;
  for (const auto& name : files_.Below(folder)) names.push_back(name.substr(folder.size() + 1));
  LOTTERY_TRY(const auto entries,
              ReadBundles(tree.size(), names, folder, [&](const std::string& name) {
                return files_.Read(folder + "/" + name);
              }));
  for (const auto& entry : entries)
    LOTTERY_TRY_VOID(Named(audit_.Add(entry), "audit/tile/entries"));
  if (audit_.tree.Root() != signed_note.checkpoint.root)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLogMismatch, "entries do not make the root", "audit/checkpoint"});
  if (!audit_.entries.empty())
    LOTTERY_TRY_VOID(
        CheckCosignedAfter(signed_note.note, audit_.entries.back().time, "audit/checkpoint"));
  return Named(CheckWithdrawals(audit_, trust_), "audit/tile/entries");
}

Status Verifier::CheckAsOf() const {
  LOTTERY_TRY_VOID(Named(CheckAge(as_of_, outside_), "audit/checkpoint"));
  if (!outside_.at_least.empty())
    LOTTERY_TRY_VOID(Named(CheckAtLeast(outside_.at_least, trust_, audit_.tree), "--at-least"));
  if (outside_.since.empty()) return {};
  return Named(CheckSince(outside_.since, files_, trust_, audit_.tree), "--since");
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
  LOTTERY_TRY_VOID(CheckCosignedAfter(signed_note.note, audit_.entries[c.size - 1].time, name));
  return signed_note;
}

Status Verifier::CheckDraw(DrawFacts& d) {
  LOTTERY_TRY_VOID(CheckPlan(d));
  LOTTERY_TRY_VOID(CheckWay(d));
  LOTTERY_TRY_VOID(CheckEscrow(d));
  LOTTERY_TRY_VOID(CheckSeal(d));
  LOTTERY_TRY_VOID(CheckEntries(d));
  LOTTERY_TRY_VOID(CheckSealed(d));
  LOTTERY_TRY_VOID(CheckSalesAgreement(d));
  if (d.way.cancelled) return CheckRefund(d);
  LOTTERY_TRY_VOID(CheckCertificate(d));
  // As far as the log goes: a draw may be held and not settled, settled and not paid yet.
  d.settled = audit_.First("statement", d.draw) != nullptr;
  if (!d.settled) {
    Remark(d, "已开奖，尚未结算", "held, and not settled yet");
    return {};
  }
  LOTTERY_TRY_VOID(CheckStatement(d));
  if (audit_.First("paying", d.draw) == nullptr) {
    Remark(d, "已结算，独立控制尚未同意", "settled, and the control has not agreed yet");
    return {};
  }
  return CheckAgreement(d, "prizes");
}

void Verifier::Remark(const DrawFacts& d, const char* zh, const char* en) {
  remarks_.push_back(base::json::object{{"draw", d.name}, {"zh", zh}, {"en", en}});
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
  LOTTERY_TRY_VOID(Named(base::OnlyMembers(index, {"tickets"}), index_name));
  LOTTERY_TRY(const auto tickets, Named(base::GetArray(index, "tickets"), index_name));
  std::uint64_t total = 0;
  for (const auto& [draw, facts] : draws_) total += facts.sealed.size;
  // With fewer than are usual a place could be avoided.
  if (tickets.size() > total || tickets.size() < std::min(total, kLeastSampled))
    return tl::unexpected<base::Error>(
        {ErrorCode::kBadProof, "200 tickets or all there are, each once", index_name});
  for (std::uint64_t n = 0; n < tickets.size(); ++n) {
    if (!tickets[n].is_object())
      return tl::unexpected<base::Error>(
          {ErrorCode::kBadJson, "tickets holds objects", index_name});
    const auto& item = tickets[n].get_object();
    LOTTERY_TRY_VOID(
        Named(base::OnlyMembers(item, {"ticket", "origin", "index", "leaf_hash"}), index_name));
    LOTTERY_TRY(const auto number, Named(base::GetInt(item, "ticket"), index_name));
    LOTTERY_TRY(const auto origin, Named(base::GetString(item, "origin"), index_name));
    LOTTERY_TRY(const auto at, Named(base::GetInt(item, "index"), index_name));
    LOTTERY_TRY(const auto leaf_hash, Named(base::GetDigest(item, "leaf_hash"), index_name));
    // The place follows from the number: ticket n of N is leaf floor(n T / N) of all T leaves.
    std::uint64_t place = n * total / tickets.size();
    auto sampled = draws_.begin();
    while (place >= sampled->second.sealed.size) place -= (sampled++)->second.sealed.size;
    if (number != static_cast<std::int64_t>(n) || origin != sampled->second.sealed.origin ||
        at != static_cast<std::int64_t>(place))
      return tl::unexpected<base::Error>({ErrorCode::kBadProof,
                                          "ticket " + std::to_string(n) + " is another leaf's turn",
                                          index_name});
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

namespace {
// The Beijing month of a moment, YYYYMM.
std::string MonthOf(UtcTime time) {
  const std::string day = base::ToBeijingText(time);
  return day.substr(0, 4) + day.substr(5, 2);
}
bool IsMonth(const std::string& text) {
  return text.size() == 6 && text.find_first_not_of("0123456789") == std::string::npos &&
         text.substr(4) >= "01" && text.substr(4) <= "12" && text >= "2000";
}
}  // namespace

// Month after month: what one leaves, the next shares. Each is in the audit log by its hash, no
// draw is in two, and none that was held by the end of a month and settled before it was shared out
// is in none.
Status Verifier::CheckAllocations(const std::vector<protocol::Statement>& statements) {
  std::int64_t carried = 0;
  std::set<std::string> shared_out;
  for (const auto& file : files_.Names("fund", ".json")) {
    if (!file.starts_with("allocation-")) continue;
    const std::string name = "fund/" + file + ".json", month = file.substr(file.find('-') + 1);
    const auto wrong = [&](const std::string& why) {
      return tl::unexpected<base::Error>({ErrorCode::kAllocationWrong, why, name});
    };
    if (!IsMonth(month)) return wrong("no month");
    LOTTERY_TRY(const auto text, files_.Read(name));
    LOTTERY_TRY(const auto rules, files_.Read("fund/rules-" + month + ".json"));
    LOTTERY_TRY(
        const auto envelope,
        Named(CheckAllocation(text, rules, trust_.KeysFor("approver"), statements, carried), name));
    LOTTERY_TRY(const auto a, Named(protocol::ParseAllocation(envelope.body), name));
    if (a.period != month) return wrong("it is of " + a.period);
    for (const auto& draw : a.draws) {
      if (!shared_out.insert(draw).second) return wrong(draw + " was shared out before");
    }
    int logged = 0;
    std::uint64_t place = 0;
    for (const auto& entry : audit_.entries) {
      const auto period = base::GetString(entry.body, "period");
      if (entry.kind != "allocation" || !period || *period != month) continue;
      place = entry.index;
      const auto hash = base::GetDigest(entry.body, "sha256");
      if (++logged > 1 || !hash || *hash != protocol::BodyHash(envelope))
        return wrong("not the one in the audit log");
    }
    if (logged != 1) return wrong("the audit log has none of " + month);
    for (const auto& [draw, facts] : draws_) {
      const auto* statement = audit_.First("statement", draw);
      if (statement != nullptr && statement->index < place &&
          MonthOf(facts.certificate.at) <= month && !shared_out.contains(facts.name))
        return wrong(facts.name + " is left out");
    }
  }
  return {};
}

// What the audit log names is there: a folder cannot leave out a draw, or a month of the fund.
Status Verifier::CheckNothingHidden() const {
  const auto hidden = [](const char* what, const std::string& file) {
    return tl::unexpected<base::Error>({ErrorCode::kFileMissing, what, file});
  };
  for (const auto& entry : audit_.entries) {
    const bool certified = entry.kind == "certificate";
    if (certified || entry.kind == "cancellation") {
      LOTTERY_TRY(const auto game, Named(base::GetString(entry.body, "game"), "audit/checkpoint"));
      LOTTERY_TRY(const auto number, Named(base::GetInt(entry.body, "draw"), "audit/checkpoint"));
      const DrawId draw{game, static_cast<std::int32_t>(number)};
      if (!draws_.contains(draw))
        return hidden(certified ? "of a draw that was held" : "of a draw that was cancelled",
                      "seal/" + draw.ToText() + ".json");
    } else if (entry.kind == "allocation") {
      LOTTERY_TRY(const auto period,
                  Named(base::GetString(entry.body, "period"), "audit/checkpoint"));
      const std::string file = "fund/allocation-" + period + ".json";
      if (!files_.Has(file)) return hidden("of a month that was allocated", file);
    }
  }
  return {};
}

// The auditors' folder holds the bundles of the sealed draws and nothing else.
Status Verifier::CheckAuditorsFolder() const {
  if (entries_.empty()) return {};
  LOTTERY_TRY(const auto names, PlainFiles(entries_));
  std::set<std::string> folders;
  for (const auto& [draw, facts] : draws_)
    folders.insert(facts.log_folder.substr(4) + "/tile/entries");
  for (const auto& name : names) {
    const auto end = name.find("/tile/entries/");
    if (end == std::string::npos || !folders.contains(name.substr(0, end) + "/tile/entries"))
      return tl::unexpected<base::Error>(
          {ErrorCode::kFileUnexpected, "of no draw of the public folder", entries_ + "/" + name});
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
  LOTTERY_TRY_VOID(CheckAsOf());
  LOTTERY_TRY_VOID(CheckOpening());
  for (const auto& name : files_.Names("seal", ".json")) {
    LOTTERY_TRY(const auto draw, protocol::ParseDrawId(name));
    DrawFacts& d = draws_[draw];
    d.draw = draw;
    d.name = name;
    d.log_folder = "log/" + draw.game + "/" + std::to_string(draw.number);
  }
  LOTTERY_TRY_VOID(CheckNothingHidden());
  for (auto& [draw, facts] : draws_) LOTTERY_TRY_VOID(CheckDraw(facts));
  std::map<DrawId, const SalesView*> logs;
  for (const auto& [draw, facts] : draws_) {
    if (facts.sales) logs[draw] = &*facts.sales;
  }
  LOTTERY_TRY_VOID(CheckAcrossLogs(logs, audit_));
  std::vector<protocol::Statement> statements;
  for (const auto& [draw, facts] : draws_) {
    if (facts.settled) statements.push_back(facts.statement);
  }
  LOTTERY_TRY_VOID(CheckAllocations(statements));
  LOTTERY_TRY_VOID(CheckTickets());
  LOTTERY_TRY_VOID(files_.CheckAllRead());
  LOTTERY_TRY_VOID(CheckAuditorsFolder());
  base::json::array believed;
  for (const auto& [draw, facts] : draws_)
    believed.push_back(WhomToBelieve(facts.name, facts.plan, facts.way, facts.escrow, trust_,
                                     facts.settled, !entries_.empty()));
  const int rules = kRulesWithoutEntries + (entries_.empty() ? 0 : kRulesWithEntries);
  return base::json::object{{"verified", true},
                            {"operator", trust_.operator_name},
                            {"as_of", as_of_.ToJson(outside_.now)},
                            {"rules_checked", rules},
                            {"rules_not_checkable", kRules - rules},
                            {"would_have_to_collude", std::move(believed)},
                            {"draws", static_cast<std::int64_t>(draws_.size())},
                            {"audit_entries", static_cast<std::int64_t>(audit_.entries.size())},
                            {"tickets", checked_tickets_},
                            {"remarks", std::move(remarks_)},
                            {"entries_checked", !entries_.empty()}};
}

Result<base::json::object> VerifyFolder(const std::string& folder, const std::string& root,
                                        const std::string& entries, const Outside& outside) {
  return Verifier(folder, root, entries, outside).Run();
}

}  // namespace lottery::compliance
