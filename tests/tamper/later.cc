// Tamperings with deferral, escrow, ball machine, lifting, 3d and the fund. The officials, holders
// and approvers sign whatever is wanted; only the logs and their witnesses stand against them.
#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "protocol/consent.h"
#include "protocol/deviation.h"
#include "protocol/escrow.h"
#include "tests/tamper/forge.h"

namespace lottery::tests {
namespace {

constexpr const char* kOfficials[] = {"official-a", "official-b", "official-c"};

std::string CertificatePath(const Folders& f) {
  return f.Public("draw/" + f.name + ".certificate.json");
}

protocol::DrawCertificate LoadCertificate(const Folders& f) {
  return Must(
      protocol::ParseDrawCertificate(Body(CertificatePath(f), protocol::kTypeDrawCertificate)));
}

void SaveCertificate(const Folders& f, const protocol::DrawCertificate& c) {
  ReSign(CertificatePath(f), protocol::kTypeDrawCertificate, c,
         Keys(f, "official", kOfficials[0], kOfficials[1], kOfficials[2]));
}

template <typename Edit>
void EditCertificate(const Folders& f, Edit edit) {
  auto c = LoadCertificate(f);
  edit(c);
  SaveCertificate(f, c);
}

}  // namespace

std::string Attended(const Folders& f, const std::string& before,
                     const std::vector<std::string>& entries) {
  auto attendance = Must(protocol::ParseAttendance(
      Must(crypto::ParseEnvelope(before, protocol::kTypeAttendance)).body));
  attendance.entries = Must(protocol::HashesOfEntries(entries));
  return Sealed(protocol::kTypeAttendance, attendance.ToBody(),
                Keys(f, "overseer", "overseer-notary", "overseer-ministry"));
}

namespace {

// Each entry of the ball machine, edited and signed anew by its official, then the certificate over
// them.
template <typename Edit>
void EditEntries(const Folders& f, Edit edit) {
  EditCertificate(f, [&](protocol::DrawCertificate& c) {
    for (std::size_t i = 0; i < c.entries.size(); ++i) {
      auto entry = Must(protocol::ParseBallEntry(
          Must(crypto::ParseEnvelope(c.entries[i], protocol::kTypeBallEntry)).body));
      edit(entry, i);
      c.entries[i] =
          Sealed(protocol::kTypeBallEntry, entry.ToBody(), One(Key(f, entry.official, "official")));
      c.numbers = entry.numbers;
      std::sort(c.numbers.begin(), c.numbers.end());
    }
    c.attendance = Attended(f, c.attendance, c.entries);
  });
}

// The witnesses cosign the proof's checkpoint again, when its round is over.
void Late(const Folders& f, const std::string& kind) {
  const std::string path = f.Public(kind + "/" + f.name + ".audit.tlog-proof");
  auto proof = Must(crypto::ParseTlogProof(Must(base::ReadFile(path))));
  const auto plan =
      Must(protocol::ParsePlan(Body(f.Public("plan/" + f.name + ".json"), protocol::kTypePlan)));
  auto note = Must(crypto::ParseNote(proof.checkpoint_note));
  note.signatures.resize(1);
  for (const auto& w : LoadTrust(f).witnesses)
    note.signatures.push_back(crypto::Cosign(Key(f, "witness-" + w.name, "witness"), w.name,
                                             note.text,
                                             static_cast<std::uint64_t>(plan.Round().ms / 1000)));
  proof.checkpoint_note = note.ToText();
  Write(path, crypto::ToTlogProof(proof));
}

void ForeignProof(const Folders& f) {
  Write(f.Public("deferral/" + f.name + ".audit.tlog-proof"),
        Must(base::ReadFile(f.Public("seal/" + f.name + ".audit.tlog-proof"))));
}

void Hidden(const Folders& f, const std::string& kind) {
  std::filesystem::remove(f.Public(kind + "/" + f.name + ".audit.tlog-proof"));
  if (std::filesystem::is_empty(f.Public(kind))) std::filesystem::remove(f.Public(kind));
}

template <typename Edit>
void EditRefund(const Folders& f, Edit edit) {
  const std::string path = f.Public("settlement/" + f.name + ".refund.json");
  auto refund = Must(protocol::ParseRefund(Body(path, protocol::kTypeRefund)));
  edit(refund);
  ReSign(path, protocol::kTypeRefund, refund, Keys(f, "settlement", "settlement"));
}

void RefundMoved(const Folders& f) {
  EditRefund(f, [](protocol::Refund& r) { r.refunds = Must(r.refunds.Sub(Money::FromFen(1))); });
}

// The sum stands; a ticket is owed less and another more.
void RefundShifted(const Folders& f) {
  EditRefund(f, [](protocol::Refund& r) { r.refunds_root = crypto::Sha256("other tickets"); });
}

template <typename Edit>
void EditOpening(const Folders& f, const std::vector<crypto::SigningKey>& keys, Edit edit) {
  EditCertificate(f, [&](protocol::DrawCertificate& c) {
    for (auto& contribution : c.contributions) {
      if (contribution.opening.empty()) continue;
      auto opening = Must(protocol::ParseKeyOpening(
          Must(crypto::ParseEnvelope(contribution.opening, protocol::kTypeKeyOpening)).body));
      edit(opening);
      contribution.opening = Sealed(protocol::kTypeKeyOpening, opening.ToBody(), keys);
    }
  });
}

void OpenedByOne(const Folders& f) {
  EditOpening(f, Keys(f, "escrow-holder", "notary-share"), [](auto&) {});
}

void OpenedForAnother(const Folders& f) {
  EditOpening(f, Keys(f, "escrow-holder", "notary-share", "auditor-share"),
              [](auto& opening) { opening.official = kOfficials[0]; });
}

void OpeningDropped(const Folders& f) {
  EditCertificate(f, [](auto& c) {
    for (auto& contribution : c.contributions) contribution.opening.clear();
  });
}

void EscrowSwapped(const Folders& f) {
  const auto files = Must(base::ListFiles(f.Public("escrow")));
  for (const auto& file : files) {
    const std::string path = f.Public("escrow/" + file);
    auto escrow = Must(protocol::ParseEscrow(Must(base::ReadFile(path))));
    std::swap(escrow.holders[0], escrow.holders[1]);
    Write(path, escrow.ToBody());
  }
}

void OtherBalls(const Folders& f) {
  EditEntries(f, [](auto& entry, std::size_t) { entry.numbers = {1, 2, 3, 4, 5, 6}; });
}

void EntriesDiffer(const Folders& f) {
  EditEntries(f, [](auto& entry, std::size_t i) {
    if (i == 1) std::swap(entry.numbers[0], entry.numbers[1]);
  });
}

void MachineEarly(const Folders& f) {
  EditEntries(f, [](auto& entry, std::size_t) { entry.started.ms -= 24 * 3600'000; });
}

void StrangerAtTheMachine(const Folders& f) {
  EditCertificate(f, [&f](protocol::DrawCertificate& c) {
    const auto body = Must(crypto::ParseEnvelope(c.entries[0], protocol::kTypeBallEntry)).body;
    c.entries[0] = Sealed(protocol::kTypeBallEntry, body, One(crypto::SigningKey::Generate()));
    c.attendance = Attended(f, c.attendance, c.entries);
  });
}

void OutcomeBeside(const Folders& f) {
  EditCertificate(f, [](auto& c) { c.numbers = {1, 2, 3, 4, 5, 6}; });
}

// Of the beacon's draw: certified by balls nobody decided for.
void MethodSwapped(const Folders& f) {
  EditCertificate(f, [](auto& c) { c.method = "ball_machine"; });
}

void DigitsChanged(const Folders& f) {
  EditCertificate(f, [](auto& c) { c.numbers[1] = (c.numbers[1] + 1) % 10; });
}

// In the control's place, signed by as many officials as there are keys.
void Lifted(const Folders& f, std::size_t signers) {
  const std::string path = f.Public("control/" + f.name + ".json");
  const auto a = Must(protocol::ParseAgreement(Body(path, protocol::kTypeAgreement)));
  protocol::Lifting lifting{a.draw, a.stage, a.size, a.root, a.statement, "nobody asked", a.at};
  auto keys = Keys(f, "official", kOfficials[0], kOfficials[1]);
  while (keys.size() > signers) keys.pop_back();
  ReSign(path, protocol::kTypeLifting, lifting, keys);
}

template <typename Edit>
void EditStatement(const Folders& f, Edit edit) {
  const std::string path = f.Public("settlement/" + f.name + ".statement.json");
  auto s = Must(protocol::ParseStatement(Body(path, protocol::kTypeStatement)));
  edit(s);
  ReSign(path, protocol::kTypeStatement, s, Keys(f, "settlement", "settlement"));
}

void PoolMoved(const Folders& f) {
  EditStatement(f, [](protocol::Statement& s) {
    const Money some = Money::FromFen(100);
    s.pools.at(0).pool_after = Must(s.pools[0].pool_after.Sub(some));
    s.pools.at(1).pool_after = Must(s.pools[1].pool_after.Add(some));
  });
}

void JurisdictionDropped(const Folders& f) {
  EditStatement(f, [](protocol::Statement& s) { s.pools.pop_back(); });
}

// Figures no sum can hold.
void LinesWithoutEnd(const Folders& f) {
  EditStatement(f, [](protocol::Statement& s) { s.tiers.at(0).lines = std::int64_t{1} << 62; });
}

void OpeningInflated(const Folders& f) {
  const std::string path = f.Public("opening/3d.json");
  auto body = Must(base::ParseJsonObject(Body(path, protocol::kTypeOpening)));
  body["pool_fen"] = body["pool_fen"].as_int64() + 100;
  auto& first = body["pools"].as_array()[0].as_object();
  first["pool_fen"] = first["pool_fen"].as_int64() + 100;
  Write(path, Sealed(protocol::kTypeOpening, base::ToPretty(body),
                     Keys(f, "official", kOfficials[0], kOfficials[1])));
}

// "fund/allocation-202611.json", of the demonstration's one month.
std::string FundFile(const Folders& f, const std::string& front) {
  for (const auto& name : Must(base::ListFiles(f.Public("fund"))))
    if (name.starts_with(front)) return "fund/" + name;
  std::exit(4);
}
std::string AllocationOf(const Folders& f) { return FundFile(f, "allocation-"); }
std::string RulesOf(const Folders& f) { return FundFile(f, "rules-"); }

template <typename Edit>
void EditAllocation(const Folders& f, const std::vector<crypto::SigningKey>& keys, Edit edit) {
  auto a =
      Must(protocol::ParseAllocation(Body(f.Public(AllocationOf(f)), protocol::kTypeAllocation)));
  edit(a);
  ReSign(f.Public(AllocationOf(f)), protocol::kTypeAllocation, a, keys);
}
std::vector<crypto::SigningKey> Approvers(const Folders& f) {
  return Keys(f, "approver", "approver-finance", "approver-programmes");
}

void ShareMoved(const Folders& f) {
  EditAllocation(f, Approvers(f), [](protocol::Allocation& a) {
    const Money fen = Money::FromFen(1);
    a.lines.at(0).amount = Must(a.lines[0].amount.Sub(fen));
    a.lines.at(1).amount = Must(a.lines[1].amount.Add(fen));
  });
}

void OneApprover(const Folders& f) {
  EditAllocation(f, Keys(f, "approver", "approver-finance"), [](auto&) {});
}

void CarriedInvented(const Folders& f) {
  EditAllocation(f, Approvers(f), [](auto& a) { a.carried = Money::FromFen(100); });
}

void RulesEdited(const Folders& f) {
  auto rules = Must(base::ReadFile(f.Public(RulesOf(f))));
  rules.replace(rules.find("1500"), 4, "1600");
  Write(f.Public(RulesOf(f)), rules);
}

// Rules edited where they change no share, and both approvers sign again: only the audit log
// objects.
void RulesReplaced(const Folders& f) {
  auto rules = Must(base::ReadFile(f.Public(RulesOf(f))));
  rules.replace(rules.find("sample reference"), 6, "actual");
  Write(f.Public(RulesOf(f)), rules);
  EditAllocation(f, Approvers(f), [&](auto& a) { a.rules = crypto::Sha256(rules); });
}

void WeightWithoutEnd(const Folders& f) {
  auto rules = Must(base::ReadFile(f.Public(RulesOf(f))));
  const std::string weight = "\"weight\": 30";
  rules.replace(rules.find(weight), weight.size(), "\"weight\": 9000000000000000000");
  Write(f.Public(RulesOf(f)), rules);
  EditAllocation(f, Approvers(f), [&](auto& a) { a.rules = crypto::Sha256(rules); });
}

}  // namespace

const std::map<std::string, std::pair<std::string, Tampering>>& LaterTamperings() {
  static const std::string beacon = "ssq-2026097", deferred = "ssq-2026098", balls = "ssq-2026099",
                           digits = "3d-2026320", cancelled = "3d-2026321";
  static const std::map<std::string, std::pair<std::string, Tampering>> all = {
      {"late_deferral", {deferred, [](const Folders& f) { Late(f, "deferral"); }}},
      {"late_cancellation", {cancelled, [](const Folders& f) { Late(f, "cancellation"); }}},
      {"hidden_cancellation", {cancelled, [](const Folders& f) { Hidden(f, "cancellation"); }}},
      {"refund_moved", {cancelled, RefundMoved}},
      {"refund_shifted", {cancelled, RefundShifted}},
      {"foreign_proof", {deferred, ForeignProof}},
      {"hidden_deferral", {deferred, [](const Folders& f) { Hidden(f, "deferral"); }}},
      {"opened_by_one", {deferred, OpenedByOne}},
      {"opened_for_another", {deferred, OpenedForAnother}},
      {"opening_dropped", {deferred, OpeningDropped}},
      {"escrow_swapped", {deferred, EscrowSwapped}},
      {"other_balls", {balls, OtherBalls}},
      {"entries_differ", {balls, EntriesDiffer}},
      {"machine_early", {balls, MachineEarly}},
      {"stranger_at_the_machine", {balls, StrangerAtTheMachine}},
      {"outcome_beside", {balls, OutcomeBeside}},
      {"method_swapped", {beacon, MethodSwapped}},
      {"lifted", {beacon, [](const Folders& f) { Lifted(f, 2); }}},
      {"lifted_by_one", {beacon, [](const Folders& f) { Lifted(f, 1); }}},
      {"digits_changed", {digits, DigitsChanged}},
      {"pool_moved", {digits, PoolMoved}},
      {"jurisdiction_dropped", {digits, JurisdictionDropped}},
      {"lines_without_end", {digits, LinesWithoutEnd}},
      {"weight_without_end", {beacon, WeightWithoutEnd}},
      {"opening_inflated", {digits, OpeningInflated}},
      {"share_moved", {beacon, ShareMoved}},
      {"one_approver", {beacon, OneApprover}},
      {"carried_invented", {beacon, CarriedInvented}},
      {"rules_edited", {beacon, RulesEdited}},
      {"rules_replaced", {beacon, RulesReplaced}}};
  return all;
}

}  // namespace lottery::tests
