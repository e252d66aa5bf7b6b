// Makes one tampered copy of a demonstration's folders, as an operator with its own keys could:
// unkeyed hashes and the manifest recomputed, documents re-signed with the real keys. tamper KIND
// DEMO OUT
#include "compliance/verify.h"
#include "crypto/pulse.h"
#include "crypto/tile.h"
#include "games/ssq_prize.h"
#include "protocol/leaf.h"
#include "protocol/message.h"
#include "tests/tamper/forge.h"

namespace lottery::tests {
namespace {
namespace fs = std::filesystem;

std::vector<Bytes> Entries(const Folders& f) {
  std::vector<Bytes> all;
  for (std::uint64_t i = 0;; ++i) {
    const std::string full = f.Auditor() + "/" + crypto::EntriesPath(i, 256);
    std::string path = full;
    for (int w = 1; w < 256 && !base::Exists(path); ++w)
      path = f.Auditor() + "/" + crypto::EntriesPath(i, static_cast<std::uint64_t>(w));
    if (!base::Exists(path)) return all;
    for (auto& e : Must(crypto::ParseEntries(Must(base::ReadFile(path)))))
      all.push_back(std::move(e));
    if (path != full) return all;
  }
}

// Bundles and tiles of exactly these leaves, in place of the old ones.
crypto::MerkleTree Rebuild(const Folders& f, const std::vector<Bytes>& leaves) {
  fs::remove_all(f.Auditor() + "/tile");
  fs::remove_all(f.Public("log/" + f.draw + "/tile"));
  crypto::MerkleTree tree;
  for (const auto& leaf : leaves) tree.Append(crypto::LeafHash(leaf));
  for (const auto& tile : crypto::TilesOf(tree.size()))
    Write(f.Public("log/" + f.draw + "/" + crypto::TilePath(tile)), crypto::TileHashes(tree, tile));
  for (std::uint64_t from = 0; from < leaves.size(); from += 256) {
    const auto width = std::min<std::uint64_t>(256, leaves.size() - from);
    Bytes bundle;
    for (std::uint64_t i = from; i < from + width; ++i) crypto::AppendEntry(bundle, leaves[i]);
    Write(f.Auditor() + "/" + crypto::EntriesPath(from / 256, width), bundle);
  }
  return tree;
}

void ReSignSeal(const Folders& f, const std::string& note) {
  auto seal =
      Must(protocol::ParseSeal(Body(f.Public("seal/" + f.name + ".json"), protocol::kTypeSeal)));
  seal.checkpoints[0].note = note;
  ReSign(f.Public("seal/" + f.name + ".json"), protocol::kTypeSeal, seal,
         One(Key(f, "seal", "seal")));
  Write(f.Public("log/" + f.draw + "/checkpoint"), note);
}

protocol::Statement LoadStatement(const Folders& f) {
  return Must(protocol::ParseStatement(
      Body(f.Public("settlement/" + f.name + ".statement.json"), protocol::kTypeStatement)));
}

void SaveStatement(const Folders& f, const protocol::Statement& s, crypto::SigningKey key) {
  ReSign(f.Public("settlement/" + f.name + ".statement.json"), protocol::kTypeStatement, s,
         One(std::move(key)));
}

// Every figure that follows from the winner counts, by settlement's own formula.
void Reprice(protocol::Statement& s) {
  games::SsqPrizeInput in{s.draw.number, s.net_sales,    s.pool_before,
                          s.injection,   s.special_rule, {}};
  for (const auto& t : s.tiers) in.winners[static_cast<std::size_t>(t.tier - 1)] = t.lines;
  const auto p = Must(games::ComputeSsqPrizes(in));
  for (auto& t : s.tiers) {
    const Money full = t.tier == 1   ? p.first
                       : t.tier == 2 ? p.second
                                     : Must(games::RuleFor("ssq", s.draw.number))->Fixed(t.tier);
    t.each = t.lines == 0 ? Money() : full;
    t.total = Must(t.each.Mul(t.lines));
  }
  s.prizes = p.paid_total;
  s.pool_after = p.pool_after;
  s.adjustment_gained = p.adjustment_gained;
  s.adjustment_paid = p.adjustment_paid;
  const Money accrued = Must(s.adjustment_before.Add(s.adjustment_accrued));
  s.adjustment_after = Must(Must(accrued.Add(s.adjustment_gained)).Sub(s.adjustment_paid));
}

void NewKeys(const Folders& f) {
  auto trust = LoadTrust(f);
  const auto root = crypto::SigningKey::Generate();
  trust.root_key = root.public_key();
  std::vector<crypto::SigningKey> keys;
  keys.push_back(crypto::SigningKey::FromSeed(root.RevealSeed()).value());
  ReSign(f.Public("trust.json"), protocol::kTypeTrust, trust, keys);
}

void SplitView(const Folders& f) {
  auto leaves = Entries(f);
  crypto::MerkleTree tree;
  for (std::size_t i = 0; i + 1 < leaves.size(); ++i) tree.Append(crypto::LeafHash(leaves[i]));
  tree.Append(crypto::LeafHash("another leaf"));
  const auto trust = LoadTrust(f);
  crypto::Note note{crypto::Checkpoint{protocol::OriginOf(trust.operator_name, {"ssq", 2026097}),
                                       tree.size(), tree.Root()}
                        .ToText(),
                    {}};
  note.signatures.push_back(crypto::SignNote(Key(f, "log", "log"), trust.log_key.name, note.text));
  Write(f.Public("log/" + f.draw + "/checkpoint"), note.ToText());
  for (const auto& tile : crypto::TilesOf(tree.size()))
    Write(f.Public("log/" + f.draw + "/" + crypto::TilePath(tile)), crypto::TileHashes(tree, tile));
}

void DroppedLeaf(const Folders& f) {
  auto leaves = Entries(f);
  leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(leaves.size() / 2));
  Rebuild(f, leaves);
}

void AddedLeaf(const Folders& f) {
  auto leaves = Entries(f);
  leaves.push_back(leaves.back());
  Rebuild(f, leaves);
}

void BeaconReplaced(const Folders& f) {
  const std::string path = f.Public("beacon/" + f.name + ".json");
  const auto file = Must(base::ReadJsonFile(path));
  auto pulse = Must(crypto::ParsePulse(Must(base::GetObject(file, "pulse"))));
  const auto at = Must(base::FromIso(pulse.time_stamp));
  pulse.time_stamp = base::ToIso({at.ms + pulse.period_ms});
  pulse.index += 1;
  pulse.local_random_value = crypto::RandomBytes(64);
  Must(crypto::SignPulse(pulse, {Must(base::ReadFile(f.demo + "/private/keys/beacon.pem")),
                                 Must(base::ReadFile(f.demo + "/private/keys/beacon.key.pem"))}));
  Write(path, base::ToPretty(base::json::object{{"pulse", crypto::ToJson(pulse)}}));
}

// The witnesses are asked again, after the round: their word is true, and too late.
void YoungCosignature(const Folders& f) {
  const auto plan =
      Must(protocol::ParsePlan(Body(f.Public("plan/" + f.name + ".json"), protocol::kTypePlan)));
  const auto trust = LoadTrust(f);
  auto note =
      Must(crypto::ParseNote(Must(base::ReadFile(f.Public("log/" + f.draw + "/checkpoint")))));
  note.signatures.resize(1);
  for (const auto& w : trust.witnesses) {
    note.signatures.push_back(
        crypto::Cosign(Key(f, "witness-" + w.name, "witness"), w.name, note.text,
                       static_cast<std::uint64_t>(plan.Round().ms / 1000 + 1)));
  }
  ReSignSeal(f, note.ToText());
}

void WitnessTwice(const Folders& f) {
  auto note =
      Must(crypto::ParseNote(Must(base::ReadFile(f.Public("log/" + f.draw + "/checkpoint")))));
  note.signatures.resize(3);
  note.signatures.push_back(note.signatures[1]);
  ReSignSeal(f, note.ToText());
}

void VoidedPaid(const Folders& f) {
  const auto certificate = Must(protocol::ParseDrawCertificate(
      Body(f.Public("draw/" + f.name + ".certificate.json"), protocol::kTypeDrawCertificate)));
  auto s = LoadStatement(f);
  std::map<Bytes, std::pair<std::uint64_t, wire::Order>> sold;
  std::uint64_t index = 0;
  for (const auto& raw : Entries(f)) {
    const auto leaf = Must(protocol::DecodeSaleLeaf(raw));
    const auto message = Must(protocol::DecodeMessage(leaf.message, leaf.signature));
    if (message.decoded->has_order())
      sold[Bytes(message.hash.view())] = {index, message.decoded->order()};
    ++index;
    if (!message.decoded->has_void_()) continue;
    const auto& order = sold.at(message.decoded->void_().order_hash()).second;
    const auto wins =
        Must(compliance::OwnOrderWins(order, {certificate.numbers, certificate.extra}));
    bool any = false;
    for (auto& tier : s.tiers) {
      tier.lines += wins[static_cast<std::size_t>(tier.tier - 1)];
      any = any || wins[static_cast<std::size_t>(tier.tier - 1)] > 0;
    }
    if (!any) continue;
    ++s.winning_tickets;
    Reprice(s);
    return SaveStatement(f, s, Key(f, "settlement", "settlement"));
  }
  std::exit(4);  // the demonstration must hold a voided ticket that would have won
}

void FenMoved(const Folders& f) {
  auto s = LoadStatement(f);
  s.fund = Money::FromFen(s.fund.fen() - 1);
  s.fee = Money::FromFen(s.fee.fen() + 1);
  SaveStatement(f, s, Key(f, "settlement", "settlement"));
}

// The pool grows at the adjustment fund's expense, and no plan said so.
void InjectionInvented(const Folders& f) {
  auto s = LoadStatement(f);
  s.injection = Money::FromFen(1'000'000);
  Reprice(s);
  SaveStatement(f, s, Key(f, "settlement", "settlement"));
}

// Likewise what a line of a tier gets.
void BonusInvented(const Folders& f) {
  auto s = LoadStatement(f);
  for (auto& tier : s.tiers) {
    if (tier.lines == 0) continue;
    tier.bonus = Money::FromFen(500);
    tier.each = Must(tier.each.Add(tier.bonus));
    const Money cost = Must(tier.bonus.Mul(tier.lines));
    tier.total = Must(tier.total.Add(cost));
    s.prizes = Must(s.prizes.Add(cost));
    s.adjustment_paid = Must(s.adjustment_paid.Add(cost));
    return SaveStatement(f, s, Key(f, "settlement", "settlement"));
  }
  std::exit(4);  // the demonstration must hold a winning line
}

void OldRule(const Folders& f) {
  auto s = LoadStatement(f);
  s.rule = "ssq-2014055";
  SaveStatement(f, s, Key(f, "settlement", "settlement"));
}

void SwappedPlan(const Folders& f) {
  auto plan =
      Must(protocol::ParsePlan(Body(f.Public("plan/" + f.name + ".json"), protocol::kTypePlan)));
  plan.margin_ms /= 2;
  std::vector<crypto::SigningKey> keys;
  keys.push_back(Key(f, "official-a", "official"));
  keys.push_back(Key(f, "official-b", "official"));
  ReSign(f.Public("plan/" + f.name + ".json"), protocol::kTypePlan, plan, keys);
}

void ForgedStatement(const Folders& f) {
  auto s = LoadStatement(f);
  s.winning_tickets += 1;
  SaveStatement(f, s, crypto::SigningKey::Generate());
}

}  // namespace

// TAMPERING, or the name of one, and two folders.
int Tamper(const std::vector<std::string>& arguments) {
  const std::map<std::string, std::function<void(const Folders&)>> kinds = {
      {"new_keys", NewKeys},
      {"split_view", SplitView},
      {"dropped_leaf", DroppedLeaf},
      {"added_leaf", AddedLeaf},
      {"beacon_replaced", BeaconReplaced},
      {"young_cosignature", YoungCosignature},
      {"witness_twice", WitnessTwice},
      {"voided_paid", VoidedPaid},
      {"fen_moved", FenMoved},
      {"injection_invented", InjectionInvented},
      {"bonus_invented", BonusInvented},
      {"old_rule", OldRule},
      {"swapped_plan", SwappedPlan},
      {"forged_statement", ForgedStatement}};
  std::map<std::string, Forgery> all(FolderForgeries());
  all.insert(AuditForgeries().begin(), AuditForgeries().end());
  all.insert(PaperForgeries().begin(), PaperForgeries().end());
  for (const auto& [name, make] : kinds) all[name] = {"ssq-2026097", make};
  for (const auto& [name, later] : LaterTamperings()) all[name] = {later.first, later.second};
  LOTTERY_CHECK(all.size() == FolderForgeries().size() + AuditForgeries().size() +
                                  PaperForgeries().size() + kinds.size() +
                                  LaterTamperings().size());  // no name stands twice
  const std::string kind = arguments.size() == 3 ? arguments[0] : "";
  if (!all.contains(kind)) {
    for (const auto& [name, forgery] : all) std::printf("%s\n", name.c_str());
    return 2;
  }
  const Forgery& forgery = all.at(kind);
  std::string folder = forgery.draw;
  folder[folder.find('-')] = '/';
  const Folders f{arguments[1], arguments[2], forgery.draw, folder};
  fs::remove_all(f.out);
  fs::create_directories(f.out);
  fs::copy(f.demo + "/public", f.out + "/public", fs::copy_options::recursive);
  fs::copy(f.demo + "/auditor", f.out + "/auditor", fs::copy_options::recursive);
  if (!forgery.after) forgery.make(f);
  Must(compliance::WriteManifest(f.out + "/public"));
  if (forgery.after) forgery.make(f);
  return 0;
}

}  // namespace lottery::tests

int main(int argc, char** argv) { return lottery::tests::Tamper({argv + 1, argv + argc}); }
