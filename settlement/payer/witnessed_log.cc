#include "settlement/payer/witnessed_log.h"

#include "crypto/tile.h"
#include "protocol/leaf.h"

namespace lottery::settlement::payer {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr int kRunsAtOnce = 1'000;
constexpr std::int64_t kNotesAtOnce = 50, kMostNotes = 100'000;  // looked at for one that verifies

// "claim" of {"kind":"claim",...: as central writes every leaf; empty where it is written
// otherwise.
std::string_view KindOf(std::string_view json) {
  constexpr std::string_view kFront = R"({"kind":")";
  if (!json.starts_with(kFront)) return {};
  json.remove_prefix(kFront.size());
  return json.substr(0, std::min(json.find('"'), json.size()));
}

// A claim is told by its hash alone: a national draw has millions.
Result<Entry> ParseEntry(std::uint64_t index, const protocol::AuditLeaf& leaf) {
  if (KindOf(leaf.json) == "claim") return Entry{index, {}, leaf.time, "claim", {}, {}};
  LOTTERY_TRY(const auto object, base::ParseJsonObject(leaf.json));
  Entry entry;
  entry.index = index;
  entry.time = leaf.time;
  LOTTERY_TRY(entry.kind, base::GetString(object, "kind"));
  LOTTERY_TRY(entry.by, base::GetString(object, "by"));
  LOTTERY_TRY(entry.body, base::GetObject(object, "body"));
  return entry;
}

}  // namespace

// A note that does not verify is as if it were not there: rows are nobody's word.
Result<std::optional<WitnessedLog::Target>> WitnessedLog::Newest(base::pg::Session& session) const {
  const std::string origin = protocol::AuditOrigin(trust_.operator_name);
  for (std::int64_t from = 0; from < kMostNotes; from += kNotesAtOnce) {
    LOTTERY_TRY(
        const auto rows,
        session.Exec("SELECT note FROM issuance.checkpoint WHERE log = $1 AND size > $2 "
                     "AND size <= (SELECT first + count FROM issuance.leaf WHERE log = $1 ORDER BY "
                     "first DESC LIMIT 1) "
                     "ORDER BY size DESC, signers DESC LIMIT $3 OFFSET $4",
                     {kAuditLog, static_cast<std::int64_t>(tree_.size()), kNotesAtOnce, from}));
    for (int i = 0; i < rows.size(); ++i) {
      const auto opened = crypto::OpenCheckpoint(rows.Text(i, 0), trust_.log_key, origin);
      if (!opened) continue;
      const auto witnessed =
          crypto::CheckWitnessed(opened->note, trust_.log_key, trust_.witnesses, trust_.quorum);
      if (!witnessed) continue;
      return std::optional(Target{opened->checkpoint.size, opened->checkpoint.root});
    }
    if (rows.size() < kNotesAtOnce) break;
  }
  return std::optional<Target>();
}

Status WitnessedLog::CatchUp(base::pg::Session& session, bool (*wants)(std::string_view kind),
                             const std::function<void(const Entry&)>& each) {
  LOTTERY_TRY(const auto target, Newest(session));
  if (!target) return {};
  crypto::TreeHash tree = tree_;
  std::vector<Entry> entries;
  while (tree.size() < target->size) {
    LOTTERY_TRY(
        const auto runs,
        session.ExecBinary(
            "SELECT first, bundle FROM issuance.leaf WHERE log = $1 AND first "
            ">= (SELECT max(first) FROM issuance.leaf WHERE log = $1 AND "
            "first <= $2) AND first < $3 ORDER BY first LIMIT $4",
            {kAuditLog, static_cast<std::int64_t>(tree.size()),
             static_cast<std::int64_t>(target->size), static_cast<std::int64_t>(kRunsAtOnce)}));
    const std::uint64_t had = tree.size();
    for (int i = 0; i < runs.size(); ++i) {
      auto index = static_cast<std::uint64_t>(runs.Int(i, 0));
      LOTTERY_TRY(const auto leaves, crypto::ParseEntries(runs.Text(i, 1)));
      for (const auto& leaf : leaves) {
        if (index++ != tree.size() || tree.size() == target->size) continue;
        LOTTERY_TRY(const auto decoded, protocol::DecodeAuditLeaf(leaf));
        if (wants(KindOf(decoded.json))) {
          LOTTERY_TRY(auto entry, ParseEntry(tree.size(), decoded));
          entry.leaf = crypto::LeafHash(leaf);
          entries.push_back(std::move(entry));
        }
        tree.Append(crypto::LeafHash(leaf));
      }
    }
    if (tree.size() == had) return Fail(ErrorCode::kSplitView, "leaves of the audit log are away");
  }
  if (tree.Root() != target->root)
    return Fail(ErrorCode::kSplitView, "the store has another audit log than was witnessed");
  for (const auto& entry : entries) each(entry);
  tree_ = tree;
  return {};
}

Result<std::uint64_t> WitnessedLog::Stored(base::pg::Session& session) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT first + count FROM issuance.leaf WHERE log = $1 ORDER BY first "
                           "DESC LIMIT 1",
                           {kAuditLog}));
  return rows.size() == 1 ? static_cast<std::uint64_t>(rows.Int(0, 0)) : 0;
}

Result<std::optional<Bytes>> ReadLeaf(base::pg::Session& session, std::int64_t log,
                                      std::uint64_t index) {
  LOTTERY_TRY(const auto rows,
              session.ExecBinary("SELECT first, bundle FROM issuance.leaf WHERE log = $1 AND first "
                                 "<= $2 ORDER BY first DESC LIMIT 1",
                                 {log, static_cast<std::int64_t>(index)}));
  if (rows.size() == 0) return std::optional<Bytes>();
  LOTTERY_TRY(auto leaves, crypto::ParseEntries(rows.Text(0, 1)));
  const std::uint64_t at = index - static_cast<std::uint64_t>(rows.Int(0, 0));
  if (at >= leaves.size()) return std::optional<Bytes>();
  return std::optional(std::move(leaves[at]));
}

}  // namespace lottery::settlement::payer
