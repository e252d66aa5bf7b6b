#include "base/pg/copy.h"

namespace lottery::base::pg {
namespace {

// Signature, no flags, no extension.
constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::uint16_t kTrailer = 0xffff;
constexpr std::uint32_t kNull = 0xffffffff;
constexpr std::size_t kSendOctets = 256 << 10;

// The answers behind the data, up to the last one: the first that is an error.
Status Ended(Session& session) {
  Status status;
  while (PGresult* result = PQgetResult(session.raw())) {
    Rows rows(result);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && status) status = session.Failure(result);
  }
  return status;
}

// One message of COPY data is one row here, the header in front of the first.
Status ReadRow(ByteView data, std::vector<ByteView>& fields) {
  ByteReader r(data);
  const std::uint16_t count = r.U16();
  fields.clear();
  if (count == kTrailer && r.AtEnd()) return {};
  for (std::uint16_t i = 0; i < count; ++i) {
    const std::uint32_t size = r.U32();
    fields.push_back(size == kNull ? ByteView() : r.Raw(size));
  }
  if (!r.AtEnd()) return Fail(ErrorCode::kDatabaseRefused, "not a row of COPY data");
  return {};
}

}  // namespace

Result<CopyIn> CopyIn::Begin(Session& session, const std::string& table_and_columns) {
  const std::string sql = "COPY " + table_and_columns + " FROM STDIN (FORMAT binary)";
  Rows rows(PQexec(session.raw(), sql.c_str()));
  if (PQresultStatus(rows.raw()) != PGRES_COPY_IN) return session.Failure(rows.raw());
  CopyIn out(session);
  out.rows_.Reserve(2 * kSendOctets);
  out.rows_.Raw(kHeader);
  return out;
}

Status CopyIn::Row(std::uint16_t fields) {
  if (rows_.bytes().size() >= kSendOctets) {
    LOTTERY_TRY_VOID(Send());
  }
  rows_.U16(fields);
  return {};
}

Status CopyIn::Send() {
  const Bytes& data = rows_.bytes();
  if (PQputCopyData(session_->raw(), data.data(), static_cast<int>(data.size())) != 1)
    return session_->Failure(nullptr);
  rows_.Clear();
  return {};
}

Status CopyIn::Finish() {
  rows_.U16(kTrailer);
  LOTTERY_TRY_VOID(Send());
  if (PQputCopyEnd(session_->raw(), nullptr) != 1) return session_->Failure(nullptr);
  return Ended(*session_);
}

Status CopyOut(Session& session, const std::string& query, const EachRow& each) {
  {
    const std::string sql = "COPY (" + query + ") TO STDOUT (FORMAT binary)";
    Rows rows(PQexec(session.raw(), sql.c_str()));
    if (PQresultStatus(rows.raw()) != PGRES_COPY_OUT) return session.Failure(rows.raw());
  }
  Status status;
  std::vector<ByteView> fields;
  char* buffer = nullptr;
  for (bool first = true;; first = false) {
    const int size = PQgetCopyData(session.raw(), &buffer, 0);
    if (size < 0) break;
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(buffer, PQfreemem);
    if (!status) continue;
    ByteView data(buffer, static_cast<std::size_t>(size));
    if (first) data.remove_prefix(std::min(kHeader.size(), data.size()));
    status = ReadRow(data, fields);
    if (status && !fields.empty()) status = each(fields);
  }
  const Status ended = Ended(session);
  return status ? ended : status;
}

}  // namespace lottery::base::pg
