#include "base/pg/inbox.h"

#include <chrono>
#include <thread>

namespace lottery::base::pg {

Result<std::int64_t> HandInRow(Session& session, const std::string& kind,
                               const json::object& body) {
  LOTTERY_TRY(const auto row,
              session.Exec("SELECT issuance.hand_in($1, $2)", {kind, ToLine(body)}));
  return row.Int(0, 0);
}

Result<json::object> WaitForAnswer(Session& session, std::int64_t id, int timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (std::chrono::steady_clock::now() < deadline) {
    LOTTERY_TRY(const auto done,
                session.Exec("SELECT answer FROM issuance.inbox_done WHERE id = $1", {id}));
    if (done.size() == 1) {
      LOTTERY_TRY(auto answer, ParseJsonObject(done.Text(0, 0)));
      const auto error = GetObject(answer, "error");
      if (!error) return answer;
      LOTTERY_TRY(const auto name, GetString(*error, "code"));
      return Fail(ErrorCodeNamed(name).value_or(ErrorCode::kInternal),
                  error->contains("detail") ? std::string(error->at("detail").get_string()) : "");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Fail(ErrorCode::kTimeout,
              "row " + std::to_string(id) + " is handed in; central has not answered yet");
}

Result<json::object> HandIn(const std::string& conninfo, const std::string& kind,
                            const json::object& body, int timeout_ms) {
  LOTTERY_TRY(auto session, Session::Open(conninfo));
  LOTTERY_TRY(const auto id, HandInRow(session, kind, body));
  return WaitForAnswer(session, id, timeout_ms);
}

}  // namespace lottery::base::pg
