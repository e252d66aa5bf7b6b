#include "base/pg/schema.h"

#include "base/log.h"

namespace lottery::base::pg {

Status ApplySchema(Session& session, const std::vector<SchemaFile>& files) {
  LOTTERY_TRY_VOID(
      session.Script("SET ROLE lottery_owner;"
                     "CREATE SCHEMA IF NOT EXISTS meta;"
                     "CREATE TABLE IF NOT EXISTS meta.schema_file("
                     "  name text PRIMARY KEY, sha256 bytea NOT NULL, applied_at timestamptz NOT "
                     "NULL DEFAULT now());"
                     "RESET ROLE"));
  for (const auto& file : files) {
    LOTTERY_TRY(auto transaction, Transaction::Begin(session));
    LOTTERY_TRY_VOID(session.Script("SET LOCAL ROLE lottery_owner; LOCK TABLE meta.schema_file"));
    LOTTERY_TRY(const auto known,
                session.Exec("SELECT sha256 = sha256($2) FROM meta.schema_file WHERE name = $1",
                             {file.name, Param::Bytea(file.sql)}));
    if (known.size() == 1) {
      if (!known.Bool(0, 0))
        return Fail(ErrorCode::kDatabaseRefused, file.name + " was edited after it was applied");
      continue;
    }
    LOTTERY_TRY_VOID(session.Script(file.sql));
    LOTTERY_TRY_VOID(session
                         .Exec("INSERT INTO meta.schema_file(name, sha256) VALUES ($1, sha256($2))",
                               {file.name, Param::Bytea(file.sql)})
                         .map([](const Rows&) {}));
    LOTTERY_TRY_VOID(transaction.Finish());
    LogInfo("schema: applied " + file.name);
  }
  return {};
}

}  // namespace lottery::base::pg
