#include "base/pg/pg.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lottery::base::pg {
namespace {

ErrorCode FromSqlState(std::string_view state) {
  if (state == "42501") return ErrorCode::kDatabaseDenied;
  if (state == "LP001") return ErrorCode::kPeriodClosed;  // ledger.check_open
  if (state == "40001" || state == "40P01" || state == "55P03") return ErrorCode::kDatabaseConflict;
  const std::string_view family = state.substr(0, 2);
  if (state.empty() || family == "08" || family == "57" || family == "53" || family == "58") {
    return ErrorCode::kDatabaseUnavailable;
  }
  return ErrorCode::kDatabaseRefused;
}

Error ErrorOf(PGconn* connection, const PGresult* result) {
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  std::string text = result != nullptr ? PQresultErrorMessage(result) : PQerrorMessage(connection);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return {FromSqlState(state != nullptr ? state : ""), std::move(text)};
}

constexpr const char* kConnectSeconds = "10";
constexpr const char* kSilentPeerMs =
    "30000";  // a server that acknowledges no octet for so long is gone

// What would end the session, or the statement that pins the rest, before it is pinned.
constexpr const char* kFromTheStart =
    "-c statement_timeout=0 -c lock_timeout=600000 -c idle_in_transaction_session_timeout=0 "
    "-c idle_session_timeout=0 -c default_transaction_read_only=off";

// Every session of the product, whatever the server, the role, the database or the environment say.
// A statement may take as long as it needs (a national draw is read for a minute); a wait for a
// lock ends, later than draws that are settled in turn wait for each other. A commit that need not
// be on disk is raised to one that is, and never lowered.
constexpr const char* kPinned =
    "SET client_encoding = 'UTF8'; SET bytea_output = 'hex'; SET DateStyle = 'ISO, YMD'; "
    "SET IntervalStyle = 'postgres'; SET TIME ZONE 'UTC'; SET extra_float_digits = 1; "
    "SET standard_conforming_strings = on; SET search_path = pg_catalog; "
    "SET client_min_messages = warning; SET default_transaction_isolation = 'read committed'; "
    "SET default_transaction_read_only = off; SET default_transaction_deferrable = off; "
    "SET statement_timeout = 0; SET lock_timeout = '10min'; "
    "SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')";

// libpq gives a refused connection no SQLSTATE. A server that is up and refuses this user, this
// role or this database does so again until somebody changes something; everything else may pass.
tl::unexpected<Error> NotConnected(PGconn* connection) {
  Error error{ErrorCode::kDatabaseUnavailable, PQerrorMessage(connection)};
  while (error.detail.ends_with('\n')) error.detail.pop_back();
  for (const char* lasting : {"does not exist", "authentication failed", "no pg_hba.conf entry",
                              "permission denied for database", "is not permitted to log in"}) {
    if (error.detail.find(lasting) != std::string::npos) error.code = ErrorCode::kDatabaseDenied;
  }
  return tl::unexpected<Error>(std::move(error));
}

// Text goes to the server as far as its first NUL, and in one encoding: both are looked at before.
Status CheckParam(const Param& p) {
  if (p.binary || !p.text) return {};
  if (p.text->find('\0') != std::string::npos)
    return Fail(ErrorCode::kBadEncoding, "a text with a NUL character");
  return IsUtf8(*p.text) ? Status()
                         : Status(Fail(ErrorCode::kBadEncoding, "a text that is not UTF-8"));
}

void CountNotice(void* counter, const PGresult*) { ++*static_cast<int*>(counter); }

}  // namespace

Param Param::Bytea(ByteView v) {
  Param p;
  p.text = Bytes(v);
  p.binary = true;
  return p;
}

Param Param::Null() { return Param(); }

std::string_view Rows::Text(int row, int column) const {
  LOTTERY_CHECK(row < size());
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Rows::Int(int row, int column) const {
  const auto text = Text(row, column);
  if (PQfformat(result_.get(), column) == 1) {
    ByteReader r(text);
    LOTTERY_CHECK(text.size() == 4 || text.size() == 8);
    return text.size() == 4 ? static_cast<std::int32_t>(r.U32())
                            : static_cast<std::int64_t>(r.U64());
  }
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  LOTTERY_CHECK(end.ec == std::errc());
  return value;
}

// Both of the server's text forms are read, whatever bytea_output says.
Bytes Rows::Bytea(int row, int column) const {
  const auto text = Text(row, column);
  if (PQfformat(result_.get(), column) == 1) return Bytes(text);
  if (text.starts_with("\\x")) {
    auto bytes = FromHex(text.substr(2));
    if (bytes) return std::move(*bytes);
  }
  std::size_t length = 0;
  const std::unique_ptr<unsigned char, decltype(&PQfreemem)> octets(
      PQunescapeBytea(reinterpret_cast<const unsigned char*>(text.data()), &length), PQfreemem);
  LOTTERY_CHECK(octets != nullptr);  // out of memory
  return Bytes(reinterpret_cast<const char*>(octets.get()), length);
}

std::int64_t Rows::affected() const {
  const char* text = PQcmdTuples(result_.get());
  return *text == 0 ? 0 : std::strtoll(text, nullptr, 10);
}

Session::Session(PGconn* connection)
    : connection_(connection, PQfinish), notices_(std::make_unique<int>(0)) {
  PQsetNoticeReceiver(connection, CountNotice, notices_.get());
}

Result<Session> Session::Open(const std::string& conninfo) {
  // What stands in `conninfo` wins over what stands before it, and both over the environment.
  const char* names[] = {"connect_timeout", "tcp_user_timeout", "client_encoding",
                         "options",         "dbname",           nullptr};
  const char* values[] = {kConnectSeconds, kSilentPeerMs,    "UTF8",
                          kFromTheStart,   conninfo.c_str(), nullptr};
  return Ready(PQconnectdbParams(names, values, 1));
}

Result<Session> Session::Another() const {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfo(connection_.get()), PQconninfoFree);
  if (!options) return Failure(nullptr);
  std::vector<const char*> names, values;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == 0) continue;
    names.push_back(option->keyword);
    values.push_back(option->val);
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return Ready(PQconnectdbParams(names.data(), values.data(), 0));
}

Result<Session> Session::Ready(PGconn* connection) {
  Session session(connection);
  if (session.Broken()) return NotConnected(connection);
  LOTTERY_TRY_VOID(session.Script(kPinned));
  return session;
}

tl::unexpected<Error> Session::Failure(const PGresult* result) const {
  return tl::unexpected<Error>(ErrorOf(connection_.get(), result));
}

Result<Rows> Session::Exec(const std::string& sql, const std::vector<Param>& params) {
  return ExecAs(0, sql, params);
}
Result<Rows> Session::ExecBinary(const std::string& sql, const std::vector<Param>& params) {
  return ExecAs(1, sql, params);
}

Result<Rows> Session::ExecAs(int format, const std::string& sql, const std::vector<Param>& params) {
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const auto& p : params) {
    LOTTERY_TRY_VOID(CheckParam(p));
    values.push_back(p.text ? p.text->c_str() : nullptr);
    lengths.push_back(p.text ? static_cast<int>(p.text->size()) : 0);
    formats.push_back(p.binary ? 1 : 0);
  }
  PGresult* result = PQexecParams(raw(), sql.c_str(), static_cast<int>(params.size()), nullptr,
                                  values.data(), lengths.data(), formats.data(), format);
  Rows rows(result);
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    return Failure(result);
  }
  return rows;
}

Status Session::Script(const std::string& sql) {
  PGresult* result = PQexec(raw(), sql.c_str());
  Rows rows(result);
  const auto status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
    return Failure(result);
  }
  return {};
}

// A COMMIT's own result. A server that answers it with an ordinary error has rolled back; class 57
// or none means it died.
Commit Session::OutcomeOf(PGresult* result) {
  if (Broken() || result == nullptr) return Commit::kInDoubt;
  const auto status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK && std::string_view(PQcmdStatus(result)) == "ROLLBACK")
    return Commit::kNotDone;
  if (status == PGRES_COMMAND_OK) return *notices_ == 0 ? Commit::kDone : Commit::kInDoubt;
  return ErrorOf(raw(), result).code == ErrorCode::kDatabaseUnavailable ? Commit::kInDoubt
                                                                        : Commit::kNotDone;
}

Commit Session::CommitTransaction() {
  Error unread;
  return CommitTransaction(unread);
}

Commit Session::CommitTransaction(Error& error) {
  *notices_ = 0;
  Rows rows(PQexec(raw(), "COMMIT"));
  const Commit outcome = OutcomeOf(rows.raw());
  const bool refused = PQresultStatus(rows.raw()) == PGRES_FATAL_ERROR;
  if (refused)
    error = ErrorOf(raw(), rows.raw());
  else if (outcome == Commit::kNotDone)
    error = {ErrorCode::kDatabaseRefused, "rolled back"};
  return outcome;
}

Status Session::Prepare(const std::string& name, const std::string& sql) {
  Rows rows(PQprepare(raw(), name.c_str(), sql.c_str(), 0, nullptr));
  if (PQresultStatus(rows.raw()) != PGRES_COMMAND_OK) return Failure(rows.raw());
  return {};
}

bool Session::SendCalls(const std::vector<Call>& calls) {
  for (const auto& call : calls) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const ByteView v : call.values) {
      values.push_back(v.data());
      lengths.push_back(static_cast<int>(v.size()));
    }
    const std::vector<int> formats(values.size(), 1);
    if (PQsendQueryPrepared(raw(), call.statement, static_cast<int>(values.size()), values.data(),
                            lengths.data(), formats.data(), 0) != 1)
      return false;
  }
  return PQpipelineSync(raw()) == 1;
}

// Everything up to the sync is one transaction, committed there. Results come in order, each
// followed by a null, then the sync's: until it is there nothing is known to hold. An error of a
// statement turns what follows into "aborted" and undoes all of it; what goes wrong after the last
// statement went wrong at the commit.
Commit Session::RunTransaction(const std::vector<Call>& calls, Error& error,
                               const std::function<void()>& meanwhile) {
  *notices_ = 0;
  LOTTERY_CHECK(PQenterPipelineMode(raw()) == 1 || Broken());
  const bool sent = SendCalls(calls);
  meanwhile();
  if (!sent) {
    error = ErrorOf(raw(), nullptr);
    return Commit::kInDoubt;
  }
  bool failed = false;
  for (std::size_t at = 0; at < calls.size() && !Broken(); ++at) {
    Rows rows(PQgetResult(raw()));
    const auto status = PQresultStatus(rows.raw());
    if (!failed && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      failed = true;
      error = ErrorOf(raw(), rows.raw());
    }
    while (PGresult* more = PQgetResult(raw())) PQclear(more);
  }
  if (Broken()) {
    error = ErrorOf(raw(), nullptr);
    return Commit::kInDoubt;
  }
  // A server that dies here says so before libpq knows that the connection is gone.
  Rows sync(PQgetResult(raw()));
  if (PQresultStatus(sync.raw()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(raw()) != 1) {
    error = ErrorOf(raw(), sync.raw());
    return Commit::kInDoubt;
  }
  if (PQtransactionStatus(raw()) != PQTRANS_IDLE) {
    error = {ErrorCode::kCommitInDoubt, "inside of another transaction"};
    return Commit::kInDoubt;
  }
  if (failed) return Commit::kNotDone;
  if (*notices_ == 0) return Commit::kDone;
  error = {ErrorCode::kCommitInDoubt, "a notice beside success"};
  return Commit::kInDoubt;
}

void Session::Rollback() { Rows rows(PQexec(raw(), "ROLLBACK")); }

Result<Transaction> Transaction::Begin(Session& session, const std::string& mode) {
  LOTTERY_TRY_VOID(session.Script("BEGIN " + mode));
  return Transaction(&session);
}

Transaction::~Transaction() {
  if (session_ != nullptr) session_->Rollback();
}

Status Transaction::Finish() {
  Error error;
  switch (std::exchange(session_, nullptr)->CommitTransaction(error)) {
    case Commit::kDone:
      return {};
    case Commit::kNotDone:
      return Fail(error.code, "commit refused: " + error.detail);
    case Commit::kInDoubt:
      break;
  }
  return Fail(ErrorCode::kCommitInDoubt);
}

Bytes BinaryInt8(std::int64_t v) { return ByteWriter().U64(static_cast<std::uint64_t>(v)).Take(); }

namespace {
// One dimension, from 1; element types by their fixed numbers in the catalogue.
constexpr std::uint32_t kInt4 = 23, kInt8 = 20, kBytea = 17;
ByteWriter ArrayHead(std::size_t size, std::uint32_t type, bool nulls) {
  ByteWriter w;
  w.U32(size == 0 ? 0 : 1).U32(nulls ? 1 : 0).U32(type);
  if (size != 0) w.U32(static_cast<std::uint32_t>(size)).U32(1);
  return w;
}
}  // namespace

Bytes BinaryArray(const std::vector<std::int32_t>& values) {
  ByteWriter w = ArrayHead(values.size(), kInt4, false);
  for (const auto v : values) w.U32(4).U32(static_cast<std::uint32_t>(v));
  return w.Take();
}
Bytes BinaryArray(const std::vector<std::int64_t>& values) {
  ByteWriter w = ArrayHead(values.size(), kInt8, false);
  for (const auto v : values) w.U32(8).U64(static_cast<std::uint64_t>(v));
  return w.Take();
}
Bytes BinaryArray(const std::vector<ByteView>& values) {
  const bool nulls =
      std::any_of(values.begin(), values.end(), [](ByteView v) { return v.empty(); });
  ByteWriter w = ArrayHead(values.size(), kBytea, nulls);
  for (const ByteView v : values) v.empty() ? w.U32(0xffffffffU) : w.Long(v);
  return w.Take();
}

}  // namespace lottery::base::pg
