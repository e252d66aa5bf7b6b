// What becomes of a transaction, by a real server that refuses it, warns at its commit, or goes
// away in the middle of it: outcomes CONNINFO. The server waits for a standby that does not exist
// where a case says so.
#include <cstdio>
#include <thread>

#include "base/pg/pg.h"

namespace {
using namespace lottery;
using base::pg::Commit;
using base::pg::Session;

const char* NameOf(Commit outcome) {
  switch (outcome) {
    case Commit::kDone:
      return "done";
    case Commit::kNotDone:
      return "not done";
    case Commit::kInDoubt:
      break;
  }
  return "in doubt";
}

template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    std::printf("cannot go on: %s\n", result.error().detail.c_str());
    std::exit(3);
  }
  return std::move(*result);
}

void Run(Session& session, const std::string& sql) {
  if (const auto done = session.Script(sql); !done) {
    std::printf("cannot go on: %s: %s\n", sql.c_str(), done.error().detail.c_str());
    std::exit(3);
  }
}

// Waits until the backend is where `condition` says, then does `what` to it.
void WhenIts(const std::string& conninfo, std::int64_t pid, const std::string& condition,
             const std::string& what) {
  Session other = Must(Session::Open(conninfo));
  while (Must(other.Exec("SELECT FROM pg_stat_activity WHERE pid = $1 AND " + condition, {pid}))
             .size() == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  Must(other.Exec("SELECT " + what + "($1::integer)", {pid}));
}

struct Case {
  const char* name;
  std::vector<const char*> statements;  // each takes the number of the case
  Commit outcome;
  int stored;  // rows of the case
  bool waits_for_standby = false;
  const char *condition = nullptr, *what = nullptr;  // as of WhenIts
  const char* before = nullptr;                      // a statement
};

const std::vector<Case> kCases = {
    {"both statements", {"keep", "again"}, Commit::kDone, 2},
    {"the second is refused", {"keep", "refused"}, Commit::kNotDone, 0},
    {"the first is refused", {"refused", "keep"}, Commit::kNotDone, 0},
    {"refused at the commit", {"keep", "late"}, Commit::kInDoubt, 0},
    {"cut off in a statement",
     {"keep", "sleep"},
     Commit::kInDoubt,
     0,
     false,
     "wait_event = 'PgSleep'",
     "pg_terminate_backend"},
    {"a warning at the commit",
     {"keep"},
     Commit::kInDoubt,
     1,
     true,
     "wait_event = 'SyncRep'",
     "pg_cancel_backend"},
    {"cut off at the commit",
     {"keep"},
     Commit::kInDoubt,
     1,
     true,
     "wait_event = 'SyncRep'",
     "pg_terminate_backend"},
    {"inside of another", {"keep"}, Commit::kInDoubt, 0, false, nullptr, nullptr, "BEGIN"},
    {"as if nothing had been", {"keep", "again"}, Commit::kDone, 2},
};

void Prepare(Session& session) {
  for (const auto& [name, sql] : std::vector<std::pair<const char*, const char*>>{
           {"keep", "INSERT INTO public.kept SELECT $1::bigint, 1"},
           {"again", "INSERT INTO public.kept SELECT $1::bigint, 2"},
           {"refused", "INSERT INTO public.kept SELECT $1::bigint, NULL"},
           {"late", "INSERT INTO public.late SELECT $1::bigint, -1"},
           {"sleep", "SELECT pg_sleep(60), $1::bigint"}}) {
    LOTTERY_CHECK(session.Prepare(name, sql).has_value());
  }
}

// True when it became of it what should.
bool Try(const std::string& conninfo, Session& watcher, const Case& c, std::int64_t number) {
  Run(watcher, std::string("ALTER SYSTEM SET synchronous_standby_names = '") +
                   (c.waits_for_standby ? "nobody" : "") + "'");
  Run(watcher, "SELECT pg_reload_conf()");
  Session session = Must(Session::Open(conninfo));
  while (Must(session.Exec("SHOW synchronous_standby_names")).Text(0, 0).empty() ==
         c.waits_for_standby)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  Prepare(session);
  const std::int64_t pid = Must(session.Exec("SELECT pg_backend_pid()")).Int(0, 0);
  if (c.before != nullptr) Run(session, c.before);
  std::thread meanwhile;
  if (c.what != nullptr)
    meanwhile = std::thread([&] { WhenIts(conninfo, pid, c.condition, c.what); });
  std::vector<base::pg::Call> calls;
  const base::Bytes parameter = base::pg::BinaryInt8(number);
  for (const char* statement : c.statements) calls.push_back({statement, {parameter}});
  base::Error error{base::ErrorCode::kInternal, ""};
  const Commit outcome = session.RunTransaction(calls, error);
  if (meanwhile.joinable()) meanwhile.join();
  const std::int64_t stored =
      Must(watcher.Exec("SELECT count(*) FROM public.kept WHERE number = $1", {number})).Int(0, 0);
  const bool right = outcome == c.outcome && stored == c.stored;
  std::printf("%s %s: %s, %lld stored %s\n", right ? "ok  " : "FAIL", c.name, NameOf(outcome),
              static_cast<long long>(stored), error.detail.c_str());
  return right;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string conninfo = argv[1];
  Session watcher = Must(Session::Open(conninfo));
  Run(watcher, "SET synchronous_commit = local");  // it never waits
  Run(watcher, "CREATE TABLE public.of_late (part integer PRIMARY KEY)");
  Run(watcher, "CREATE TABLE public.kept (number bigint, part integer NOT NULL)");
  Run(watcher,
      "CREATE TABLE public.late (number bigint, part integer REFERENCES public.of_late DEFERRABLE "
      "INITIALLY "
      "DEFERRED)");
  bool right = true;
  std::int64_t number = 0;
  for (const Case& c : kCases) right = Try(conninfo, watcher, c, ++number) && right;
  return right ? 0 : 1;
}
