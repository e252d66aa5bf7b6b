#include "central/pg_store.h"

#include <algorithm>
#include <deque>

#include "base/log.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
using base::pg::Session;
namespace {

// What Sequencer::Owe wrote: the paper's hash, the root of its list, the number of its tickets,
// what they are owed and until when. Of a draw that was settled before lists had sales' leaves, the
// hash alone: nobody is paid by it.
base::Status ReadOwed(std::string_view reason, Draw& draw) {
  const auto parts = base::Split(reason, ' ');
  LOTTERY_TRY(draw.statement, base::DigestFromHex(parts[0]));
  if (parts.size() != 5) return {};
  LOTTERY_TRY(draw.owed_root, base::DigestFromHex(parts[1]));
  LOTTERY_TRY(const auto tickets, base::ParseDecimal(parts[2]));
  draw.owed_tickets = static_cast<std::uint64_t>(tickets);
  LOTTERY_TRY(const auto owed, base::ParseDecimal(parts[3]));
  draw.owed = Money::FromFen(owed);
  LOTTERY_TRY(draw.claim_until.ms, base::ParseDecimal(parts[4]));
  return {};
}

constexpr const char* kWriterName = "lottery-central-writer";
constexpr const char *kBatch = "batch", *kBatchWithTiles = "batch with tiles";

std::int64_t Signed(std::uint64_t v) { return static_cast<std::int64_t>(v); }
std::int64_t Ms(UtcTime t) { return t.ms; }

// An ordinary batch; most fill no tile, and the part that stores tiles costs even then. A writer
// whose epoch is over has no lease to hold: it inserts no leaf, no tile, and fails at the batch's
// epoch, which may not be null.
std::string BatchStatement(bool tiles) {
  std::string sql =
      "WITH held AS MATERIALIZED (SELECT epoch FROM issuance.lease WHERE name = 'writer' AND epoch "
      "= $1 FOR KEY SHARE), "
      "leaves AS (INSERT INTO issuance.leaf SELECT unnest($2::integer[]), unnest($3::bigint[]), "
      "unnest($4::integer[]), unnest($5::bytea[]) FROM held)";
  if (tiles) {
    sql +=
        ", tiles AS (INSERT INTO issuance.tile SELECT unnest($11::integer[]), "
        "unnest($12::bigint[]), unnest($13::bytea[]), unnest($14::bytea[]) FROM held)";
  }
  return sql + " INSERT INTO issuance.batch SELECT $6, (SELECT epoch FROM held), $7, $8, $9, $10";
}

CommitOutcome From(base::pg::Commit outcome) {
  switch (outcome) {
    case base::pg::Commit::kDone:
      return CommitOutcome::kDone;
    case base::pg::Commit::kNotDone:
      return CommitOutcome::kNotDone;
    case base::pg::Commit::kInDoubt:
      break;
  }
  return CommitOutcome::kInDoubt;
}

// The parameters of a BatchStatement, with the octets they point to.
struct BatchCall {
  BatchCall(const State& after, const Effects& effects, std::uint64_t epoch) {
    call.statement = effects.tiles.empty() ? kBatch : kBatchWithTiles;
    Add(base::pg::BinaryInt8(Signed(epoch)));
    AddRuns(effects);
    Add(base::pg::BinaryInt8(Signed(after.record_number)));
    Add(base::pg::BinaryInt8(effects.at.ms));
    call.values.emplace_back(effects.record);
    call.values.emplace_back(effects.heads);
    call.values.emplace_back(effects.changes);
    if (!effects.tiles.empty()) AddTiles(effects);
  }
  void AddRuns(const Effects& effects) {
    AddColumn(effects.runs, [](const LeafRun& run) { return run.log; });
    AddColumn(effects.runs, [](const LeafRun& run) { return Signed(run.first); });
    AddColumn(effects.runs, [](const LeafRun& run) { return run.count; });
    AddColumn(effects.runs, [](const LeafRun& run) { return base::ByteView(run.bundle); });
  }
  void AddTiles(const Effects& effects) {
    AddColumn(effects.tiles, [](const TileRow& tile) { return tile.log; });
    AddColumn(effects.tiles, [](const TileRow& tile) { return Signed(tile.index); });
    AddColumn(effects.tiles, [](const TileRow& tile) { return base::ByteView(tile.hashes); });
    AddColumn(effects.tiles, [](const TileRow& tile) { return base::ByteView(tile.root); });
  }
  template <typename Row, typename Get>
  void AddColumn(const std::vector<Row>& rows, Get get) {
    std::vector<std::invoke_result_t<Get, const Row&>> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(get(row));
    Add(base::pg::BinaryArray(values));
  }
  void Add(Bytes octets) { call.values.emplace_back(kept.emplace_back(std::move(octets))); }
  std::deque<Bytes> kept;
  base::pg::Call call;
};

bool IsRare(const Effects& e) {
  return !(e.new_logs.empty() && e.new_draws.empty() && e.new_terminals.empty() &&
           e.retired.empty() && e.terminal_steps.empty() && e.steps.empty() && e.seals.empty() &&
           e.reopened.empty() && e.withdrawn.empty() && e.inbox_answers.empty());
}

base::Status Run(Session& session, const std::string& sql, const std::vector<Param>& params) {
  return session.Exec(sql, params).map([](const base::pg::Rows&) {});
}

}  // namespace

base::Status CheckDurability(Session& session) {
  for (const char* setting :
       {"fsync", "full_page_writes", "data_checksums", "synchronous_commit"}) {
    LOTTERY_TRY(const auto rows,
                session.Exec("SELECT reset_val FROM pg_settings WHERE name = $1", {setting}));
    const auto value = rows.Text(0, 0);
    const bool good = value == "on" || (std::string_view(setting) == "synchronous_commit" &&
                                        (value == "remote_apply"));
    if (!good)
      return Fail(ErrorCode::kDatabaseUnsafe, std::string(setting) + " is " + std::string(value));
  }
  return {};
}

// Takeover: end older writers, bump the epoch and commit that, only then read.
base::Status PgStore::TakeLease(Session& session) {
  LOTTERY_TRY_VOID(
      Run(session,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
          "WHERE application_name = $1 AND usename = current_user AND datname = current_database() "
          "AND pid <> pg_backend_pid()",
          {kWriterName}));
  LOTTERY_TRY_VOID(Run(session, "SET application_name = 'lottery-central-writer'", {}));
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY_VOID(Run(session,
                       "INSERT INTO issuance.lease(name, epoch, holder, taken_at) VALUES "
                       "('writer', 0, '', clock_timestamp()) "
                       "ON CONFLICT DO NOTHING",
                       {}));
  LOTTERY_TRY(
      const auto rows,
      session.Exec("UPDATE issuance.lease SET epoch = epoch + 1, holder = pg_backend_pid()::text, "
                   "taken_at = clock_timestamp() WHERE name = 'writer' RETURNING epoch"));
  epoch_ = static_cast<std::uint64_t>(rows.Int(0, 0));
  return transaction.Finish();
}

Result<State> PgStore::Recover() {
  session_.reset();
  LOTTERY_TRY(auto session, Session::Open(conninfo_));
  LOTTERY_TRY_VOID(CheckDurability(session));
  LOTTERY_TRY_VOID(TakeLease(session));
  LOTTERY_TRY(auto rows, Read(session));
  LOTTERY_TRY(auto state, Rebuild(std::move(rows)));
  LOTTERY_TRY_VOID(session.Prepare(kBatch, BatchStatement(false)));
  LOTTERY_TRY_VOID(session.Prepare(kBatchWithTiles, BatchStatement(true)));
  session_.emplace(std::move(session));
  return state;
}

// Full tiles as they are stored, then the runs behind them. Of a log that ends with a tile the last
// run is read too: its last leaf's time is the log's.
base::Status PgStore::ReadTree(Session& session, Log& log, std::vector<LeafRun>& tail) {
  while (true) {
    const std::uint64_t tiles = log.tree.size() / crypto::kTileWidth;
    LOTTERY_TRY(
        const auto rows,
        session.ExecBinary("SELECT hashes, root FROM issuance.tile WHERE log = $1 AND idx >= "
                           "$2 AND root IS NOT NULL ORDER BY idx LIMIT 2048",
                           {log.id, Signed(tiles)}));
    for (int i = 0; i < rows.size(); ++i) {
      LOTTERY_TRY(const auto root, base::DigestFrom(rows.Text(i, 1)));
      if (rows.Text(i, 0).size() != crypto::kTileWidth * 32)
        return Fail(ErrorCode::kFileCorrupt, "tile row of " + log.origin);
      log.tree.AppendTile(rows.Text(i, 0), root);
    }
    if (rows.size() == 0) break;
  }
  LOTTERY_TRY(const auto partial,
              session.ExecBinary("SELECT hashes FROM issuance.tile WHERE log = $1 AND root IS NULL",
                                 {log.id}));
  const std::uint64_t in_tiles = log.tree.size();
  if (partial.size() == 1) {  // a sealed log: its leaves may be locked away
    const auto hashes = partial.Text(0, 0);
    for (std::size_t at = 0; at + 32 <= hashes.size(); at += 32)
      log.tree.Append(*base::DigestFrom(hashes.substr(at, 32)));
    return {};
  }
  LOTTERY_TRY(
      const auto runs,
      session.ExecBinary("SELECT first, count, bundle FROM issuance.leaf WHERE log = $1 AND "
                         "first >= COALESCE((SELECT max(first) FROM issuance.leaf WHERE log "
                         "= $1 AND first <= $2), 0) ORDER BY first",
                         {log.id, Signed(in_tiles)}));
  for (int i = 0; i < runs.size(); ++i) {
    tail.push_back({log.id, static_cast<std::uint64_t>(runs.Int(i, 0)),
                    static_cast<std::int32_t>(runs.Int(i, 1)), runs.Bytea(i, 2)});
  }
  return {};
}

base::Status PgStore::ReadChanges(Session& session, StoredRows& out) {
  std::int64_t from = Signed(out.snapshot_number);
  while (true) {
    LOTTERY_TRY(const auto rows,
                session.ExecBinary("SELECT number, changes FROM issuance.batch WHERE number > $1 "
                                   "ORDER BY number LIMIT 4096",
                                   {from}));
    for (int i = 0; i < rows.size(); ++i) {
      from = rows.Int(i, 0);
      out.changes.emplace_back(static_cast<std::uint64_t>(from), rows.Bytea(i, 1));
    }
    if (rows.size() == 0) return {};
  }
}

Result<StoredRows> PgStore::Read(Session& session) {
  StoredRows out;
  out.epoch = epoch_;
  LOTTERY_TRY(const auto logs,
              session.Exec("SELECT id, origin, game, draw FROM issuance.log ORDER BY id"));
  for (int i = 0; i < logs.size(); ++i) {
    std::optional<DrawId> draw;
    if (!logs.Null(i, 2))
      draw = DrawId{std::string(logs.Text(i, 2)), static_cast<std::int32_t>(logs.Int(i, 3))};
    out.logs.push_back(NewLog(static_cast<std::int32_t>(logs.Int(i, 0)),
                              std::string(logs.Text(i, 1)), std::move(draw)));
  }
  for (auto& log : out.logs) LOTTERY_TRY_VOID(ReadTree(session, log, out.tail));
  LOTTERY_TRY(
      const auto terminals,
      session.Exec(
          "SELECT t.id, t.name, t.jurisdiction, t.public_key, COALESCE((SELECT s.suspended FROM "
          "issuance.terminal_step s WHERE s.terminal = t.id ORDER BY s.record DESC LIMIT 1), "
          "false) "
          "FROM issuance.terminal t"));
  for (int i = 0; i < terminals.size(); ++i) {
    Terminal t;
    t.id = static_cast<std::uint32_t>(terminals.Int(i, 0));
    t.name = terminals.Text(i, 1);
    t.jurisdiction = terminals.Text(i, 2);
    t.public_key = terminals.Bytea(i, 3);
    t.suspended = terminals.Bool(i, 4);
    out.terminals.push_back(std::move(t));
  }
  LOTTERY_TRY(
      const auto draws,
      session.Exec(
          "SELECT d.game, d.draw, d.log, d.close_ms, d.plan, d.plan_leaf, s.state, s.ordinal, "
          "e.envelope, (SELECT reason FROM issuance.draw_step y WHERE y.game = d.game AND y.draw = "
          "d.draw AND y.state IN ('deferred', 'postponed')), "
          "(SELECT reason FROM issuance.draw_step y WHERE y.game = d.game AND y.draw = d.draw AND "
          "y.state = 'certified'), "
          "(SELECT reason FROM issuance.draw_step y WHERE y.game = d.game AND y.draw = d.draw AND "
          "y.state IN ('settled', 'refunding')), "
          "(SELECT at_ms FROM issuance.draw_step y WHERE y.game = d.game AND y.draw = d.draw AND "
          "y.state = 'fallback') "
          "FROM issuance.draw d JOIN LATERAL (SELECT state, ordinal FROM issuance.draw_step x "
          "WHERE x.game = d.game AND x.draw = d.draw ORDER BY ordinal DESC LIMIT 1) s ON true "
          "LEFT JOIN issuance.seal e ON e.game = d.game AND e.draw = d.draw"));
  for (int i = 0; i < draws.size(); ++i) {
    Draw d;
    d.id = {std::string(draws.Text(i, 0)), static_cast<std::int32_t>(draws.Int(i, 1))};
    d.log = static_cast<std::int32_t>(draws.Int(i, 2));
    d.close = {draws.Int(i, 3)};
    d.plan_text = draws.Text(i, 4);
    d.plan_leaf = static_cast<std::uint64_t>(draws.Int(i, 5));
    const auto state = protocol::DrawStateFrom(draws.Text(i, 6));
    LOTTERY_CHECK(state.has_value());
    d.state = *state;
    d.steps = static_cast<int>(draws.Int(i, 7));
    LOTTERY_TRY(const auto plan, crypto::ParseEnvelope(d.plan_text, protocol::kTypePlan));
    d.plan = protocol::BodyHash(plan);
    if (!draws.Null(i, 8)) {
      LOTTERY_TRY(const auto seal, crypto::ParseEnvelope(draws.Text(i, 8), protocol::kTypeSeal));
      d.seal = protocol::BodyHash(seal);
    }
    if (!draws.Null(i, 9)) {
      LOTTERY_TRY(d.round, base::FromIso(draws.Text(i, 9)));
    }
    if (!draws.Null(i, 10)) {
      LOTTERY_TRY(d.certificate, base::DigestFromHex(draws.Text(i, 10)));
    }
    if (!draws.Null(i, 11)) {
      LOTTERY_TRY_VOID(ReadOwed(draws.Text(i, 11), d));
    }
    if (!draws.Null(i, 12)) d.fallback_at = {draws.Int(i, 12)};
    out.draws.push_back(std::move(d));
  }
  LOTTERY_TRY(const auto retired,
              session.ExecBinary("SELECT vrf_key FROM issuance.retired_key", {}));
  for (int i = 0; i < retired.size(); ++i) out.retired.insert(retired.Bytea(i, 0));
  LOTTERY_TRY(const auto withdrawn,
              session.Exec("SELECT game, draw, withdrawal FROM issuance.withdrawn_plan "
                           "ORDER BY withdrawal_leaf"));
  for (int i = 0; i < withdrawn.size(); ++i) {
    LOTTERY_TRY(const auto paper,
                crypto::ParseEnvelope(withdrawn.Text(i, 2), protocol::kTypeWithdrawal));
    out.withdrawn[{std::string(withdrawn.Text(i, 0)),
                   static_cast<std::int32_t>(withdrawn.Int(i, 1))}] = protocol::BodyHash(paper);
  }
  LOTTERY_TRY(const auto snapshot,
              session.ExecBinary(
                  "SELECT number, body FROM issuance.snapshot ORDER BY number DESC LIMIT 1"));
  if (snapshot.size() == 1) {
    out.snapshot_number = static_cast<std::uint64_t>(snapshot.Int(0, 0));
    out.snapshot = snapshot.Bytea(0, 1);
  }
  LOTTERY_TRY_VOID(ReadChanges(session, out));
  LOTTERY_TRY(
      const auto last,
      session.Exec("SELECT record, heads FROM issuance.batch ORDER BY number DESC LIMIT 1"));
  if (last.size() == 1) {
    out.last_record = last.Bytea(0, 0);
    out.last_heads = last.Bytea(0, 1);
  }
  LOTTERY_TRY(
      const auto witnessed,
      session.Exec("SELECT DISTINCT ON (log) log, size, note, latest_ms FROM issuance.checkpoint "
                   "WHERE signers >= $1 ORDER BY log, size DESC, signers DESC",
                   {quorum_}));
  for (int i = 0; i < witnessed.size(); ++i) {
    out.witnessed.push_back({static_cast<std::int32_t>(witnessed.Int(i, 0)),
                             static_cast<std::uint64_t>(witnessed.Int(i, 1)),
                             std::string(witnessed.Text(i, 2)), witnessed.Int(i, 3)});
  }
  return out;
}

// An ordinary batch is one transaction in one round trip; what operators do comes in before it, one
// statement after the other.
CommitOutcome PgStore::CommitBatch(const State& after, const Effects& effects,
                                   const std::function<void()>& meanwhile) {
  if (!session_ || IsRare(effects)) {
    meanwhile();
    return session_ ? CommitRare(after, effects) : CommitOutcome::kNotDone;
  }
  const BatchCall batch(after, effects, epoch_);
  base::Error error{ErrorCode::kInternal, ""};
  const auto outcome = session_->RunTransaction({batch.call}, error, meanwhile);
  if (outcome != base::pg::Commit::kDone)
    base::LogWarn("batch not known to be committed: " + error.detail);
  return From(outcome);
}

CommitOutcome PgStore::CommitRare(const State& after, const Effects& effects) {
  const auto written = WriteRare(*session_, after, effects);
  if (!written) {
    base::LogWarn("batch not written: " + written.error().detail);
    session_->Rollback();
    return CommitOutcome::kNotDone;
  }
  return From(session_->CommitTransaction());
}

base::Status PgStore::WriteRare(Session& session, const State& after, const Effects& effects) {
  LOTTERY_TRY_VOID(session.Script("BEGIN"));
  LOTTERY_TRY_VOID(Run(session, "SELECT issuance.hold_lease($1)", {Signed(epoch_)}));
  for (const auto& log : effects.new_logs) {
    LOTTERY_TRY_VOID(Run(session, "SELECT issuance.add_log($1, $2, $3, $4)",
                         {log.id, log.origin, log.draw ? Param(log.draw->game) : Param::Null(),
                          log.draw ? Param(log.draw->number) : Param::Null()}));
  }
  for (const auto& t : effects.new_terminals) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.terminal SELECT $1, $2, $3, $4, $5",
                         {static_cast<std::int64_t>(t.id), t.name, t.jurisdiction,
                          Param::Bytea(t.public_key), Ms(after.logs[kAuditLog].last)}));
  }
  for (const auto& [id, reason] : effects.terminal_steps) {
    LOTTERY_TRY_VOID(Run(session,
                         "INSERT INTO issuance.terminal_step SELECT $1, $2, $3::boolean, $4",
                         {static_cast<std::int64_t>(id), Signed(after.record_number),
                          after.terminals.at(id).suspended ? "true" : "false", reason}));
  }
  for (const auto& [key, official] : effects.retired) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.retired_key SELECT $1, $2, $3",
                         {Param::Bytea(key), official, Signed(after.record_number)}));
  }
  for (const auto& w : effects.withdrawn) {
    LOTTERY_TRY_VOID(Run(session, "SELECT issuance.withdraw_plan($1, $2, $3, $4, $5)",
                         {Signed(epoch_), w.draw.game, w.draw.number, Signed(w.leaf), w.envelope}));
  }
  for (const auto& d : effects.new_draws) {
    LOTTERY_TRY_VOID(
        Run(session, "INSERT INTO issuance.draw SELECT $1, $2, $3, $4, $5, $6",
            {d.id.game, d.id.number, d.log, Ms(d.close), d.plan_text, Signed(d.plan_leaf)}));
  }
  for (const auto& s : effects.steps) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.draw_step SELECT $1, $2, $3, $4, $5, $6",
                         {s.draw.game, s.draw.number, s.ordinal, s.state, Ms(s.at), s.reason}));
  }
  for (const auto& s : effects.seals) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.seal SELECT $1, $2, $3, $4",
                         {s.draw.game, s.draw.number, s.envelope, Param::Bytea(s.terminals)}));
  }
  for (const auto& [id, answer] : effects.inbox_answers) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.inbox_done VALUES ($1, $2, $3)",
                         {id, Signed(after.record_number), answer}));
  }
  for (const auto& run : effects.runs) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.leaf VALUES ($1, $2, $3, $4)",
                         {run.log, Signed(run.first), run.count, Param::Bytea(run.bundle)}));
  }
  for (const auto& tile : effects.tiles) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.tile VALUES ($1, $2, $3, $4)",
                         {tile.log, Signed(tile.index), Param::Bytea(tile.hashes),
                          tile.root.empty() ? Param::Null() : Param::Bytea(tile.root)}));
  }
  LOTTERY_TRY_VOID(
      Run(session, "INSERT INTO issuance.batch VALUES ($1, $2, $3, $4, $5, $6)",
          {Signed(after.record_number), Signed(epoch_), effects.at.ms, Param::Bytea(effects.record),
           Param::Bytea(effects.heads), Param::Bytea(effects.changes)}));
  // inbox_done and the rest came first; the partition goes or comes back when all is written.
  for (const auto& seal : effects.seals)
    LOTTERY_TRY_VOID(Run(session, "SELECT issuance.lock_away($1)", {seal.log}));
  for (const auto& draw : effects.reopened)
    LOTTERY_TRY_VOID(Run(session, "SELECT issuance.bring_back($1, $2)", {draw.game, draw.number}));
  return {};
}

Result<StoredRecord> PgStore::FindRecord(std::uint64_t number) {
  if (!session_) return Fail(ErrorCode::kDatabaseUnavailable);
  LOTTERY_TRY(const auto rows,
              session_->Exec("SELECT record, heads FROM issuance.batch WHERE number = $1",
                             {Signed(number)}));
  if (rows.size() != 1)
    return Fail(ErrorCode::kFileCorrupt, "record " + std::to_string(number) + " is missing");
  return StoredRecord{rows.Bytea(0, 0), rows.Bytea(0, 1)};
}

}  // namespace lottery::central
