// lottery-central: the issuance server and its operator's verbs. Parses, builds, wires, runs.
#include <csignal>
#include <cstdio>

#include "base/cli.h"
#include "base/command_line.h"
#include "base/file.h"
#include "base/log.h"
#include "base/pg/inbox.h"
#include "base/start.h"
#include "base/thread.h"
#include "central/admin.h"
#include "central/claim_desk.h"
#include "central/desk.h"
#include "central/export.h"
#include "central/metrics.h"
#include "central/pager.h"
#include "central/pg_store.h"
#include "central/publisher.h"
#include "central/server.h"
#include "crypto/keyset.h"
#include "games/order.h"
#include "protocol/library_log.h"

namespace {
using namespace lottery;
using base::ErrorCode;
using base::Fail;
using base::Result;
using json_object = base::json::object;

constexpr int kInboxTimeoutMs = 60'000;

struct Options {
  std::string database, operator_name, clock, keys, passphrase = "prompt", trust, ca, certificate,
                                                    tls_key, host = "127.0.0.1";
  central::ExportRequest export_request;
  std::string name, jurisdiction, public_key, reason, draw, file, common_name, out, purpose, spec,
      key, beacon, payer, game = "ssq";
  std::vector<std::string> witnesses;
  unsigned short port = 0, http_port = 0;
  std::uint32_t terminal = 0;
  std::int64_t lines = 0;
  int admin_port = -1;
  int threads = 2, days = 825;
  bool json = false, demo = false, server = false;
};

// The machine room's port: what monitoring scrapes, and whether all is well.
protocol::net::HttpAnswer Watch(central::Engine& engine, central::Server& server,
                                const base::Clock& clock,
                                const protocol::net::HttpRequest& request) {
  protocol::net::HttpAnswer answer{404, "text/plain; charset=utf-8", "not found\n"};
  if (request.method != "GET") return {405, "text/plain; charset=utf-8", "GET only\n"};
  engine.Ask([&](const central::Sequencer& s) {
    if (request.target == "/metrics")
      answer = {200, "text/plain; version=0.0.4; charset=utf-8",
                central::MetricsText(s, server.TrafficNow(), clock.Now())};
    if (request.target != "/health") return;
    base::json::array late;
    for (const auto& origin : central::LateLogs(s.state(), clock.Now()))
      late.push_back(base::json::string(origin));
    const bool well = late.empty();
    answer = {well ? 200 : 503, "application/json; charset=utf-8",
              base::ToLine(json_object{{"status", well ? "ok" : "witnesses are late"},
                                       {"late", std::move(late)}}) +
                  "\n"};
  });
  return answer;
}

Result<json_object> Serve(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  {
    LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
    LOTTERY_TRY_VOID(central::CheckClock(session, !o.clock.empty()));
  }
  LOTTERY_TRY(const auto phrase,
              crypto::ReadPassphrase(o.passphrase, "中心密钥口令 / passphrase of central's keys"));
  LOTTERY_TRY(const auto log_key, crypto::LoadSigningKey(o.keys + "/log.key", phrase, "log"));
  LOTTERY_TRY(const auto record_key,
              crypto::LoadSigningKey(o.keys + "/record.key", phrase, "record"));
  central::Secrets secrets;
  LOTTERY_TRY(auto seal, crypto::LoadSigningKey(o.keys + "/seal.key", phrase, "seal"));
  secrets.seal.emplace(std::move(seal));
  LOTTERY_TRY(const auto mac, crypto::LoadSecret(o.keys + "/mac.key", phrase, "mac"));
  secrets.mac_key.emplace(mac.Reveal());
  secrets.program_version = std::string("lottery ") + base::Version();
  for (const auto game : games::kGames) {
    LOTTERY_TRY(const auto text, games::RuleBookText(game));
    secrets.rule_books[std::string(game)] = crypto::Sha256(text);
  }
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.trust));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  crypto::Identity own;
  LOTTERY_TRY(own.certificate_pem, base::ReadFile(o.certificate));
  LOTTERY_TRY(own.key_pem, base::ReadFile(o.tls_key));
  LOTTERY_TRY(const auto ca, base::ReadFile(o.ca));
  LOTTERY_TRY(auto context, crypto::MakeTlsContext(true, own, ca));
  crypto::ServeTickets(context.get(), secrets.mac_key->Mac({"lottery-tls-tickets/1", ca}).view(),
                       *clock);
  std::vector<central::WitnessAddress> witnesses;
  for (const auto& text : o.witnesses) {
    const auto at = text.find('=');
    if (at == std::string::npos) return Fail(ErrorCode::kUsage, "--witness is NAME=URL");
    witnesses.push_back({text.substr(0, at), text.substr(at + 1)});
  }

  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  central::PgStore store(o.database, trust.quorum);
  central::Engine engine(trust.operator_name, trust, secrets, record_key, store, *clock);
  central::Desk desk(o.database, engine, *clock);
  central::ClaimDesk claims(o.database, o.payer, trust, *clock);
  central::Pager pager(o.database);
  central::Server server(std::move(context), engine, desk, claims, *clock, o.threads);
  engine.on_enrolled = [&](const central::Terminal& t) { server.AddKey(t); };
  engine.on_snapshot = [&](std::uint64_t record, base::Bytes snapshot) {
    desk.KeepSnapshot(record, std::move(snapshot));
  };
  central::Publisher publisher(engine, log_key, trust, std::move(witnesses), o.database);
  engine.on_closed = [&] { publisher.Hurry(); };
  desk.before_close = [&](std::function<void()> then) { server.AfterAllRead(std::move(then)); };
  const struct Stopped {  // before what they point to, whatever ends this function
    central::Engine& engine;
    central::Desk& desk;
    central::ClaimDesk& claims;
    ~Stopped() {
      engine.Stop();
      desk.Stop();
      claims.Stop();
    }
  } stopped{engine, desk, claims};
  LOTTERY_TRY_VOID(engine.Start());
  publisher.Start();
  desk.Start();
  claims.Start();
  pager.Start();
  LOTTERY_TRY(const auto http,
              protocol::net::HttpServer::Start(
                  o.host, o.http_port, 2, [&](const auto& r) { return publisher.Serve(r); },
                  base::kNiceOfPublic));
  std::unique_ptr<protocol::net::HttpServer> admin;
  if (o.admin_port >= 0) {
    LOTTERY_TRY(admin, protocol::net::HttpServer::Start(
                           "127.0.0.1", static_cast<unsigned short>(o.admin_port), 1,
                           [&](const auto& r) { return Watch(engine, server, *clock, r); },
                           base::kNiceOfPublic));
  }
  LOTTERY_TRY_VOID(server.Listen(o.host, o.port));
  std::printf("%s\n", base::ToLine(json_object{{"ready", true},
                                               {"port", server.port()},
                                               {"http_port", http->port()},
                                               {"admin_port", admin ? admin->port() : 0}})
                          .c_str());
  std::fflush(stdout);
  int signal_number = 0;
  sigwait(&stop, &signal_number);
  base::LogInfo("stopping");
  engine.Stop();
  desk.Stop();
  claims.Stop();
  return json_object{{"stopped", true}};
}

Result<json_object> NewKey(const Options& o) {
  LOTTERY_TRY(const auto phrase, crypto::ReadPassphrase(o.passphrase, "新口令 / new passphrase"));
  LOTTERY_TRY(const auto public_key, crypto::NewKeyFile(o.out, o.purpose, o.name, phrase));
  return json_object{
      {"key", o.out}, {"purpose", o.purpose}, {"public_key", base::ToHex(public_key)}};
}

Result<json_object> NewCa(const Options& o) {
  LOTTERY_TRY(const auto ca, crypto::MakeCa(o.common_name, o.days));
  // Certificates that fit the root which is there would be worth nothing.
  LOTTERY_TRY_VOID(base::WriteNewFile(o.out + ".key.pem", ca.key_pem, 0600));
  LOTTERY_TRY_VOID(base::WriteNewFile(o.out + ".pem", ca.certificate_pem, 0644));
  return json_object{{"certificate", o.out + ".pem"}};
}

Result<json_object> IssueCertificate(const Options& o) {
  crypto::Identity ca;
  LOTTERY_TRY(ca.certificate_pem, base::ReadFile(o.ca + ".pem"));
  LOTTERY_TRY(ca.key_pem, base::ReadFile(o.ca + ".key.pem"));
  LOTTERY_TRY(const auto leaf,
              crypto::IssueCertificate(ca, o.common_name, o.server, o.host, o.days));
  LOTTERY_TRY_VOID(base::WriteFile(o.out + ".pem", leaf.certificate_pem));
  LOTTERY_TRY_VOID(base::WriteFile(o.out + ".key.pem", leaf.key_pem, 0600));
  return json_object{{"certificate", o.out + ".pem"}};
}

// trust.json: the body of --spec, which must be in its one written form, signed by the root key.
Result<json_object> MakeTrust(const Options& o) {
  LOTTERY_TRY(const auto phrase,
              crypto::ReadPassphrase(o.passphrase, "根密钥口令 / passphrase of the root key"));
  LOTTERY_TRY(const auto root, crypto::LoadSigningKey(o.key, phrase, "root"));
  LOTTERY_TRY(const auto spec, base::ReadJsonFile(o.spec));
  const std::string body = base::ToPretty(spec);
  LOTTERY_TRY(const auto trust, protocol::ParseTrust(body));
  if (trust.root_key != root.public_key())
    return Fail(ErrorCode::kBadKey, "root_key of the spec is another key");
  crypto::Envelope envelope{std::string(protocol::kTypeTrust), body, {}};
  envelope.Sign(root);
  LOTTERY_TRY_VOID(base::WriteFile(o.out, envelope.ToText()));
  return json_object{{"trust", o.out}, {"root", protocol::RootFingerprint(root.public_key())}};
}

Result<json_object> Hand(const Options& o, const std::string& kind, const json_object& body) {
  return base::pg::HandIn(o.database, kind, body, kInboxTimeoutMs);
}

Result<json_object> HandFile(const Options& o, const std::string& kind, json_object body,
                             const char* member) {
  LOTTERY_TRY(const auto text, base::ReadFile(o.file, 200'000));
  body[member] = text;
  return Hand(o, kind, body);
}

}  // namespace

static int Run(int argc, char** argv) {
  Options o;
  CLI::App app("lottery-central 中心: issuance server and operator verbs / 发行服务与操作指令");
  app.require_subcommand(1);
  const auto common = [&](CLI::App* verb, bool database) {
    if (database) verb->add_option("--database", o.database, "libpq connection string")->required();
    verb->add_flag("--json", o.json, "JSON answer");
    return verb;
  };
  auto* init = common(app.add_subcommand("init", "建库 make the schema"), true);
  init->add_option("--operator", o.operator_name, "name in every origin")->required();
  init->add_flag("--demo", o.demo, "mark as a demonstration: its clock may be moved");
  auto* serve = common(app.add_subcommand("serve", "运行 run the issuance server"), true);
  serve->add_option("--host", o.host)->capture_default_str();
  serve->add_option("--port", o.port, "TLS port for terminals, 0 for any");
  serve->add_option("--http-port", o.http_port, "public HTTP port, 0 for any");
  serve
      ->add_option("--admin-port", o.admin_port,
                   "metrics and health on 127.0.0.1, 0 for any; none when not given")
      ->check(CLI::Range(0, 65535));
  serve->add_option("--keys", o.keys, "folder with log.key record.key seal.key mac.key")
      ->required();
  serve->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")
      ->capture_default_str();
  serve->add_option("--trust", o.trust, "trust.json")->required();
  serve->add_option("--ca", o.ca, "root certificate (PEM)")->required();
  serve->add_option("--certificate", o.certificate)->required();
  serve->add_option("--tls-key", o.tls_key)->required();
  serve->add_option("--payer", o.payer, "socket of the payer; without it no claim is taken");
  serve->add_option("--witness", o.witnesses, "NAME=URL, once a witness");
  serve->add_option("--threads", o.threads, "I/O threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  serve->add_option("--clock", o.clock, "demo clock file");
  auto* terminal = app.add_subcommand("terminal", "终端 terminals");
  terminal->require_subcommand(1);
  auto* enrol = common(terminal->add_subcommand("enrol", "登记 enrol"), true);
  enrol->add_option("--terminal", o.terminal)->required();
  enrol->add_option("--name", o.name)->required();
  enrol->add_option("--jurisdiction", o.jurisdiction, "辖区")->required();
  enrol->add_option("--public-key", o.public_key, "64 hex digits")->required();
  auto* suspend = common(terminal->add_subcommand("suspend", "停用 suspend"), true);
  auto* resume = common(terminal->add_subcommand("resume", "恢复 resume"), true);
  for (auto* verb : {suspend, resume}) {
    verb->add_option("--terminal", o.terminal)->required();
    verb->add_option("--reason", o.reason)->required();
  }
  auto* draw = app.add_subcommand("draw", "期次 the life of a draw");
  draw->require_subcommand(1);
  auto* plan = common(draw->add_subcommand("plan", "登记计划 enter a signed plan"), true);
  plan->add_option("--file", o.file, "plan envelope")->required();
  auto* withdraw = common(
      draw->add_subcommand("withdraw", "撤回计划 take back the last plan of a game, never opened"),
      true);
  withdraw->add_option("--file", o.file, "signed by two who signed the plan: lottery-draw withdraw")
      ->required();
  auto* open = common(draw->add_subcommand("open", "开售 open for sale"), true);
  auto* close = common(draw->add_subcommand("close", "停售 close"), true);
  auto* seal = common(draw->add_subcommand("seal", "封存 seal"), true);
  seal->add_option("--agreement", o.file, "the control's agreement")->required();
  auto* deferral =
      common(draw->add_subcommand("defer", "改期 give up the beacon round for a later one"), true);
  auto* fallback = common(
      draw->add_subcommand("fallback", "改用摇奖机 let the plan's ball machine decide"), true);
  auto* cancel = common(
      draw->add_subcommand("cancel", "取消开奖 give the draw up; its tickets are refunded"), true);
  for (auto* verb : {deferral, fallback, cancel})
    verb->add_option("--file", o.file, "signed by two officials: lottery-draw deviate")->required();
  auto* certificate =
      common(draw->add_subcommand("certificate", "登记开奖证书 enter the certificate"), true);
  certificate->add_option("--file", o.file)->required();
  certificate->add_option("--beacon", o.beacon,
                          "信标 the beacon's file; none where the ball machine decided");
  auto* bundle = common(
      draw->add_subcommand("bundle", "封存包 what officials' devices need of a sealed draw"), true);
  bundle->add_option("--trust", o.trust, "trust.json")->required();
  bundle->add_option("--out", o.out, "folder")->required();
  auto* limit = common(
      draw->add_subcommand("limit", "限号 lines of one number a jurisdiction may sell"), true);
  limit->add_option("--jurisdiction", o.jurisdiction, "辖区")->required();
  limit->add_option("--lines", o.lines, "0: no limit")->required();
  for (auto* verb :
       {open, close, limit, seal, deferral, fallback, cancel, certificate, bundle, withdraw})
    verb->add_option("--draw", o.draw, "GAME-YYYYNNN, as ssq-2026097")->required();
  auto* status = common(app.add_subcommand("status", "状态 draws, terminals, records"), true);
  auto* rule_book =
      common(app.add_subcommand("rule-book",
                                "规则 the rule book's text and hash, as plans and seals name it"),
             false);
  rule_book->add_option("--game", o.game, "ssq or 3d")->capture_default_str();
  auto* publish =
      common(app.add_subcommand("export", "公布 write public files and auditors' bundles"), true);
  publish->add_option("--public", o.export_request.public_folder)->required();
  publish->add_option("--auditor", o.export_request.auditor_folder);
  publish->add_option("--trust", o.export_request.trust_file, "trust.json")->required();
  publish->add_option("--tickets", o.export_request.tickets, "sampled leaves")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  auto* key = common(app.add_subcommand("key", "密钥 make a key file"), false);
  key->add_option("--purpose", o.purpose,
                  "log, record, seal, mac, root, official, settlement, control, ...")
      ->required();
  key->add_option("--name", o.name)->required();
  key->add_option("--out", o.out)->required();
  key->add_option("--passphrase", o.passphrase)->capture_default_str();
  auto* ca = common(app.add_subcommand("ca", "根证书 make a root certificate"), false);
  auto* issue = common(app.add_subcommand("certificate", "签发证书 issue a certificate"), false);
  for (auto* verb : {ca, issue}) {
    verb->add_option("--common-name", o.common_name)->required();
    verb->add_option("--out", o.out, "writes OUT.pem and OUT.key.pem")->required();
    verb->add_option("--days", o.days)->capture_default_str();
  }
  issue->add_option("--ca", o.ca, "reads CA.pem and CA.key.pem")->required();
  issue->add_flag("--server", o.server);
  issue->add_option("--host", o.host)->capture_default_str();
  auto* trust = common(app.add_subcommand("trust", "信任文件 sign trust.json"), false);
  trust->add_option("--spec", o.spec)->required();
  trust->add_option("--key", o.key, "root key file")->required();
  trust->add_option("--passphrase", o.passphrase)->capture_default_str();
  trust->add_option("--out", o.out)->required();
  if (const auto ended = base::ParseCommandLine(app, argc, argv)) return *ended;
  if (!*serve) base::LogOnlyWarnings();
  const auto run = [&]() -> Result<json_object> {
    if (*init)
      return central::InitDatabase(o.database, o.operator_name, o.demo,
                                   base::SystemClock().Now().ms);
    if (*serve) return Serve(o);
    if (*enrol) {
      return Hand(o, "enrol",
                  {{"terminal", o.terminal},
                   {"name", o.name},
                   {"jurisdiction", o.jurisdiction},
                   {"public_key", o.public_key}});
    }
    if (*suspend || *resume)
      return Hand(o, *suspend ? "suspend" : "resume",
                  {{"terminal", o.terminal}, {"reason", o.reason}});
    if (*plan) return HandFile(o, "plan", {}, "envelope");
    if (*withdraw) return HandFile(o, "withdrawal", {{"draw", o.draw}}, "envelope");
    if (*open) return Hand(o, "open", {{"draw", o.draw}});
    if (*close) return Hand(o, "close", {{"draw", o.draw}});
    if (*limit)
      return Hand(o, "limit",
                  {{"draw", o.draw}, {"jurisdiction", o.jurisdiction}, {"lines", o.lines}});
    if (*seal) return HandFile(o, "seal", {{"draw", o.draw}}, "agreement");
    if (*bundle) {
      LOTTERY_TRY(const auto id, protocol::ParseDrawId(o.draw));
      return central::WriteBundle(o.database, o.trust, id, o.out);
    }
    if (*deferral) return HandFile(o, "deferral", {{"draw", o.draw}}, "envelope");
    if (*fallback) return HandFile(o, "fallback", {{"draw", o.draw}}, "envelope");
    if (*cancel) return HandFile(o, "cancellation", {{"draw", o.draw}}, "envelope");
    if (*certificate) {
      json_object body{{"draw", o.draw}};
      if (!o.beacon.empty()) {
        LOTTERY_TRY(body["pulse"], base::ReadFile(o.beacon, 200'000));
      }
      return HandFile(o, "certificate", std::move(body), "envelope");
    }
    if (*status) return central::ShowStatus(o.database);
    if (*rule_book) {
      LOTTERY_TRY(const auto text, games::RuleBookText(o.game));
      return json_object{{"text", text}, {"sha256", base::ToHex(crypto::Sha256(text).view())}};
    }
    if (*publish) return central::Export(o.database, o.export_request);
    if (*key) return NewKey(o);
    if (*ca) return NewCa(o);
    if (*issue) return IssueCertificate(o);
    return MakeTrust(o);
  };
  return base::Finish(run(), o.json);
}

int main(int argc, char** argv) {
  return lottery::base::RunProgram(argc, argv, Run, lottery::protocol::SendLibraryOutputToLog);
}
