#include "protocol/documents.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "protocol/document_json.h"
#include "protocol/plausible.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::ToHex;
namespace {

Result<crypto::VerifierKey> GetVerifierKey(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto text, base::GetString(object, key));
  return crypto::ParseVerifierKey(text);
}

}  // namespace

std::string Trust::ToBody() const {
  json::array key_list, witness_list, beacon_list;
  for (const auto& k : keys) {
    key_list.push_back(json::object{
        {"purpose", k.purpose}, {"name", k.name}, {"public_key", ToHex(k.public_key)}});
  }
  for (const auto& w : witnesses) witness_list.push_back(json::string(w.ToText()));
  for (const auto& b : beacons)
    beacon_list.push_back(json::object{{"name", b.name}, {"certificate_pem", b.certificate_pem}});
  return base::ToPretty(json::object{{"format", "trust/1"},
                                     {"operator", operator_name},
                                     {"root_key", ToHex(root_key)},
                                     {"log_vkey", log_key.ToText()},
                                     {"keys", std::move(key_list)},
                                     {"witnesses", std::move(witness_list)},
                                     {"quorum", quorum},
                                     {"beacons", std::move(beacon_list)}});
}

std::vector<Bytes> Trust::KeysFor(std::string_view purpose) const {
  std::vector<Bytes> out;
  for (const auto& k : keys) {
    if (k.purpose == purpose) out.push_back(k.public_key);
  }
  return out;
}

Result<Trust> ParseTrust(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Trust t;
  LOTTERY_TRY(t.operator_name, base::GetString(o, "operator"));
  LOTTERY_TRY(t.root_key, GetHex(o, "root_key"));
  LOTTERY_TRY(t.log_key, GetVerifierKey(o, "log_vkey"));
  LOTTERY_TRY_VOID(ForObjects(o, "keys", [&](const json::object& k) -> base::Status {
    Trust::Key key;
    LOTTERY_TRY(key.purpose, base::GetString(k, "purpose"));
    LOTTERY_TRY(key.name, base::GetString(k, "name"));
    LOTTERY_TRY(key.public_key, GetHex(k, "public_key"));
    if (!crypto::IsValidPublicKey(key.public_key))
      return Fail(ErrorCode::kBadKey, key.purpose + " " + key.name);
    t.keys.push_back(std::move(key));
    return {};
  }));
  LOTTERY_TRY(const auto witness_texts, GetStrings(o, "witnesses"));
  for (const auto& text : witness_texts) {
    LOTTERY_TRY(auto key, crypto::ParseVerifierKey(text));
    t.witnesses.push_back(std::move(key));
  }
  LOTTERY_TRY(const auto quorum, GetInt32(o, "quorum"));
  t.quorum = quorum;
  LOTTERY_TRY_VOID(ForObjects(o, "beacons", [&](const json::object& b) -> base::Status {
    Trust::Beacon beacon;
    LOTTERY_TRY(beacon.name, base::GetString(b, "name"));
    LOTTERY_TRY(beacon.certificate_pem, base::GetString(b, "certificate_pem"));
    t.beacons.push_back(std::move(beacon));
    return {};
  }));
  LOTTERY_TRY_VOID(CheckTrust(t));
  return Canonical(std::move(t), body);
}

std::string RootFingerprint(const Bytes& root_key) { return HexOf(crypto::Sha256(root_key)); }

Result<std::string> ParseRoot(std::string_view text) {
  const auto octets = base::FromHexAnyCase(base::ToHalfWidth(base::Trim(text)));
  if (!octets || octets->size() != base::Digest().octets.size())
    return Fail(ErrorCode::kUsage, "the root is 64 hex digits, as the certificate prints it");
  return ToHex(*octets);
}

Result<Trust> OpenTrust(std::string_view text) {
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, kTypeTrust));
  LOTTERY_TRY(auto trust, ParseTrust(envelope.body));
  if (envelope.signatures.size() != 1 || !envelope.SignedBy(trust.root_key)) {
    return Fail(ErrorCode::kBadSignature, "trust.json is not signed by its root key");
  }
  return trust;
}

std::string Plan::ToBody() const {
  json::array official_list;
  for (const auto& o : officials) {
    official_list.push_back(json::object{
        {"name", o.name}, {"vrf_key", ToHex(o.vrf_key)}, {"signing_key", ToHex(o.signing_key)}});
  }
  json::object out{{"format", overseers.empty() ? "plan/1" : "plan/2"},
                   {"game", draw.game},
                   {"draw", draw.number},
                   {"method", method},
                   {"officials", std::move(official_list)},
                   {"certificate_quorum", certificate_quorum}};
  if (!overseers.empty()) {
    out["overseers"] = Strings(overseers);
    out["overseer_quorum"] = overseer_quorum;
  }
  out["witnesses"] = Strings(witnesses);
  out["quorum"] = quorum;
  out["beacon"] = beacon;
  out["beacon_period_ms"] = beacon_period_ms;
  out["close"] = base::ToIso(close);
  out["round_delay_ms"] = round_delay_ms;
  out["margin_ms"] = margin_ms;
  out["contribution_deadline_ms"] = contribution_deadline_ms;
  out["fallback"] = fallback;
  out["escrow"] = escrow;
  out["ball_machine"] = ball_machine;
  out["rule_book"] = HexOf(rule_book);
  if (promotion.exists()) out["promotion"] = promotion.ToJson();
  if (after) out["after"] = HexOf(*after);
  return base::ToPretty(out);
}

std::vector<Bytes> Plan::SigningKeys() const {
  std::vector<Bytes> keys;
  for (const auto& official : officials) keys.push_back(official.signing_key);
  return keys;
}

UtcTime Plan::Round() const {
  const std::int64_t earliest = close.ms + round_delay_ms;
  return {(earliest + beacon_period_ms - 1) / beacon_period_ms * beacon_period_ms};
}

Result<Plan> ParsePlan(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Plan p;
  LOTTERY_TRY(p.draw, GetDraw(o));
  LOTTERY_TRY(p.method, base::GetString(o, "method"));
  LOTTERY_TRY_VOID(ForObjects(o, "officials", [&](const json::object& item) -> base::Status {
    Plan::Official official;
    LOTTERY_TRY(official.name, base::GetString(item, "name"));
    LOTTERY_TRY(official.vrf_key, GetHex(item, "vrf_key"));
    LOTTERY_TRY(official.signing_key, GetHex(item, "signing_key"));
    p.officials.push_back(std::move(official));
    return {};
  }));
  LOTTERY_TRY(p.certificate_quorum, GetInt32(o, "certificate_quorum"));
  if (o.contains("overseers")) {
    LOTTERY_TRY(p.overseers, GetStrings(o, "overseers"));
    LOTTERY_TRY(p.overseer_quorum, GetInt32(o, "overseer_quorum"));
  }
  LOTTERY_TRY(p.witnesses, GetStrings(o, "witnesses"));
  LOTTERY_TRY(p.quorum, GetInt32(o, "quorum"));
  LOTTERY_TRY(p.beacon, base::GetString(o, "beacon"));
  LOTTERY_TRY(p.beacon_period_ms, base::GetInt(o, "beacon_period_ms"));
  LOTTERY_TRY(p.close, base::GetTime(o, "close"));
  LOTTERY_TRY(p.round_delay_ms, base::GetInt(o, "round_delay_ms"));
  LOTTERY_TRY(p.margin_ms, base::GetInt(o, "margin_ms"));
  LOTTERY_TRY(p.contribution_deadline_ms, base::GetInt(o, "contribution_deadline_ms"));
  LOTTERY_TRY(p.fallback, base::GetString(o, "fallback"));
  LOTTERY_TRY(p.escrow, base::GetString(o, "escrow"));
  LOTTERY_TRY(p.ball_machine, base::GetString(o, "ball_machine"));
  LOTTERY_TRY(p.rule_book, base::GetDigest(o, "rule_book"));
  if (o.contains("promotion")) {
    LOTTERY_TRY(const auto promotion, base::GetObject(o, "promotion"));
    LOTTERY_TRY(p.promotion, ParsePromotion(promotion, p.draw));
  }
  if (o.contains("after")) {
    LOTTERY_TRY(p.after, base::GetDigest(o, "after"));
  }
  LOTTERY_TRY_VOID(CheckPlanFigures(p));
  return Canonical(std::move(p), body);
}

std::vector<Bytes> OverseersKeys(const Plan& plan, const Trust& trust) {
  std::vector<Bytes> keys;
  for (const auto& key : trust.keys) {
    const bool named =
        std::find(plan.overseers.begin(), plan.overseers.end(), key.name) != plan.overseers.end();
    if (key.purpose == "overseer" && named) keys.push_back(key.public_key);
  }
  return keys;
}

base::Status CheckPlanIsTrusted(const Plan& plan, const Trust& trust) {
  const auto refuse = [](std::string why) { return Fail(ErrorCode::kBadPlan, std::move(why)); };
  const auto signing = trust.KeysFor("official");
  std::set<std::string> names;
  std::set<Bytes> keys;
  for (const auto& o : plan.officials) {
    if (std::find(signing.begin(), signing.end(), o.signing_key) == signing.end())
      return refuse(o.name + " is no registered official");
    if (!crypto::IsValidPublicKey(o.vrf_key)) return refuse("VRF key of " + o.name);
    const bool fresh = names.insert(o.name).second && keys.insert(o.signing_key).second &&
                       keys.insert(o.vrf_key).second;
    if (!fresh) return refuse(o.name + " or a key of theirs stands twice");
  }
  std::set<std::string> trusted;
  for (const auto& w : trust.witnesses) trusted.insert(w.name);
  if (std::set<std::string>(plan.witnesses.begin(), plan.witnesses.end()) != trusted ||
      plan.witnesses.size() != trusted.size() || plan.quorum != trust.quorum)
    return refuse("witnesses and quorum are not those of trust.json");
  if (std::set<std::string>(plan.overseers.begin(), plan.overseers.end()).size() !=
          plan.overseers.size() ||
      OverseersKeys(plan, trust).size() != plan.overseers.size())
    return refuse("overseers are not those of trust.json");
  const bool known = std::any_of(trust.beacons.begin(), trust.beacons.end(),
                                 [&](const auto& b) { return b.name == plan.beacon; });
  return known ? base::Status() : refuse("beacon " + plan.beacon + " is not in trust.json");
}

json::object ToJson(const SaleTotals& t) {
  return {{"sales", t.sales},
          {"sales_fen", t.sales_amount.fen()},
          {"voids", t.voids},
          {"voids_fen", t.voids_amount.fen()}};
}

Result<SaleTotals> ParseTotals(const json::object& o) {
  SaleTotals t;
  LOTTERY_TRY(t.sales, base::GetInt(o, "sales"));
  LOTTERY_TRY(t.sales_amount, base::GetMoney(o, "sales_fen"));
  LOTTERY_TRY(t.voids, base::GetInt(o, "voids"));
  LOTTERY_TRY(t.voids_amount, base::GetMoney(o, "voids_fen"));
  return t;
}

Bytes EncodeTerminals(const std::vector<TerminalTotals>& list) {
  base::ByteWriter w;
  for (const auto& line : list) {
    w.U32(line.terminal).U64(static_cast<std::uint64_t>(line.totals.sales));
    w.U64(static_cast<std::uint64_t>(line.totals.sales_amount.fen()));
    w.U64(static_cast<std::uint64_t>(line.totals.voids));
    w.U64(static_cast<std::uint64_t>(line.totals.voids_amount.fen()));
  }
  return w.Take();
}

Result<TerminalTotals> DecodeTerminalLine(base::ByteView leaf) {
  if (leaf.size() != kTerminalLine) return base::Fail(base::ErrorCode::kBadEncoding, "line");
  base::ByteReader r(leaf);
  const auto amount = [&r] { return Money::FromFen(static_cast<std::int64_t>(r.U64())); };
  TerminalTotals line;
  line.terminal = r.U32();
  line.totals.sales = static_cast<std::int64_t>(r.U64());
  line.totals.sales_amount = amount();
  line.totals.voids = static_cast<std::int64_t>(r.U64());
  line.totals.voids_amount = amount();
  return line;
}

Digest TerminalsRoot(const std::vector<TerminalTotals>& list) {
  const Bytes lines = EncodeTerminals(list);
  crypto::MerkleTree tree;
  for (std::size_t at = 0; at < lines.size(); at += kTerminalLine)
    tree.Append(crypto::LeafHash(base::ByteView(lines).substr(at, kTerminalLine)));
  return tree.Root();
}

std::string Seal::ToBody() const {
  json::array list;
  for (const auto& c : checkpoints) {
    list.push_back(
        json::object{{"operator", c.operator_name}, {"origin", c.origin}, {"note", c.note}});
  }
  return base::ToPretty(json::object{{"format", "seal/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"checkpoints", std::move(list)},
                                     {"totals", ToJson(totals)},
                                     {"terminals", terminals},
                                     {"terminals_root", HexOf(terminals_root)},
                                     {"exclusions", Strings(exclusions)},
                                     {"plan", HexOf(plan)},
                                     {"agreement", HexOf(agreement)},
                                     {"rule_book", HexOf(rule_book)},
                                     {"program_version", program_version},
                                     {"sealed_at", base::ToIso(sealed_at)}});
}

Result<Seal> ParseSeal(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Seal s;
  LOTTERY_TRY(s.draw, GetDraw(o));
  LOTTERY_TRY_VOID(ForObjects(o, "checkpoints", [&](const json::object& c) -> base::Status {
    Seal::Sealed sealed;
    LOTTERY_TRY(sealed.operator_name, base::GetString(c, "operator"));
    LOTTERY_TRY(sealed.origin, base::GetString(c, "origin"));
    LOTTERY_TRY(sealed.note, base::GetString(c, "note"));
    s.checkpoints.push_back(std::move(sealed));
    return {};
  }));
  LOTTERY_TRY(const auto totals, base::GetObject(o, "totals"));
  LOTTERY_TRY(s.totals, ParseTotals(totals));
  LOTTERY_TRY(s.terminals, base::GetInt(o, "terminals"));
  LOTTERY_TRY(s.terminals_root, base::GetDigest(o, "terminals_root"));
  LOTTERY_TRY(s.exclusions, GetStrings(o, "exclusions"));
  LOTTERY_TRY(s.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(s.agreement, base::GetDigest(o, "agreement"));
  LOTTERY_TRY(s.rule_book, base::GetDigest(o, "rule_book"));
  LOTTERY_TRY(s.program_version, base::GetString(o, "program_version"));
  LOTTERY_TRY(s.sealed_at, base::GetTime(o, "sealed_at"));
  if (s.checkpoints.size() != 1) return Fail(ErrorCode::kBadSeal, "one checkpoint an operator");
  return Canonical(std::move(s), body);
}

std::string Agreement::ToBody() const {
  return base::ToPretty(json::object{{"format", "agreement/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"stage", stage},
                                     {"origin", origin},
                                     {"size", static_cast<std::int64_t>(size)},
                                     {"root", HexOf(root)},
                                     {"totals", ToJson(totals)},
                                     {"terminals_root", HexOf(terminals_root)},
                                     {"statement", HexOf(statement)},
                                     {"at", base::ToIso(at)}});
}

Result<Agreement> ParseAgreement(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Agreement a;
  LOTTERY_TRY(a.draw, GetDraw(o));
  LOTTERY_TRY(a.stage, base::GetString(o, "stage"));
  LOTTERY_TRY(a.origin, base::GetString(o, "origin"));
  LOTTERY_TRY(a.size, GetCount(o, "size"));
  LOTTERY_TRY(a.root, base::GetDigest(o, "root"));
  LOTTERY_TRY(const auto totals, base::GetObject(o, "totals"));
  LOTTERY_TRY(a.totals, ParseTotals(totals));
  LOTTERY_TRY(a.terminals_root, base::GetDigest(o, "terminals_root"));
  LOTTERY_TRY(a.statement, base::GetDigest(o, "statement"));
  LOTTERY_TRY(a.at, base::GetTime(o, "at"));
  return Canonical(std::move(a), body);
}

Result<crypto::Envelope> OpenSigned(std::string_view text, std::string_view type,
                                    const std::vector<Bytes>& keys, int least) {
  LOTTERY_TRY(auto envelope, crypto::ParseEnvelope(text, type));
  if (envelope.CountSigners(keys) < least) {
    return Fail(ErrorCode::kBadSignature,
                std::string(type) + " needs " + std::to_string(least) + " registered signers");
  }
  return envelope;
}

}  // namespace lottery::protocol
