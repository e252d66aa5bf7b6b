// COPY in PostgreSQL's binary form, both ways, row by row: for what is too much for statements.
#pragma once

#include <functional>

#include "base/pg/pg.h"

namespace lottery::base::pg {

/// Sends rows into a table within the session's transaction. Nothing else may use the session
/// between Begin and Finish. A row is Row(fields) and then its fields. HOT: bench/settlement
class CopyIn {
 public:
  /// `table_and_columns`, e.g. "t(a,b)". Errors: as Session::Exec.
  static Result<CopyIn> Begin(Session& session, const std::string& table_and_columns);

  /// Sends what is complete when it has become much. Errors: kDatabaseUnavailable.
  Status Row(std::uint16_t fields);
  void Int4(std::int32_t v) { rows_.U32(4).U32(static_cast<std::uint32_t>(v)); }
  void Int8(std::int64_t v) { rows_.U32(8).U64(static_cast<std::uint64_t>(v)); }
  void Text(ByteView v) { rows_.Long(v); }
  void Bytea(ByteView v) { rows_.Long(v); }
  /// An array of integers, as BinaryArray makes it.
  void Array(const std::vector<std::int32_t>& values) { rows_.Long(BinaryArray(values)); }

  /// Errors: as Session::Exec. Without it the transaction cannot go on.
  Status Finish();

 private:
  explicit CopyIn(Session& session) : session_(&session) {}
  Status Send();
  Session* session_;
  ByteWriter rows_;
};

/// Runs a query without parameters and hands over its rows one after the other: the fields in
/// binary form, valid during the call, NULL as an empty view. Nothing is held but the row. An error
/// of `each` ends it, after the rest has been read. Errors: as Session::Exec, and `each`'s;
/// kDatabaseRefused for what is no COPY data. HOT: bench/settlement
using EachRow = std::function<Status(const std::vector<ByteView>& fields)>;
Status CopyOut(Session& session, const std::string& query, const EachRow& each);

}  // namespace lottery::base::pg
