// lottery-compliance: witnesses, the independent control, the stranger's verifier.
#include <csignal>
#include <cstdio>

#include "base/cli.h"
#include "base/command_line.h"
#include "base/file.h"
#include "base/log.h"
#include "base/start.h"
#include "base/text.h"
#include "compliance/beacon.h"
#include "compliance/control.h"
#include "compliance/dispute.h"
#include "compliance/odds.h"
#include "compliance/terminal_checks.h"
#include "compliance/verify.h"
#include "compliance/witness.h"
#include "crypto/keyset.h"
#include "protocol/library_log.h"

namespace {
using namespace lottery;
using base::ErrorCode;
using base::Fail;
using base::Result;
using json_object = base::json::object;

constexpr std::int64_t kHourMs = 3600 * base::kSecondMs, kBeijingAheadMs = 8 * kHourMs;

struct Options {
  std::string trust, root, name, key, passphrase = "prompt", state, host = "127.0.0.1", clock,
                                      central, ca, certificate, tls_key;
  std::string draw, out, statement, certificate_file, folder, entries, identity, database,
      public_code, stage = "sales", public_folder, agreed, special_rule, as_of, at_least, since;
  unsigned short port = 0;
  std::uint32_t period_ms = 60'000;
  int days = 825, max_age_hours = 26;
  bool json = false, rehearsal = false;
};

Result<protocol::Trust> LoadTrust(const Options& o) {
  LOTTERY_TRY(const auto text, base::ReadFile(o.trust));
  return protocol::OpenTrust(text);
}

Result<compliance::Follower> OpenFollower(const Options& o) {
  crypto::Identity own;
  LOTTERY_TRY(own.certificate_pem, base::ReadFile(o.certificate));
  LOTTERY_TRY(own.key_pem, base::ReadFile(o.tls_key));
  LOTTERY_TRY(const auto ca, base::ReadFile(o.ca));
  LOTTERY_TRY(auto context, crypto::MakeTlsContext(false, own, ca));
  return compliance::Follower(o.central, std::move(context));
}

void BlockStopSignals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

void RunUntilStopped(unsigned short port) {
  std::printf("%s\n", base::ToLine(json_object{{"ready", true}, {"port", port}}).c_str());
  std::fflush(stdout);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  int number = 0;
  sigwait(&stop, &number);
}

// A plain witness, or, with --central, the control: the same service that looks before it cosigns.
Result<json_object> ServeWitness(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto phrase,
              crypto::ReadPassphrase(o.passphrase, "见证密钥口令 / passphrase of the witness key"));
  LOTTERY_TRY(auto key, crypto::LoadSigningKey(o.key, phrase, "witness"));
  BlockStopSignals();
  std::unique_ptr<compliance::Control> control;
  std::unique_ptr<compliance::TerminalChecks> checks;
  compliance::Witness::Examine examine;
  if (!o.central.empty()) {
    LOTTERY_TRY(auto follower, OpenFollower(o));
    control = std::make_unique<compliance::Control>(trust, std::move(follower), *clock);
    examine = [&](const crypto::Checkpoint& c, std::uint64_t held, base::UtcTime held_at) {
      return control->Examine(c, held, held_at);
    };
    LOTTERY_TRY(checks,
                compliance::TerminalChecks::Open(o.state + "/terminal-checks", trust, *control));
  }
  LOTTERY_TRY(const auto witness,
              compliance::Witness::Open(o.state, o.name, std::move(key), trust.operator_name,
                                        trust.log_key, *clock, examine));
  const auto serve = [&](const protocol::net::HttpRequest& request) {
    if (checks) {
      if (auto answer = checks->Serve(request)) return *answer;
    }
    return witness->Serve(request);
  };
  LOTTERY_TRY(const auto http, protocol::net::HttpServer::Start(o.host, o.port, 2, serve));
  RunUntilStopped(http->port());
  return json_object{{"stopped", true}};
}

Result<json_object> ServeBeacon(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  crypto::Identity identity;
  LOTTERY_TRY(identity.certificate_pem, base::ReadFile(o.identity + ".pem"));
  LOTTERY_TRY(identity.key_pem, base::ReadFile(o.identity + ".key.pem"));
  BlockStopSignals();
  compliance::DemoBeacon beacon(std::move(identity), o.period_ms, *clock);
  LOTTERY_TRY(const auto http,
              protocol::net::HttpServer::Start(o.host, o.port, 1,
                                               [&](const auto& r) { return beacon.Serve(r); }));
  RunUntilStopped(http->port());
  return json_object{{"stopped", true}};
}

Result<json_object> NewBeacon(const Options& o) {
  LOTTERY_TRY(const auto identity, crypto::MakeRsaIdentity("demo beacon", 4096, o.days));
  LOTTERY_TRY_VOID(base::WriteNewFile(o.out + ".key.pem", identity.key_pem, 0600));
  LOTTERY_TRY_VOID(base::WriteNewFile(o.out + ".pem", identity.certificate_pem, 0644));
  return json_object{{"certificate", o.out + ".pem"}};
}

// The control's signed word. "sales" before the seal; "prizes" recomputes outcome, winners and
// prizes from what it read itself and the public folder, and signs only if the statement is equal
// to the fen; "refund" does the same for what the tickets of a cancelled draw cost.
Result<json_object> Agree(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto phrase,
              crypto::ReadPassphrase(o.passphrase, "控制密钥口令 / passphrase of the control key"));
  LOTTERY_TRY(const auto key, crypto::LoadSigningKey(o.key, phrase, "control"));
  LOTTERY_TRY(auto follower, OpenFollower(o));
  compliance::Control control(trust, std::move(follower), *clock);
  std::optional<protocol::Agreement> agreed;
  if (!o.agreed.empty()) {
    LOTTERY_TRY(const auto text, base::ReadFile(o.agreed));
    LOTTERY_TRY(const auto envelope,
                protocol::OpenSigned(text, protocol::kTypeAgreement, trust.KeysFor("control"), 1));
    LOTTERY_TRY(agreed, protocol::ParseAgreement(envelope.body));
  }
  const auto last = [&](const std::string& origin) {
    return compliance::Witness::LastCosigned(o.state, origin, trust.log_key);
  };
  compliance::Control::Cosigned cosigned;
  LOTTERY_TRY(cosigned.audit, last(protocol::AuditOrigin(trust.operator_name)));
  LOTTERY_TRY(cosigned.sales, last(protocol::OriginOf(trust.operator_name, draw)));
  LOTTERY_TRY(const auto sales, control.ReadSales(draw, cosigned, agreed ? &*agreed : nullptr));
  auto agreement = control.AgreeOn(draw, sales);
  if (o.stage == "prizes") {
    LOTTERY_TRY(agreement.statement, compliance::CheckDrawAndStatement(o.public_folder, trust, draw,
                                                                       sales, control.audit()));
    agreement.stage = "prizes";
  } else if (o.stage == "refund") {
    LOTTERY_TRY(agreement.statement,
                compliance::CheckRefundOf(trust, draw, sales, control.audit()));
    agreement.stage = "refund";
  } else if (o.stage != "sales") {
    return Fail(ErrorCode::kUsage, "--stage is sales, prizes or refund");
  }
  crypto::Envelope envelope{std::string(protocol::kTypeAgreement), agreement.ToBody(), {}};
  envelope.Sign(key);
  LOTTERY_TRY_VOID(base::WriteFile(o.out, envelope.ToText()));
  return json_object{{"draw", o.draw},
                     {"stage", agreement.stage},
                     {"size", static_cast<std::int64_t>(agreement.size)},
                     {"sales_fen", agreement.totals.sales_amount.fen()},
                     {"voids_fen", agreement.totals.voids_amount.fen()},
                     {"agrees", true}};
}

// A day as people write it, the end of it in Beijing; or a moment.
Result<base::UtcTime> MomentOf(const std::string& text) {
  if (const auto day = base::ParseDay(text))
    return base::UtcTime{(*day + 1) * base::kDayMs - kBeijingAheadMs - 1};
  auto moment = base::FromIso(text);
  if (!moment)
    return Fail(ErrorCode::kUsage, "--as-of is a day, 2026-11-30, or 2026-11-30T12:00:00.000Z");
  return moment;
}

std::string TextOf(const json_object& object, const char* member) {
  const auto* value = object.if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// For people: as of when, what should be known though it is in order, and whom it takes on trust.
// Taken out of the answer, which is printed behind it.
base::Status PrintForPeople(json_object& answer) {
  std::string text = "截至 as of " + TextOf(answer.at("as_of").get_object(), "beijing") +
                     "（北京时间 Beijing time）\n";
  for (const auto& [member, zh, en] :
       {std::tuple("remarks", "说明", "worth knowing"),
        std::tuple("would_have_to_collude", "要作假须由谁合谋", "who would have to collude")}) {
    const auto& list = answer.at(member).get_array();
    if (!list.empty()) text += std::string(zh) + " " + en + ":\n";
    for (const auto& item : list) {
      const auto& object = item.get_object();
      text += "  " + TextOf(object, "draw") + TextOf(object, "file") + "\n    " +
              TextOf(object, "zh") + "\n    " + TextOf(object, "en") + "\n";
      if (const auto reason = TextOf(object, "reason"); !reason.empty())
        text += "    （" + reason + "）\n";
    }
    answer.stable_erase(member);
  }
  answer.stable_erase("as_of");
  return base::PrintText(text);
}

Result<json_object> Verify(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  compliance::Outside outside{clock->Now(), o.max_age_hours * kHourMs, {}, o.since};
  if (!o.as_of.empty()) {
    LOTTERY_TRY(outside.now, MomentOf(o.as_of));
  }
  if (!o.at_least.empty()) {
    LOTTERY_TRY(outside.at_least, base::ReadFile(o.at_least));
  }
  LOTTERY_TRY(auto answer, compliance::VerifyFolder(o.folder, o.root, o.entries, outside));
  LOTTERY_TRY(const auto operator_name, base::GetString(answer, "operator"));
  if (protocol::IsRehearsal(operator_name) != o.rehearsal)
    return Fail(ErrorCode::kRehearsalMix, operator_name);
  if (o.rehearsal) answer["rehearsal"] = true;
  if (!o.json) LOTTERY_TRY_VOID(PrintForPeople(answer));
  return answer;
}
// As a story for people, or the same as JSON.
Result<json_object> Dispute(const Options& o) {
  LOTTERY_TRY(const auto code, protocol::ParsePublicCode(o.public_code));
  std::optional<base::pg::Session> books;
  if (!o.database.empty()) {
    LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
    books.emplace(std::move(session));
  }
  LOTTERY_TRY(const auto story, compliance::ReplayTicket({o.folder, o.root, o.entries, code,
                                                          books ? &*books : nullptr}));
  if (o.json) return compliance::ToJson(story);
  LOTTERY_TRY_VOID(base::PrintText(compliance::StoryText(story)));
  return json_object{{"consistent", story.findings.empty()}};
}

Result<json_object> Manifest(const Options& o) { return compliance::WriteManifest(o.folder); }

// A play on a line of its own; the answer counts them.
Result<json_object> Odds(const Options& o) {
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  std::optional<bool> special;
  if (!o.special_rule.empty()) special = o.special_rule == "on";
  LOTTERY_TRY(const auto plays, compliance::Odds(draw, special));
  if (!o.json) LOTTERY_TRY_VOID(base::PrintText(compliance::OddsText(plays)));
  for (const auto& play : plays) {
    if (o.json) LOTTERY_TRY_VOID(base::PrintLine(base::ToLine(compliance::ToJson(play))));
  }
  return json_object{{"draw", draw.ToText()}, {"plays", plays.size()}};
}

}  // namespace

static int Run(int argc, char** argv) {
  Options o;
  CLI::App app("lottery-compliance 监督: witness, control, verifier / 见证、独立控制、核验");
  app.require_subcommand(1);
  const auto service = [&](CLI::App* verb) {
    verb->add_option("--host", o.host)->capture_default_str();
    verb->add_option("--port", o.port, "0 for any");
    verb->add_option("--clock", o.clock, "demo clock file");
  };
  const auto follow = [&](CLI::App* verb) {
    verb->add_option("--central", o.central, "central's host:port, with an auditor's certificate");
    verb->add_option("--ca", o.ca);
    verb->add_option("--certificate", o.certificate);
    verb->add_option("--tls-key", o.tls_key);
  };
  const auto keyed = [&](CLI::App* verb) {
    verb->add_option("--trust-file", o.trust, "trust.json")->required();
    verb->add_option("--key", o.key)->required();
    verb->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")
        ->capture_default_str();
  };
  auto* witness = app.add_subcommand(
      "witness",
      "见证 cosign checkpoints; with --central: the control, which follows every entry first "
      "and hears what terminals say of a sealed draw");
  service(witness);
  follow(witness);
  keyed(witness);
  witness->add_option("--name", o.name, "name in trust.json")->required();
  witness->add_option("--state", o.state, "folder of what was cosigned")->required();
  auto* agree = app.add_subcommand("agree", "同意 recompute and sign the control's word");
  follow(agree);
  keyed(agree);
  agree->add_option("--draw", o.draw, "ssq-YYYYNNN")->required();
  agree->add_option("--stage", o.stage, "sales, prizes or refund")->capture_default_str();
  agree->add_option("--state", o.state, "folder of what this control cosigned")->required();
  agree->add_option("--public", o.public_folder, "public folder, for prizes");
  agree->add_option("--agreed", o.agreed,
                    "the control's own word on the same sales: their signatures were checked then");
  agree->add_option("--out", o.out)->required();
  agree->add_option("--clock", o.clock, "demo clock file");
  auto* verify = app.add_subcommand("verify", "核验 check a public folder, trusting only the root");
  verify->add_option("dir", o.folder)->required();
  verify->add_option("--trust", o.root,
                     "信任根 fingerprint of the root key, from outside the folder");
  verify->add_option("--entries", o.entries,
                     "auditors' entry bundles: sales, winners and prizes too");
  verify
      ->add_option("--max-age", o.max_age_hours,
                   "小时 a folder that is older is refused; 0 takes any age")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  verify->add_option("--as-of", o.as_of,
                     "截至 the age is counted to this day or moment: for a folder kept from then");
  verify->add_option("--at-least", o.at_least,
                     "检查点 file with a checkpoint of the audit log, from any witness: an older "
                     "folder is refused");
  verify->add_option("--since", o.since,
                     "旧文件夹 a folder fetched before: everything in it must still be there");
  verify->add_option("--clock", o.clock, "demo clock file");
  verify->add_flag("--rehearsal", o.rehearsal, "演练 of an operator named *.rehearsal");
  auto* dispute = app.add_subcommand(
      "dispute", "争议 replay a ticket from the logs: sold, drawn, claimed, paid");
  dispute->add_option("dir", o.folder)->required();
  dispute->add_option("--trust", o.root, "信任根 fingerprint of the root key")->required();
  dispute->add_option("--entries", o.entries, "auditors' entry bundles")->required();
  dispute->add_option("--public-code", o.public_code, "票面公开码 of the ticket")->required();
  dispute->add_option("--database", o.database,
                      "libpq connection string, role auditor: the books must say the same");
  auto* odds = app.add_subcommand("odds", "中奖概率 chances and expected return of every play");
  odds->add_option("--draw", o.draw, "whose rules hold, e.g. kl8-2026100")->required();
  odds->add_option("--special-rule", o.special_rule, "特别规定 of ssq; both cases without it")
      ->check(CLI::IsMember({"on", "off"}));
  auto* manifest = app.add_subcommand("manifest", "清单 write manifest.json of a public folder");
  manifest->add_option("dir", o.folder)->required();
  auto* beacon = app.add_subcommand("demo-beacon", "演示信标 serve pulses on the demo clock");
  service(beacon);
  beacon->add_option("--identity", o.identity, "reads X.pem and X.key.pem")->required();
  beacon->add_option("--period-ms", o.period_ms)->check(CLI::PositiveNumber)->capture_default_str();
  auto* new_beacon = app.add_subcommand("new-beacon", "演示信标身份 make a demo beacon's identity");
  new_beacon->add_option("--out", o.out)->required();
  for (auto* verb : {agree, verify, dispute, odds, manifest, new_beacon})
    verb->add_flag("--json", o.json, "JSON answer");
  if (const auto ended = base::ParseCommandLine(app, argc, argv)) return *ended;
  if (!*witness) base::LogOnlyWarnings();
  if (*witness) return base::Finish(ServeWitness(o), true);
  if (*beacon) return base::Finish(ServeBeacon(o), true);
  if (*agree) return base::Finish(Agree(o), o.json);
  if (*verify) return base::Finish(Verify(o), o.json);
  if (*dispute) return base::Finish(Dispute(o), o.json);
  if (*odds) return base::Finish(Odds(o), o.json);
  if (*manifest) return base::Finish(Manifest(o), o.json);
  return base::Finish(NewBeacon(o), o.json);
}

int main(int argc, char** argv) {
  return lottery::base::RunProgram(argc, argv, Run, lottery::protocol::SendLibraryOutputToLog);
}
