#include "central/pg_store.h"

#include <algorithm>

#include "base/log.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::CopyBuffer;
using base::pg::Param;
using base::pg::Session;
namespace {

constexpr const char* kWriterName = "lottery-central-writer";

std::int64_t Signed(std::uint64_t v) { return static_cast<std::int64_t>(v); }
std::int64_t Ms(UtcTime t) { return t.ms; }

base::Status Run(Session& session, const std::string& sql, const std::vector<Param>& params) {
  return session.Exec(sql, params).map([](const base::pg::Rows&) {});
}

}  // namespace

base::Status CheckDurability(Session& session) {
  for (const char* setting :
       {"fsync", "full_page_writes", "data_checksums", "synchronous_commit"}) {
    LOTTERY_TRY(const auto rows, session.Exec("SELECT current_setting($1)", {setting}));
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

Result<State> PgStore::Recover(UtcTime now) {
  session_.reset();
  LOTTERY_TRY(auto session, Session::Open(conninfo_));
  LOTTERY_TRY_VOID(CheckDurability(session));
  LOTTERY_TRY_VOID(TakeLease(session));
  LOTTERY_TRY(const auto rows, Read(session, now));
  LOTTERY_TRY(auto state, Rebuild(rows));
  session_.emplace(std::move(session));
  return state;
}

Result<StoredRows> PgStore::Read(Session& session, UtcTime now) {
  StoredRows out;
  out.epoch = epoch_;
  LOTTERY_TRY(const auto logs,
              session.Exec("SELECT id, origin, game, draw FROM issuance.log ORDER BY id"));
  for (int i = 0; i < logs.size(); ++i) {
    Log log;
    log.id = static_cast<std::int32_t>(logs.Int(i, 0));
    log.origin = logs.Text(i, 1);
    if (!logs.Null(i, 2))
      log.draw = DrawId{std::string(logs.Text(i, 2)), static_cast<std::int32_t>(logs.Int(i, 3))};
    out.logs.push_back(std::move(log));
  }
  LOTTERY_TRY(const auto tiles,
              session.Exec("SELECT log, hashes FROM issuance.tile ORDER BY log, idx"));
  for (int i = 0; i < tiles.size(); ++i)
    out.tiles[static_cast<std::int32_t>(tiles.Int(i, 0))].push_back(tiles.Bytea(i, 1));
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
          "e.envelope "
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
    out.draws.push_back(std::move(d));
  }
  for (const auto& log : out.logs) {
    // From the last leaf of the last full tile on: its time is the log's, even with no leaf after.
    const std::int64_t from = std::max<std::int64_t>(0, Signed(out.tiles[log.id].size()) * 256 - 1);
    LOTTERY_TRY(const auto tail,
                session.Exec(
                    "SELECT idx, body FROM issuance.leaf WHERE log = $1 AND idx >= $2 ORDER BY idx",
                    {log.id, from}));
    for (int i = 0; i < tail.size(); ++i)
      out.tail.push_back({log.id, static_cast<std::uint64_t>(tail.Int(i, 0)), tail.Bytea(i, 1)});
  }
  // Octets 3 to 10 of a leaf are its time, big-endian: the young ones sort behind this bound.
  base::ByteWriter bound;
  bound.U64(static_cast<std::uint64_t>(now.ms - kVoidWindowMs - kTerminalClockToleranceMs));
  LOTTERY_TRY(
      const auto recent,
      session.Exec(
          "SELECT l.log, l.idx, l.body FROM issuance.leaf l JOIN issuance.draw d ON d.log = l.log "
          "WHERE substring(l.body FROM 3 FOR 8) >= $1 AND NOT EXISTS (SELECT FROM "
          "issuance.draw_step s "
          "WHERE s.game = d.game AND s.draw = d.draw AND s.state = 'closed') ORDER BY l.log, l.idx",
          {Param::Bytea(bound.bytes())}));
  std::string pairs;
  for (int i = 0; i < recent.size(); ++i) {
    out.recent.push_back({static_cast<std::int32_t>(recent.Int(i, 0)),
                          static_cast<std::uint64_t>(recent.Int(i, 1)), recent.Bytea(i, 2)});
  }
  LOTTERY_TRY(
      const auto snapshot,
      session.Exec("SELECT number, body FROM issuance.snapshot ORDER BY number DESC LIMIT 1"));
  if (snapshot.size() == 1) out.snapshot = snapshot.Bytea(0, 1);
  LOTTERY_TRY(const auto heads,
              session.Exec("SELECT heads FROM issuance.batch WHERE number > $1 ORDER BY number",
                           {snapshot.size() == 1 ? snapshot.Int(0, 0) : 0}));
  for (int i = 0; i < heads.size(); ++i) out.heads.push_back(heads.Bytea(i, 0));
  LOTTERY_TRY(const auto last,
              session.Exec("SELECT record FROM issuance.batch ORDER BY number DESC LIMIT 1"));
  if (last.size() == 1) out.last_record = last.Bytea(0, 0);
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
  for (const auto& row : out.recent) {
    const auto leaf = protocol::DecodeSaleLeaf(row.body);
    if (!leaf || leaf->kind != protocol::LeafKind::kOrder) continue;
    LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf->message, leaf->signature));
    const auto key = std::pair(message.decoded->terminal(), message.decoded->sequence());
    LOTTERY_TRY(
        const auto accepted,
        session.Exec(
            "SELECT record, parts FROM issuance.accepted WHERE terminal = $1 AND sequence = $2",
            {static_cast<std::int64_t>(key.first), Signed(key.second)}));
    if (accepted.size() != 1) return Fail(ErrorCode::kFileCorrupt, "an order without its row");
    LOTTERY_TRY(auto parts, DecodeParts(accepted.Bytea(0, 1)));
    out.accepted[key] = {static_cast<std::uint64_t>(accepted.Int(0, 0)), std::move(parts)};
  }
  return out;
}

CommitOutcome PgStore::CommitBatch(const State& after, const Effects& effects) {
  if (!session_) return CommitOutcome::kNotDone;
  const auto written = Write(*session_, after, effects);
  if (!written) {
    base::LogWarn("batch not written: " + written.error().detail);
    session_->Rollback();
    return CommitOutcome::kNotDone;
  }
  switch (session_->CommitTransaction()) {
    case base::pg::Commit::kDone:
      return CommitOutcome::kDone;
    case base::pg::Commit::kNotDone:
      return CommitOutcome::kNotDone;
    case base::pg::Commit::kInDoubt:
      break;
  }
  return CommitOutcome::kInDoubt;
}

// The hot path is three statements: BEGIN with the lease, COPY of leaves, COPY of accepted rows and
// record.
base::Status PgStore::Write(Session& session, const State& after, const Effects& effects) {
  LOTTERY_TRY_VOID(session.Script("BEGIN"));
  LOTTERY_TRY(const auto lease,
              session.Exec(
                  "SELECT 1 FROM issuance.lease WHERE name = 'writer' AND epoch = $1 FOR KEY SHARE",
                  {Signed(epoch_)}));
  if (lease.size() != 1) return Fail(ErrorCode::kDeposed);
  LOTTERY_TRY_VOID(WriteRare(session, after, effects));
  if (!effects.leaves.empty()) {
    CopyBuffer leaves;
    for (const auto& row : effects.leaves) {
      leaves.Row(3);
      leaves.Int4(row.log);
      leaves.Int8(Signed(row.index));
      leaves.Bytea(row.body);
    }
    LOTTERY_TRY_VOID(session.CopyIn("issuance.leaf(log, idx, body)", leaves.Finish()));
  }
  if (!effects.accepted.empty()) {
    CopyBuffer accepted;
    for (const auto& row : effects.accepted) {
      accepted.Row(4);
      accepted.Int4(static_cast<std::int32_t>(row.terminal));
      accepted.Int8(Signed(row.sequence));
      accepted.Int8(Signed(after.record_number));
      accepted.Bytea(row.parts);
    }
    LOTTERY_TRY_VOID(
        session.CopyIn("issuance.accepted(terminal, sequence, record, parts)", accepted.Finish()));
  }
  for (const auto& tile : effects.tiles) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.tile VALUES ($1, $2, $3)",
                         {tile.log, Signed(tile.index), Param::Bytea(tile.hashes)}));
  }
  LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.batch VALUES ($1, $2, $3, $4)",
                       {Signed(after.record_number), Signed(epoch_), Param::Bytea(effects.record),
                        Param::Bytea(effects.heads)}));
  for (const auto& seal : effects.seals)
    LOTTERY_TRY_VOID(Run(session, "SELECT issuance.lock_away($1)", {seal.log}));
  for (const auto& draw : effects.reopened) {
    LOTTERY_TRY_VOID(Run(session, "SELECT issuance.bring_back($1, $2)", {draw.game, draw.number}));
  }
  return {};
}

base::Status PgStore::WriteRare(Session& session, const State& after, const Effects& effects) {
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
  if (after.record_number % kRecordsPerSnapshot == 0) {
    LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.snapshot VALUES ($1, $2)",
                         {Signed(after.record_number), Param::Bytea(EncodeSnapshot(after))}));
  }
  return {};
}

Result<std::optional<Accepted>> PgStore::FindAccepted(std::uint32_t terminal,
                                                      std::uint64_t sequence) {
  if (!session_) return Fail(ErrorCode::kDatabaseUnavailable);
  LOTTERY_TRY(
      const auto rows,
      session_->Exec(
          "SELECT record, parts FROM issuance.accepted WHERE terminal = $1 AND sequence = $2",
          {static_cast<std::int64_t>(terminal), Signed(sequence)}));
  if (rows.size() == 0) return std::optional<Accepted>();
  LOTTERY_TRY(auto parts, DecodeParts(rows.Bytea(0, 1)));
  return std::optional<Accepted>({static_cast<std::uint64_t>(rows.Int(0, 0)), std::move(parts)});
}

Result<Bytes> PgStore::FindRecord(std::uint64_t number) {
  if (!session_) return Fail(ErrorCode::kDatabaseUnavailable);
  LOTTERY_TRY(const auto rows, session_->Exec("SELECT record FROM issuance.batch WHERE number = $1",
                                              {Signed(number)}));
  if (rows.size() != 1)
    return Fail(ErrorCode::kFileCorrupt, "record " + std::to_string(number) + " is missing");
  return rows.Bytea(0, 0);
}

}  // namespace lottery::central
