#include "central/admin.h"

#include "base/pg/schema.h"
#include "protocol/names.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
namespace json = base::json;

const std::vector<base::pg::SchemaFile>& SchemaFiles();

base::Result<json::object> InitDatabase(const std::string& conninfo,
                                        const std::string& operator_name, bool demo,
                                        std::int64_t now_ms) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(conninfo));
  LOTTERY_TRY_VOID(base::pg::ApplySchema(session, SchemaFiles()));
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY_VOID(session.Script("SET LOCAL ROLE lottery_owner"));
  LOTTERY_TRY_VOID(session
                       .Exec("INSERT INTO issuance.installation(operator, demo, made_ms) VALUES "
                             "($1, $2::boolean, $3) ON CONFLICT DO NOTHING",
                             {operator_name, demo ? "true" : "false", now_ms})
                       .map([](const auto&) {}));
  LOTTERY_TRY(const auto logs, session.Exec("SELECT count(*) FROM issuance.log"));
  if (logs.Int(0, 0) == 0) {
    LOTTERY_TRY_VOID(session
                         .Exec("SELECT issuance.add_log(0, $1, NULL, NULL)",
                               {protocol::AuditOrigin(operator_name)})
                         .map([](const auto&) {}));
  }
  LOTTERY_TRY_VOID(transaction.Finish());
  return json::object{{"operator", operator_name}, {"demo", demo}};
}

base::Status CheckClock(base::pg::Session& session, bool demo_clock) {
  LOTTERY_TRY(const auto rows, session.Exec("SELECT demo FROM issuance.installation"));
  if (rows.size() != 1)
    return Fail(ErrorCode::kDatabaseRefused, "the database has not been initialised");
  if (demo_clock && !rows.Bool(0, 0)) return Fail(ErrorCode::kClockNotAllowed);
  return {};
}

base::Result<json::object> ShowStatus(const std::string& conninfo) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(conninfo));
  LOTTERY_TRY(
      const auto draws,
      session.Exec(
          "SELECT DISTINCT ON (game, draw) game, draw, state, at_ms FROM issuance.draw_step "
          "ORDER BY game, draw, ordinal DESC"));
  json::array list;
  for (int i = 0; i < draws.size(); ++i) {
    list.push_back(
        json::object{{"draw", std::string(draws.Text(i, 0)) + "-" + std::string(draws.Text(i, 1))},
                     {"state", draws.Text(i, 2)},
                     {"since", base::ToIso({draws.Int(i, 3)})}});
  }
  LOTTERY_TRY(
      const auto now,
      session.Exec("SELECT s.inbox_waiting, s.audit_leaves, "
                   "COALESCE((SELECT max(size) FROM issuance.checkpoint WHERE log = 0), 0), "
                   "COALESCE((SELECT max(signers) FROM issuance.checkpoint WHERE log = 0 AND "
                   "size = (SELECT max(size) FROM issuance.checkpoint WHERE log = 0)), 0), "
                   "pg_database_size(current_database()) FROM issuance.status_counts() s"));
  LOTTERY_TRY(const auto counts,
              session.Exec("SELECT (SELECT count(*) FROM issuance.terminal), (SELECT "
                           "COALESCE(max(number), 0) FROM issuance.batch), "
                           "(SELECT operator FROM issuance.installation), (SELECT demo FROM "
                           "issuance.installation)"));
  return json::object{{"operator", counts.Text(0, 2)},    {"demo", counts.Bool(0, 3)},
                      {"terminals", counts.Int(0, 0)},    {"records", counts.Int(0, 1)},
                      {"inbox_waiting", now.Int(0, 0)},   {"audit_leaves", now.Int(0, 1)},
                      {"audit_published", now.Int(0, 2)}, {"audit_cosignatures", now.Int(0, 3)},
                      {"database_octets", now.Int(0, 4)}, {"draws", std::move(list)}};
}

}  // namespace lottery::central
