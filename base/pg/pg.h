// The PostgreSQL edge: synchronous libpq with errors mapped once, SQL only through a Session, and
// commits that have three outcomes. Not thread-safe: one Session a thread.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace lottery::base::pg {

/// A query parameter or COPY field: text or binary octets, or NULL.
struct Param {
  Param(std::int64_t v) : text(std::to_string(v)) {}
  Param(std::string_view v) : text(v) {}
  Param(const std::string& v) : text(v) {}
  Param(const char* v) : text(v) {}
  static Param Bytea(ByteView v);
  static Param Null();
  std::optional<std::string> text;
  bool binary = false;

 private:
  Param() = default;
};

class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, PQclear) {}
  int size() const { return PQntuples(result_.get()); }
  bool Null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  std::string_view Text(int row, int column) const;
  std::int64_t Int(int row, int column) const;
  bool Bool(int row, int column) const { return Text(row, column) == "t"; }
  Bytes Bytea(int row, int column) const;
  PGresult* raw() const { return result_.get(); }
  /// Rows a statement changed.
  std::int64_t affected() const;

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// A prepared statement with its parameters in binary form. The octets must outlive the call.
struct Call {
  const char* statement;
  std::vector<ByteView> values;
};

/// Binary parameters: integers, and arrays for `unnest`.
Bytes BinaryInt8(std::int64_t v);
Bytes BinaryArray(const std::vector<std::int32_t>& values);
Bytes BinaryArray(const std::vector<std::int64_t>& values);
/// An empty view becomes NULL.
Bytes BinaryArray(const std::vector<ByteView>& values);

/// What became of a COMMIT. kInDoubt means look before you act: the transaction may or may not
/// hold.
enum class Commit { kDone, kNotDone, kInDoubt };

class Session {
 public:
  /// With every setting pinned that changes what a text, an octet string, a time or a commit means.
  /// Errors: kDatabaseUnavailable; kDatabaseDenied when the server refuses the role or the
  /// database.
  static Result<Session> Open(const std::string& conninfo);
  /// One more to the same database as the same role. Errors: kDatabaseUnavailable.
  Result<Session> Another() const;
  /// What the server last said on this connection went wrong; `result` may be null.
  tl::unexpected<Error> Failure(const PGresult* result) const;

  /// One statement, parameters as $1...; results as text. Errors mapped from SQLSTATE:
  /// kDatabaseUnavailable, kDatabaseConflict, kDatabaseDenied (42501), kDatabaseRefused.
  Result<Rows> Exec(const std::string& sql, const std::vector<Param>& params = {});
  /// The same with results in binary: for many or large octet strings. Int reads int4 and int8.
  Result<Rows> ExecBinary(const std::string& sql, const std::vector<Param>& params = {});
  /// Names a statement for RunTransaction.
  Status Prepare(const std::string& name, const std::string& sql);
  /// The named statements in order, one transaction, sent in one go (libpq's pipeline): one round
  /// trip, and no BEGIN or COMMIT to be parsed. A statement's error leaves the transaction undone
  /// and is explained in `error`; any other, a notice or a missing answer make it kInDoubt, and the
  /// session is of no use any more. `meanwhile` runs once, between sending and waiting.
  Commit RunTransaction(
      const std::vector<Call>& calls, Error& error, const std::function<void()>& meanwhile = [] {});
  /// Several statements separated by semicolons, no parameters.
  Status Script(const std::string& sql);
  /// Ends the transaction. Any notice, warning or missing answer makes it kInDoubt.
  Commit CommitTransaction();
  /// And says in `error` why it is not done.
  Commit CommitTransaction(Error& error);
  void Rollback();
  bool Broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }
  PGconn* raw() { return connection_.get(); }

 private:
  explicit Session(PGconn* connection);
  static Result<Session> Ready(PGconn* connection);
  bool SendCalls(const std::vector<Call>& calls);
  Commit OutcomeOf(PGresult* result);
  Result<Rows> ExecAs(int format, const std::string& sql, const std::vector<Param>& params);
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  std::unique_ptr<int>
      notices_;  // counted by libpq's notice processor; on the heap so a move keeps it
};

/// Rolls back on destruction unless committed.
class Transaction {
 public:
  static Result<Transaction> Begin(Session& session, const std::string& mode = "");
  Transaction(Transaction&& other) noexcept : session_(std::exchange(other.session_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Session& operator*() { return *session_; }
  Session* operator->() { return session_; }
  /// Errors: kCommitInDoubt; kDatabaseConflict where it can be done again; what a deferred check
  /// refused with.
  Status Finish();

 private:
  explicit Transaction(Session* session) : session_(session) {}
  Session* session_;
};

}  // namespace lottery::base::pg
