// What the operator can do who holds the log's key and every witness's: the audit log written anew,
// with its tiles, bundles, checkpoints and the proofs that lead to them. Only the rules about what
// a log may say stand against it.
#include <algorithm>

#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "protocol/expiry.h"
#include "protocol/leaf.h"
#include "protocol/payment.h"
#include "settlement/allocation.h"
#include "tests/tamper/forge.h"

namespace lottery::tests {
namespace {
namespace fs = std::filesystem;
using base::json::object;

struct AuditEntry {
  base::UtcTime time;
  object json;
  std::string kind() const { return std::string(json.at("kind").as_string()); }
  object& body() { return json.at("body").as_object(); }
  bool IsOf(const std::string& wanted, const std::string& draw) const {
    if (kind() != wanted) return false;
    const auto& body = json.at("body").as_object();
    if (body.at("draw").is_string()) return body.at("draw").as_string() == draw;
    return std::string(body.at("game").as_string()) + "-" +
               std::to_string(body.at("draw").as_int64()) ==
           draw;
  }
};
using Entries = std::vector<AuditEntry>;

Entries ReadAudit(const Folders& f) {
  Entries out;
  const auto note = Must(crypto::ParseNote(Must(base::ReadFile(f.Public("audit/checkpoint")))));
  const auto size = Must(crypto::ParseCheckpoint(note.text)).size;
  for (std::uint64_t from = 0; from < size; from += crypto::kTileWidth) {
    const auto width = std::min(crypto::kTileWidth, size - from);
    const auto path = f.Public("audit/" + crypto::EntriesPath(from / crypto::kTileWidth, width));
    for (const auto& leaf : Must(crypto::ParseEntries(Must(base::ReadFile(path))))) {
      const auto decoded = Must(protocol::DecodeAuditLeaf(leaf));
      out.push_back({decoded.time, Must(base::ParseJsonObject(decoded.json))});
    }
  }
  return out;
}

// A note over `tree` at `size`, cosigned by all at the time the old one was.
std::string NoteAt(const Folders& f, const crypto::MerkleTree& tree, std::uint64_t size,
                   const crypto::Note& old) {
  const auto trust = LoadTrust(f);
  const auto at =
      Must(crypto::CheckWitnessed(old, trust.log_key, trust.witnesses, trust.quorum)).at;
  crypto::Note note{
      crypto::Checkpoint{protocol::AuditOrigin(trust.operator_name), size, tree.RootAt(size)}
          .ToText(),
      {}};
  note.signatures.push_back(crypto::SignNote(Key(f, "log", "log"), trust.log_key.name, note.text));
  for (const auto& w : trust.witnesses)
    note.signatures.push_back(crypto::Cosign(Key(f, "witness-" + w.name, "witness"), w.name,
                                             note.text, static_cast<std::uint64_t>(at.ms / 1000)));
  return note.ToText();
}

// `raw` leaves that are written as they are, by index, for what no JSON writer would write.
void WriteAudit(const Folders& f, const Entries& before, const Entries& entries,
                const std::map<std::size_t, std::string>& raw = {}) {
  crypto::MerkleTree tree;
  std::vector<Bytes> leaves;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto text = raw.find(i);
    leaves.push_back(protocol::AuditLeaf{
        entries[i].time, text != raw.end() ? text->second : base::ToLine(entries[i].json)}
                         .Encode());
    tree.Append(crypto::LeafHash(leaves.back()));
  }
  fs::remove_all(f.Public("audit/tile"));
  for (const auto& tile : crypto::TilesOf(tree.size()))
    Write(f.Public("audit/" + crypto::TilePath(tile)), crypto::TileHashes(tree, tile));
  for (std::uint64_t from = 0; from < leaves.size(); from += crypto::kTileWidth) {
    const auto width = std::min<std::uint64_t>(crypto::kTileWidth, leaves.size() - from);
    Bytes bundle;
    for (std::uint64_t i = from; i < from + width; ++i) crypto::AppendEntry(bundle, leaves[i]);
    Write(f.Public("audit/" + crypto::EntriesPath(from / crypto::kTileWidth, width)), bundle);
  }
  const auto old = Must(crypto::ParseNote(Must(base::ReadFile(f.Public("audit/checkpoint")))));
  Write(f.Public("audit/checkpoint"), NoteAt(f, tree, tree.size(), old));
  constexpr std::string_view kEnd = ".audit.tlog-proof";
  for (const auto& file : Must(base::ListFiles(f.out + "/public"))) {
    if (!file.ends_with(kEnd)) continue;
    const auto slash = file.find('/');
    const std::string kind = file.substr(0, slash);
    const std::string draw = file.substr(slash + 1, file.size() - slash - 1 - kEnd.size());
    const auto place = [&](const Entries& list) {
      return static_cast<std::uint64_t>(
          std::find_if(list.begin(), list.end(),
                       [&](const AuditEntry& e) { return e.IsOf(kind, draw); }) -
          list.begin());
    };
    auto proof = Must(crypto::ParseTlogProof(Must(base::ReadFile(f.Public(file)))));
    const auto note = Must(crypto::ParseNote(proof.checkpoint_note));
    const auto size = Must(crypto::ParseCheckpoint(note.text)).size;
    const std::uint64_t index = place(entries);
    if (index == entries.size()) {
      fs::remove(f.Public(file));
      continue;
    }
    const std::uint64_t longer = std::min(tree.size(), size + index - place(before));
    Write(f.Public(file), crypto::ToTlogProof({index, tree.Inclusion(index, longer),
                                               NoteAt(f, tree, longer, note)}));
  }
}

template <typename Edit>
Tampering Audit(Edit edit) {
  return [edit](const Folders& f) {
    const Entries before = ReadAudit(f);
    Entries entries = before;
    edit(entries, f);
    WriteAudit(f, before, entries);
  };
}

Entries::iterator Find(Entries& entries, const std::string& kind, const std::string& draw = {}) {
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const AuditEntry& e) {
    return draw.empty() ? e.kind() == kind : e.IsOf(kind, draw);
  });
  if (at == entries.end()) std::exit(4);
  return at;
}

void Twice(Entries& entries, const std::string& kind, const std::string& draw = {}) {
  const auto at = Find(entries, kind, draw);
  const AuditEntry copy = *at;
  entries.insert(at + 1, copy);
}

// Payments of the draw, signed anew by the payer.
void EachPayment(Entries& entries, const Folders& f,
                 const std::function<void(protocol::Payment&)>& edit) {
  const auto payer = Key(f, "payer", "payer");
  for (auto& e : entries) {
    if (e.kind() != "payment") continue;
    auto& paper = e.body()["payment"];
    auto payment = Must(protocol::OpenPayment(Must(base::FromHex(std::string(paper.as_string()))),
                                              LoadTrust(f).KeysFor("payer")));
    if (!payment.origin.ends_with(f.draw)) continue;
    edit(payment);
    paper = base::ToHex(protocol::SignPayment(payment, payer));
  }
}
template <typename Edit>
void EditExpiry(Entries& entries, const Folders& f, const char* signer, Edit edit) {
  auto& text = Find(entries, "expired", f.name)->body()["envelope"];
  auto expiry = Must(protocol::ParseExpiry(
      Must(crypto::ParseEnvelope(std::string(text.as_string()), protocol::kTypeExpiry)).body));
  edit(expiry);
  text = Sealed(protocol::kTypeExpiry, expiry.ToBody(), One(Key(f, signer, signer)));
}

// What the paper that ends the claims says after another statement: as settlement would have it.
void ExpireAnew(Entries& entries, const Folders& f, const base::Digest& statement,
                const object& paper) {
  const auto* figures = paper.if_contains("figures");
  const bool ends = std::any_of(entries.begin(), entries.end(), [&](const AuditEntry& e) {
    return e.kind() == "expired" && e.IsOf("expired", f.name);
  });
  if (figures == nullptr || !ends) return;
  Money paid;
  std::int64_t payments = 0;
  EachPayment(entries, f, [&](protocol::Payment& p) {
    paid = Must(paid.Add(p.gross));
    ++payments;
  });
  const auto until = base::GetTime(paper, "claim_until");
  const auto expired = Find(entries, "expired", f.name);
  if (until && expired->time.ms <= until->ms + protocol::kLastClaimsMs) {
    entries.erase(expired);  // by that statement it would still be to come
    return;
  }
  EditExpiry(entries, f, "settlement", [&](protocol::Expiry& x) {
    x.statement = statement;
    x.paid = paid;
    x.payments = payments;
    x.forfeited = Must(
        Money::FromFen(figures->as_object().at("prizes_fen").to_number<std::int64_t>()).Sub(paid));
  });
}
// Those that stand behind the end of a shorter list are kept back.
void LeaveOutBehind(Entries& entries, const Folders& f, const object& paper) {
  const auto* listed = paper.if_contains("winning_tickets");
  if (listed == nullptr) listed = paper.if_contains("tickets");
  if (listed == nullptr || !listed->is_int64()) return;
  const auto payers = LoadTrust(f).KeysFor("payer");
  std::erase_if(entries, [&](const AuditEntry& e) {
    if (e.kind() != "payment") return false;
    const std::string hex(e.json.at("body").as_object().at("payment").as_string());
    const auto payment = Must(protocol::OpenPayment(Must(base::FromHex(hex)), payers));
    return payment.origin.ends_with(f.draw) &&
           static_cast<std::int64_t>(payment.place) >= listed->as_int64();
  });
}

// The paper that ends the claims follows, as settlement would have it.
Tampering Payments(const std::function<void(protocol::Payment&)>& edit) {
  return Audit([edit](Entries& e, const Folders& f) {
    EachPayment(e, f, edit);
    const std::string text(Find(e, "statement", f.name)->body().at("envelope").as_string());
    const auto body = Must(crypto::ParseEnvelope(text, protocol::kTypeStatement)).body;
    ExpireAnew(e, f, crypto::Sha256(body), Must(base::ParseJsonObject(body)));
  });
}

// Another leaf in the words of another, from `at` on.
void Say(Entries& entries, base::UtcTime time, const char* kind, const char* by, object body) {
  entries.push_back({std::max(time, entries.back().time),
                     {{"kind", kind}, {"by", by}, {"body", std::move(body)}}});
}

void SecondSealAsReal(const Folders& f) {
  const Entries before = ReadAudit(f);
  Entries entries = before;
  Twice(entries, "seal", f.name);
  const auto at = static_cast<std::size_t>(Find(entries, "seal", f.name) - entries.begin()) + 1;
  std::string text = base::ToLine(entries[at].json);
  const std::string number = f.name.substr(f.name.find('-') + 1);
  text.replace(text.find(":" + number) + 1, number.size(), number + ".0");
  WriteAudit(f, before, entries, {{at, text}});
}

void SpeltOtherwise(const Folders& f) {
  const Entries before = ReadAudit(f);
  std::string text = base::ToLine(before[0].json);
  text.insert(text.find(',') + 1, " ");
  WriteAudit(f, before, before, {{0, text}});
}

// A file of the fund's one month, "fund/allocation-" or "fund/rules-" in front.
std::string FundFile(const Folders& f, const std::string& front) {
  for (const auto& name : Must(base::ListFiles(f.Public("fund"))))
    if (name.starts_with(front)) return f.Public("fund/" + name);
  std::exit(4);
}

// The figures of an allocation that shares out `draws`, by settlement's own formula.
void ShareOut(const Folders& f, protocol::Allocation& a, std::vector<std::string> draws) {
  std::int64_t income = 0;
  for (const auto& draw : draws)
    income += Must(protocol::ParseStatement(Body(f.Public("settlement/" + draw + ".statement.json"),
                                                 protocol::kTypeStatement)))
                  .fund.fen();
  const std::int64_t central = income / 2, civil = central / 20;
  a.draws = std::move(draws);
  a.fund = Money::FromFen(income);
  a.central = Money::FromFen(central);
  a.local = Money::FromFen(income - central);
  a.special = Money::FromFen(central * 3 / 10);
  a.civil_affairs = a.sport = Money::FromFen(civil);
  a.social_security = Money::FromFen(central - central * 3 / 10 - 2 * civil);
  const auto rules =
      Must(settlement::ParseAllocationRules(Must(base::ReadFile(FundFile(f, "rules-")))));
  a.lines = Must(settlement::Allocate(Money::FromFen(civil + a.carried.fen()), rules, a.remainder));
}

// Signed by both approvers; its hash.
std::string Approved(const Folders& f, const std::string& path, const protocol::Allocation& a) {
  ReSign(path, protocol::kTypeAllocation, a,
         Keys(f, "approver", "approver-finance", "approver-programmes"));
  return base::ToHex(crypto::Sha256(a.ToBody()).view());
}

void DrawLeftOut(Entries& e, const Folders& f) {
  const auto path = FundFile(f, "allocation-");
  auto a = Must(protocol::ParseAllocation(Body(path, protocol::kTypeAllocation)));
  auto draws = a.draws;
  draws.pop_back();
  ShareOut(f, a, std::move(draws));
  Find(e, "allocation")->body()["sha256"] = Approved(f, path, a);
}

void SharedOutTwice(Entries& e, const Folders& f) {
  const auto path = FundFile(f, "allocation-"), rules = FundFile(f, "rules-");
  auto a = Must(protocol::ParseAllocation(Body(path, protocol::kTypeAllocation)));
  const int month = std::stoi(a.period);
  a.period = std::to_string(month % 100 == 12 ? month + 89 : month + 1);
  a.carried = a.remainder;
  ShareOut(f, a, {a.draws.front()});
  Write(f.Public("fund/rules-" + a.period + ".json"), Must(base::ReadFile(rules)));
  const auto hash = Approved(f, f.Public("fund/allocation-" + a.period + ".json"), a);
  Say(e, {}, "allocation", "settler", {{"period", a.period}, {"sha256", hash}});
}

// A second claim of the same ticket by the same outlet, and the payer's word for that too.
void PaidTwice(Entries& e, const Folders& f) {
  const auto paid = Find(e, "payment");
  const auto place = paid - e.begin();
  auto payment = Must(
      protocol::OpenPayment(Must(base::FromHex(std::string(paid->body()["payment"].as_string()))),
                            LoadTrust(f).KeysFor("payer")));
  AuditEntry claim = *Find(e, "claim"), again = *paid;
  const std::string message(64, 'b');
  claim.body()["message"] = message;
  claim.body()["origin"] = payment.origin;
  claim.body()["index"] = static_cast<std::int64_t>(payment.index);
  claim.json["by"] = "terminal:" + std::to_string(payment.terminal);
  payment.claim = Must(base::DigestFromHex(message));
  payment.exchange.reset();
  claim.time = payment.at = paid->time;
  again.body()["payment"] = base::ToHex(protocol::SignPayment(payment, Key(f, "payer", "payer")));
  e.insert(e.begin() + place + 1, {claim, again});
}

}  // namespace

void Relog(const Folders& f, const std::string& kind, const std::string& text) {
  const Entries before = ReadAudit(f);
  Entries entries = before;
  Find(entries, kind, f.name)->body()[kind == "pulse" ? "pulse" : "envelope"] = text;
  if (kind == "statement" || kind == "refund") {
    const auto type = kind == "refund" ? protocol::kTypeRefund : protocol::kTypeStatement;
    const auto hash = crypto::Sha256(Must(crypto::ParseEnvelope(text, type)).body);
    EachPayment(entries, f, [&](protocol::Payment& p) { p.statement = hash; });
    const auto paper = Must(base::ParseJsonObject(Must(crypto::ParseEnvelope(text, type)).body));
    LeaveOutBehind(entries, f, paper);
    ExpireAnew(entries, f, hash, paper);
  }
  WriteAudit(f, before, entries);
}

std::string Logged(const Folders& f, const std::string& kind) {
  Entries entries = ReadAudit(f);
  return std::string(Find(entries, kind, f.name)->body().at("envelope").as_string());
}

const std::map<std::string, Forgery>& AuditForgeries() {
  static const std::string beacon = "ssq-2026097";
  static const std::map<std::string, Forgery> all = {
      {"second_plan_leaf",
       {beacon, Audit([](Entries& e, const Folders& f) { Twice(e, "plan", f.name); })}},
      {"second_seal_leaf",
       {beacon, Audit([](Entries& e, const Folders& f) { Twice(e, "seal", f.name); })}},
      {"second_certificate_leaf",
       {beacon, Audit([](Entries& e, const Folders& f) { Twice(e, "certificate", f.name); })}},
      {"second_pulse_leaf",
       {beacon, Audit([](Entries& e, const Folders& f) { Twice(e, "pulse", f.name); })}},
      {"pulse_before_the_seal", {beacon, Audit([](Entries& e, const Folders& f) {
                                   AuditEntry moved = *Find(e, "pulse", f.name);
                                   moved.time = Find(e, "open", f.name)->time;
                                   e.insert(Find(e, "open", f.name) + 1, moved);
                                 })}},
      {"another_pulse_in_the_log", {beacon, Audit([](Entries& e, const Folders& f) {
                                      Find(e, "pulse", f.name)->body()["pulse"] =
                                          Must(base::ReadFile(f.Public("beacon/ssq-2026098.json")));
                                    })}},
      {"second_seal_draw_as_real", {beacon, SecondSealAsReal}},
      {"audit_leaf_spelt_otherwise", {beacon, SpeltOtherwise}},
      {"opened_twice",
       {beacon, Audit([](Entries& e, const Folders& f) { Twice(e, "open", f.name); })}},
      {"closed_twice",
       {beacon, Audit([](Entries& e, const Folders& f) { Twice(e, "close", f.name); })}},
      {"never_closed",
       {beacon, Audit([](Entries& e, const Folders& f) { e.erase(Find(e, "close", f.name)); })}},
      {"never_opened",
       {beacon, Audit([](Entries& e, const Folders& f) { e.erase(Find(e, "open", f.name)); })}},
      {"closed_early", {beacon, Audit([](Entries& e, const Folders& f) {
                          const auto close = Find(e, "close", f.name);
                          const auto open = Find(e, "open", f.name);
                          AuditEntry moved = *close;
                          moved.time = open->time;
                          e.erase(close);
                          e.insert(Find(e, "open", f.name) + 1, moved);
                        })}},
      {"closed_with_another_root", {beacon, Audit([](Entries& e, const Folders& f) {
                                      Find(e, "close", f.name)->body()["root"] =
                                          std::string(64, 'a');
                                    })}},
      {"closed_with_more_leaves", {beacon, Audit([](Entries& e, const Folders& f) {
                                     auto& body = Find(e, "close", f.name)->body();
                                     body["size"] = body.at("size").as_int64() + 1;
                                   })}},
      {"statement_of_an_open_draw", {beacon, Audit([](Entries& e, const Folders& f) {
                                       AuditEntry moved = *Find(e, "statement", f.name);
                                       moved.time = Find(e, "open", f.name)->time;
                                       e.insert(Find(e, "open", f.name) + 1, moved);
                                     })}},
      {"deferred_after_the_draw", {beacon, Audit([](Entries& e, const Folders& f) {
                                     const auto other = Find(e, "deferral");
                                     object body = other->body();
                                     body["game"] = "ssq";
                                     body["draw"] = 2026097;
                                     Say(e, {}, "deferral", "operator", body);
                                     (void)f;
                                   })}},
      {"unknown_kind_of_leaf",
       {beacon, Audit([](Entries& e, const Folders&) { Say(e, {}, "gift", "operator", {}); })}},
      {"plan_by_the_settler", {beacon, Audit([](Entries& e, const Folders& f) {
                                 Find(e, "plan", f.name)->json["by"] = "settler";
                               })}},
      {"credit_by_the_operator", {beacon, Audit([](Entries& e, const Folders&) {
                                    Find(e, "credit")->json["by"] = "operator";
                                  })}},
      {"more_in_an_enrolment", {beacon, Audit([](Entries& e, const Folders&) {
                                  Find(e, "enrol")->body()["balance_fen"] = 5;
                                })}},
      {"terminal_enrolled_twice",
       {beacon, Audit([](Entries& e, const Folders&) { Twice(e, "enrol"); })}},
      {"resumed_without_suspension",
       {beacon, Audit([](Entries& e, const Folders&) {
          Say(e, {}, "resume", "operator", {{"terminal", 1001}, {"reason", "nobody knows"}});
        })}},
      {"terminal_suspended_before_its_sale",
       {beacon, Audit([](Entries& e, const Folders& f) {
          const auto open = Find(e, "open", f.name);
          const AuditEntry suspended{
              open->time,
              {{"kind", "suspend"},
               {"by", "operator"},
               {"body", object{{"terminal", 1001}, {"reason", "afterwards"}}}}};
          e.insert(open + 1, suspended);
        })}},
      {"terminal_enrolled_after_its_sale", {beacon, Audit([](Entries& e, const Folders& f) {
                                              AuditEntry moved = *Find(e, "enrol");
                                              e.erase(Find(e, "enrol"));
                                              const auto close = Find(e, "close", f.name);
                                              moved.time = close->time;
                                              e.insert(close + 1, moved);
                                            })}},
      {"sold_before_opening", {beacon, Audit([](Entries& e, const Folders& f) {
                                 AuditEntry moved = *Find(e, "open", f.name);
                                 e.erase(Find(e, "open", f.name));
                                 const auto close = Find(e, "close", f.name);
                                 moved.time = {close->time.ms - 60'000};
                                 auto at = close;
                                 while (at != e.begin() && (at - 1)->time > moved.time) --at;
                                 e.insert(at, moved);
                               })}},
      {"payment_of_no_claim", {beacon, Payments([](protocol::Payment& p) {
                                 p.claim = crypto::Sha256("nobody's claim");
                               })}},
      {"payment_of_another_leaf", {beacon, Payments([](protocol::Payment& p) { ++p.index; })}},
      {"payment_at_another_terminal",
       {beacon, Payments([](protocol::Payment& p) { ++p.terminal; })}},
      {"payment_at_another_time", {beacon, Payments([](protocol::Payment& p) { ++p.at.ms; })}},
      {"payment_by_another_statement",
       {beacon, Payments([](protocol::Payment& p) { p.statement = crypto::Sha256("another"); })}},
      {"payment_behind_the_list",
       {beacon, Payments([](protocol::Payment& p) { p.place = 999'999; })}},
      {"payment_signed_by_central",
       {beacon, Audit([](Entries& e, const Folders& f) {
          auto& paper = Find(e, "payment")->body()["payment"];
          auto payment = Must(protocol::OpenPayment(
              Must(base::FromHex(std::string(paper.as_string()))), LoadTrust(f).KeysFor("payer")));
          paper = base::ToHex(protocol::SignPayment(payment, Key(f, "seal", "seal")));
        })}},
      {"payment_twice", {beacon, Audit([](Entries& e, const Folders&) { Twice(e, "payment"); })}},
      {"payment_before_paying", {beacon, Audit([](Entries& e, const Folders& f) {
                                   const auto paying = Find(e, "paying", f.name);
                                   const auto paid = Find(e, "payment");
                                   AuditEntry early = *paid;
                                   early.time = paying->time;
                                   e.erase(paid);
                                   e.insert(Find(e, "paying", f.name), early);
                                 })}},
      {"one_ticket_paid_twice", {beacon, Audit(PaidTwice)}},
      {"forfeits_kept_back", {beacon, Audit([](Entries& e, const Folders& f) {
                                EditExpiry(e, f, "settlement", [](protocol::Expiry& x) {
                                  x.forfeited = Must(x.forfeited.Sub(Money::FromFen(1)));
                                });
                              })}},
      {"payments_overstated", {beacon, Audit([](Entries& e, const Folders& f) {
                                 EditExpiry(e, f, "settlement", [](protocol::Expiry& x) {
                                   x.paid = Must(x.paid.Add(Money::FromFen(1)));
                                   x.forfeited = Must(x.forfeited.Sub(Money::FromFen(1)));
                                   ++x.payments;
                                 });
                               })}},
      {"forfeits_of_another_statement", {beacon, Audit([](Entries& e, const Folders& f) {
                                           EditExpiry(e, f, "settlement", [](protocol::Expiry& x) {
                                             x.statement = crypto::Sha256("another");
                                           });
                                         })}},
      {"forfeits_signed_by_the_payer", {beacon, Audit([](Entries& e, const Folders& f) {
                                          EditExpiry(e, f, "payer", [](protocol::Expiry&) {});
                                        })}},
      {"forfeited_early", {beacon, Audit([](Entries& e, const Folders& f) {
                             const auto expired = Find(e, "expired", f.name);
                             const auto paying = Find(e, "paying", f.name);
                             AuditEntry early = *expired;
                             early.time = paying->time;
                             e.erase(expired);
                             const auto until = e.insert(Find(e, "paying", f.name) + 1, early);
                             e.erase(std::remove_if(until + 1, e.end(),
                                                    [](const AuditEntry& x) {
                                                      return x.kind() == "payment" ||
                                                             x.kind() == "claim";
                                                    }),
                                     e.end());
                             EditExpiry(e, f, "settlement", [](protocol::Expiry& x) {
                               x.forfeited = Must(x.forfeited.Add(x.paid));
                               x.paid = Money();
                               x.payments = 0;
                             });
                           })}},
      {"prize_back_without_a_payment",
       {beacon, Audit([](Entries& e, const Folders&) {
          Say(e, {}, "credit", "settlement",
              {{"terminal", 1001}, {"amount_fen", 50'000}, {"reference", "prize:of nobody"}});
        })}},
      {"payment_by_the_settler", {beacon, Audit([](Entries& e, const Folders&) {
                                    Find(e, "payment")->json["by"] = "settler";
                                  })}},
      {"paid_more_than_the_prize", {beacon, Payments([](protocol::Payment& p) {
                                      p.gross = Must(p.gross.Add(Money::FromFen(100)));
                                    })}},
      {"paid_in_another_place",
       {beacon, Audit([](Entries& e, const Folders& f) {
          const auto text = Find(e, "statement", f.name)->body().at("envelope");
          const auto body =
              Must(crypto::ParseEnvelope(std::string(text.as_string()), protocol::kTypeStatement))
                  .body;
          const auto tickets =
              static_cast<std::uint64_t>(Must(protocol::ParseStatement(body)).winning_tickets);
          EachPayment(e, f, [&](protocol::Payment& p) {
            p.place = (p.place + 1) % tickets;  // each the next one's
          });
        })}},
      {"claim_of_no_terminal", {beacon, Audit([](Entries& e, const Folders&) {
                                  Find(e, "claim")->json["by"] = "terminal:9999";
                                })}},
      {"claim_of_leaf_9999", {beacon, Audit([](Entries& e, const Folders&) {
                                Find(e, "claim")->body()["index"] = 9999;
                              })}},
      {"claim_from_a_log_of_nobody", {beacon, Audit([](Entries& e, const Folders&) {
                                        Find(e, "claim")->body()["origin"] =
                                            "lottery.example/ssq/2026001";
                                      })}},
      {"claimed_before_paying", {beacon, Audit([](Entries& e, const Folders& f) {
                                   const auto paying = Find(e, "paying", f.name);
                                   AuditEntry early = *Find(e, "claim");
                                   early.time = paying->time;
                                   early.body()["origin"] = "lottery.example/" + f.draw;
                                   early.body()["index"] = 0;
                                   e.insert(paying, early);
                                 })}},
      {"audit_leaf_goes_back",
       {beacon, Audit([](Entries& e, const Folders&) { e[1].time = {e[0].time.ms - 1}; })}},
      {"audit_log_of_the_year_2200",
       {beacon, Audit([](Entries& e, const Folders&) {
          Say(e, {7'258'118'400'000}, "note", "operator", {{"text", "from afar"}});
        })}},
      {"allocation_of_another_period", {beacon, Audit([](Entries& e, const Folders&) {
                                          Find(e, "allocation")->body()["period"] = "201512";
                                        })}},
      {"draw_left_out_of_the_fund", {beacon, Audit(DrawLeftOut)}},
      {"draw_shared_out_twice", {beacon, Audit(SharedOutTwice)}},
      {"allocation_not_logged",
       {beacon, Audit([](Entries& e, const Folders&) { e.erase(Find(e, "allocation")); })}},
  };
  return all;
}

}  // namespace lottery::tests
