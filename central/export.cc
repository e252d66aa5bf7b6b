#include "central/export.h"

#include <unistd.h>

#include <map>
#include <set>

#include "base/file.h"
#include "crypto/tile.h"
#include "games/rules.h"
#include "protocol/documents.h"
#include "protocol/leaf.h"

namespace lottery::central {
using base::Bytes;
using base::ErrorCode;
using base::Fail;
using base::Result;
using base::Status;
using base::pg::Session;
namespace json = base::json;
namespace {

struct StoredLog {
  std::int64_t id = 0;
  std::string origin, folder;  // folder is the origin without the operator
  std::vector<Bytes> leaves;
  crypto::MerkleTree tree;
};

Result<StoredLog> ReadLog(Session& session, std::int64_t id, const std::string& origin,
                          const std::string& operator_name) {
  StoredLog log{id, origin, origin.substr(operator_name.size() + 1), {}, {}};
  LOTTERY_TRY(const auto rows,
              session.ExecBinary(
                  "SELECT first, bundle FROM issuance.leaf WHERE log = $1 ORDER BY first", {id}));
  for (int i = 0; i < rows.size(); ++i) {
    LOTTERY_TRY(auto leaves, crypto::ParseEntries(rows.Text(i, 1)));
    if (static_cast<std::uint64_t>(rows.Int(i, 0)) != log.tree.size())
      return Fail(ErrorCode::kLogMismatch, origin + " has a gap");
    for (auto& leaf : leaves) {
      log.tree.Append(crypto::LeafHash(leaf));
      log.leaves.push_back(std::move(leaf));
    }
  }
  return log;
}

Status WriteTiles(const StoredLog& log, std::uint64_t size, const std::string& folder) {
  for (const auto& tile : crypto::TilesOf(size)) {
    const std::string path = folder + "/" + crypto::TilePath(tile);
    LOTTERY_TRY_VOID(base::WriteFile(path, crypto::TileHashes(log.tree, tile)));
  }
  return {};
}

Status WriteEntries(const StoredLog& log, std::uint64_t size, const std::string& folder) {
  for (std::uint64_t from = 0; from < size; from += crypto::kTileWidth) {
    const std::uint64_t width = std::min(crypto::kTileWidth, size - from);
    Bytes bundle;
    for (std::uint64_t i = from; i < from + width; ++i) crypto::AppendEntry(bundle, log.leaves[i]);
    const std::string path = folder + "/" + crypto::EntriesPath(from / crypto::kTileWidth, width);
    LOTTERY_TRY_VOID(base::WriteFile(path, bundle));
  }
  return {};
}

// Tiles that were partly full when an earlier export wrote them: what is written now has their
// leaves, and a reader must not count them twice. They go after the new checkpoint is there: until
// then a reader of the old one needs them.
Status RemovePartlyFull(const std::string& folder, std::uint64_t size) {
  std::set<std::string> now{
      crypto::EntriesPath(size / crypto::kTileWidth, size % crypto::kTileWidth)};
  for (const auto& tile : crypto::TilesOf(size)) now.insert(crypto::TilePath(tile));
  LOTTERY_TRY(const auto names, base::ListFiles(folder));
  for (const auto& name : names) {
    if (name.find(".p/") == std::string::npos || now.contains(name)) continue;
    const std::string path = folder + "/" + name;
    if (::unlink(path.c_str()) != 0)
      return tl::unexpected<base::Error>({ErrorCode::kFileWrite, "cannot be removed", path});
    ::rmdir(path.substr(0, path.rfind('/')).c_str());  // its folder, where that is empty now
  }
  return {};
}

// The first note with a quorum that covers `index`: the witnesses' word that it was there by then.
Result<crypto::SignedCheckpoint> FirstCovering(Session& session, const protocol::Trust& trust,
                                               const StoredLog& log, std::uint64_t index) {
  LOTTERY_TRY(
      const auto rows,
      session.Exec(
          "SELECT note FROM issuance.checkpoint WHERE log = $1 AND size > $2 AND signers >= $3 "
          "ORDER BY size, signers LIMIT 1",
          {log.id, static_cast<std::int64_t>(index), trust.quorum}));
  if (rows.size() != 1)
    return Fail(ErrorCode::kQuorumMissing, log.origin + " leaf " + std::to_string(index));
  return crypto::OpenCheckpoint(rows.Text(0, 0), trust.log_key, log.origin);
}

Status WriteProof(Session& session, const protocol::Trust& trust, const StoredLog& audit,
                  std::uint64_t index, const std::string& path) {
  LOTTERY_TRY(const auto covering, FirstCovering(session, trust, audit, index));
  return base::WriteFile(
      path, crypto::ToTlogProof({index, audit.tree.Inclusion(index, covering.checkpoint.size),
                                 covering.note.ToText()}));
}

Result<std::int64_t> FindAudit(const StoredLog& audit, std::string_view kind,
                               const protocol::DrawId& draw) {
  std::optional<std::int64_t> found;
  for (std::size_t i = 0; i < audit.leaves.size(); ++i) {
    const auto leaf = protocol::DecodeAuditLeaf(audit.leaves[i]);
    const auto entry = leaf ? base::ParseJsonObject(leaf->json) : Fail(ErrorCode::kEntryInvalid);
    const auto named = entry ? base::GetString(*entry, "kind") : Fail(ErrorCode::kEntryInvalid);
    const bool withdrawn = named && kind == "plan" && *named == "withdrawal";
    if (!named || (*named != kind && !withdrawn)) continue;
    const auto body = base::GetObject(*entry, "body");
    const auto game = body ? base::GetString(*body, "game") : Fail(ErrorCode::kEntryInvalid);
    const auto number = body ? base::GetInt(*body, "draw") : Fail(ErrorCode::kEntryInvalid);
    if (!game || !number || *game != draw.game || *number != draw.number) continue;
    if (withdrawn)
      found.reset();  // the next plan of the draw is its first
    else if (!found)
      found = static_cast<std::int64_t>(i);
  }
  if (found) return *found;
  return Fail(ErrorCode::kEntryInvalid,
              std::string(kind) + " of " + draw.ToText() + " is not in the audit log");
}

// Leaf and proof of what officials' devices must see in the log; nothing where it is not there.
Status WriteLogged(Session& session, const protocol::Trust& trust, const StoredLog& audit,
                   std::string_view kind, const protocol::DrawId& draw, const std::string& folder) {
  const auto index = FindAudit(audit, kind, draw);
  if (!index) return {};
  const std::string path = folder + "/" + std::string(kind);
  LOTTERY_TRY_VOID(
      WriteProof(session, trust, audit, static_cast<std::uint64_t>(*index), path + ".tlog-proof"));
  return base::WriteFile(path + ".leaf", audit.leaves[static_cast<std::size_t>(*index)]);
}

// Proofs of the entries of a draw in the audit log, for strangers.
Status WriteAuditProofs(Session& session, const protocol::Trust& trust, const StoredLog& audit,
                        const protocol::DrawId& draw, const std::string& out) {
  for (const char* kind : {"plan", "seal", "deferral", "fallback", "cancellation"}) {
    const auto index = FindAudit(audit, kind, draw);
    if (!index && (kind == std::string_view("plan") || kind == std::string_view("seal")))
      return tl::unexpected<base::Error>(index.error());
    if (!index) continue;
    LOTTERY_TRY_VOID(WriteProof(session, trust, audit, static_cast<std::uint64_t>(*index),
                                out + "/" + kind + "/" + draw.ToText() + ".audit.tlog-proof"));
  }
  return {};
}

struct Sample {
  const StoredLog* log;
  std::uint64_t size;
  std::string note;
};

// Evenly spread leaves of all sealed logs, each with a proof against its sealed checkpoint.
Status WriteTickets(const std::vector<Sample>& sealed, int wanted, const std::string& folder) {
  std::uint64_t total = 0;
  for (const auto& s : sealed) total += s.size;
  const std::uint64_t count = std::min<std::uint64_t>(static_cast<std::uint64_t>(wanted), total);
  json::array index;
  for (std::uint64_t n = 0; n < count; ++n) {
    std::uint64_t at = n * total / count;
    const Sample* sample = sealed.data();
    while (at >= sample->size) at -= (sample++)->size;
    const std::string name = std::to_string(n);
    LOTTERY_TRY_VOID(base::WriteFile(
        folder + "/" + name + ".tlog-proof",
        crypto::ToTlogProof({at, sample->log->tree.Inclusion(at, sample->size), sample->note})));
    LOTTERY_TRY_VOID(base::WriteFile(folder + "/" + name + ".leaf", sample->log->leaves[at]));
    index.push_back(json::object{{"ticket", static_cast<std::int64_t>(n)},
                                 {"origin", sample->log->origin},
                                 {"index", static_cast<std::int64_t>(at)},
                                 {"leaf_hash", base::ToHex(sample->log->tree.leaf(at).view())}});
  }
  return base::WriteFile(folder + "/index.json",
                         base::ToPretty(json::object{{"tickets", std::move(index)}}));
}

Status WriteLogKeys(const protocol::Trust& trust, const std::string& folder) {
  std::string witnesses;
  for (const auto& w : trust.witnesses) witnesses += w.ToText() + "\n";
  LOTTERY_TRY_VOID(base::WriteFile(folder + "/log/vkey", trust.log_key.ToText() + "\n"));
  return base::WriteFile(folder + "/log/witnesses", witnesses);
}

// The rule book a draw was sold under, by its hash. One of an earlier program was written by that.
Status WriteRules(const protocol::DrawId& draw, const base::Digest& hash,
                  const std::string& folder) {
  const std::string path = folder + base::ToHex(hash.view()) + ".json";
  if (base::Exists(path)) return {};
  LOTTERY_TRY(const auto text, games::RuleBookText(draw.game));
  if (crypto::Sha256(text) != hash)
    return tl::unexpected<base::Error>(
        {ErrorCode::kOldRule, draw.ToText() + ": export once with the program it was planned with",
         path});
  return base::WriteFile(path, text);
}

}  // namespace

Result<json::object> Export(const std::string& conninfo, const ExportRequest& request) {
  LOTTERY_TRY(const auto trust_text, base::ReadFile(request.trust_file));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(auto session, Session::Open(conninfo));
  LOTTERY_TRY_VOID(session.Script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  const std::string& out = request.public_folder;
  LOTTERY_TRY_VOID(base::WriteFile(out + "/trust.json", trust_text));
  LOTTERY_TRY_VOID(WriteLogKeys(trust, out));
  LOTTERY_TRY(const auto audit,
              ReadLog(session, 0, protocol::AuditOrigin(trust.operator_name), trust.operator_name));
  LOTTERY_TRY(const auto newest,
              session.Exec("SELECT note, size FROM issuance.checkpoint WHERE log = 0 AND signers "
                           ">= $1 ORDER BY size DESC, signers DESC LIMIT 1",
                           {trust.quorum}));
  if (newest.size() != 1) return Fail(ErrorCode::kQuorumMissing, audit.origin);
  const auto audit_size = static_cast<std::uint64_t>(newest.Int(0, 1));
  LOTTERY_TRY_VOID(WriteTiles(audit, audit_size, out + "/audit"));
  LOTTERY_TRY_VOID(WriteEntries(audit, audit_size, out + "/audit"));
  LOTTERY_TRY_VOID(base::WriteFile(out + "/audit/checkpoint", newest.Text(0, 0)));
  LOTTERY_TRY_VOID(RemovePartlyFull(out + "/audit", audit_size));

  LOTTERY_TRY(
      const auto draws,
      session.Exec("SELECT s.game, s.draw, s.envelope, d.log, d.plan, g.origin FROM issuance.seal "
                   "s JOIN issuance.draw d USING (game, draw) "
                   "JOIN issuance.log g ON g.id = d.log WHERE EXISTS (SELECT FROM "
                   "issuance.draw_step x WHERE x.game = s.game "
                   "AND x.draw = s.draw AND x.state IN ('certified', 'cancelled')) ORDER BY "
                   "s.game, s.draw"));
  std::vector<StoredLog> logs;
  logs.reserve(static_cast<std::size_t>(draws.size()));
  std::vector<Sample> samples;
  for (int i = 0; i < draws.size(); ++i) {
    const protocol::DrawId draw{std::string(draws.Text(i, 0)),
                                static_cast<std::int32_t>(draws.Int(i, 1))};
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(draws.Text(i, 2), protocol::kTypeSeal));
    LOTTERY_TRY(const auto seal, protocol::ParseSeal(envelope.body));
    LOTTERY_TRY(auto log, ReadLog(session, draws.Int(i, 3), std::string(draws.Text(i, 5)),
                                  trust.operator_name));
    LOTTERY_TRY(const auto sealed,
                crypto::OpenCheckpoint(seal.checkpoints[0].note, trust.log_key, log.origin));
    if (log.tree.size() != sealed.checkpoint.size || log.tree.Root() != sealed.checkpoint.root)
      return Fail(ErrorCode::kLogMismatch, log.origin);
    const std::string name = draw.ToText(), folder = out + "/log/" + log.folder;
    LOTTERY_TRY_VOID(WriteTiles(log, log.tree.size(), folder));  // sealed: no tile is ever outgrown
    LOTTERY_TRY_VOID(base::WriteFile(folder + "/checkpoint", seal.checkpoints[0].note));
    LOTTERY_TRY_VOID(base::WriteFile(out + "/plan/" + name + ".json", draws.Text(i, 4)));
    LOTTERY_TRY_VOID(base::WriteFile(out + "/seal/" + name + ".json", draws.Text(i, 2)));
    LOTTERY_TRY_VOID(WriteRules(draw, seal.rule_book, out + "/rules/"));
    LOTTERY_TRY_VOID(WriteAuditProofs(session, trust, audit, draw, out));
    if (!request.auditor_folder.empty())
      LOTTERY_TRY_VOID(
          WriteEntries(log, log.tree.size(), request.auditor_folder + "/" + log.folder));
    logs.push_back(std::move(log));
    samples.push_back({&logs.back(), logs.back().tree.size(), seal.checkpoints[0].note});
  }
  LOTTERY_TRY_VOID(WriteTickets(samples, request.tickets, out + "/tickets"));
  return json::object{{"draws", draws.size()},
                      {"audit_size", static_cast<std::int64_t>(audit_size)}};
}

Result<json::object> WriteBundle(const std::string& conninfo, const std::string& trust_file,
                                 const protocol::DrawId& draw, const std::string& folder) {
  LOTTERY_TRY(const auto trust_text, base::ReadFile(trust_file));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(auto session, Session::Open(conninfo));
  LOTTERY_TRY_VOID(session.Script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  LOTTERY_TRY(const auto row,
              session.Exec("SELECT d.plan, s.envelope FROM issuance.seal s JOIN issuance.draw d "
                           "USING (game, draw) WHERE s.game = $1 AND s.draw = $2",
                           {draw.game, draw.number}));
  if (row.size() != 1) return Fail(ErrorCode::kBadSeal, draw.ToText() + " is not sealed");
  LOTTERY_TRY(const auto audit,
              ReadLog(session, 0, protocol::AuditOrigin(trust.operator_name), trust.operator_name));
  for (const char* kind : {"seal", "deferral", "fallback", "cancellation"})
    LOTTERY_TRY_VOID(WriteLogged(session, trust, audit, kind, draw, folder));
  LOTTERY_TRY_VOID(base::WriteFile(folder + "/plan.json", row.Text(0, 0)));
  LOTTERY_TRY_VOID(base::WriteFile(folder + "/seal.json", row.Text(0, 1)));
  return json::object{{"draw", draw.ToText()}, {"bundle", folder}};
}

}  // namespace lottery::central
