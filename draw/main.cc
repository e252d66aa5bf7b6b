// lottery-draw: plans, contributions and certificates. Files in, files out; runs on a machine
// without a network. Long because CLI11 is slow to compile and so stays in one file: a short
// function a verb, then their table.

#include "base/cli.h"
#include "base/command_line.h"
#include "base/file.h"
#include "base/log.h"
#include "base/start.h"
#include "base/text.h"
#include "crypto/escrow.h"
#include "crypto/keyset.h"
#include "draw/dieharder.h"
#include "draw/files.h"
#include "draw/guide.h"
#include "draw/print.h"
#include "draw/rng_text.h"
#include "draw/schedule.h"
#include "draw/test_draw.h"
#include "protocol/escrow.h"
#include "protocol/library_log.h"

namespace {
using namespace lottery;
using base::Bytes;
using base::ErrorCode;
using base::Fail;
using base::Result;
using json_object = base::json::object;

struct Options {
  draw::GroundFiles files;
  std::string spec, out, official, key, device, passphrase = "prompt", purpose, name, clock,
                                                certificate;
  std::vector<std::string> keys, overseers, contributions, entries;
  std::string attendance;
  std::string kind, plan, to, reason;
  std::string machine, ball_set, started, reds, video;
  std::string master, plant = "none", folder, dieharder;
  std::int64_t outcomes = 90'000'000, octets = 0;
  int threads = 2;
  std::string escrow, holder, draw, checkpoint, statement;
  std::vector<std::string> holders, parts, shares;
  std::vector<std::string> tests_before, tests_after, interruptions;
  std::string game, from;
  std::int64_t count = 10;
  int extra = 0;
  bool json = false;
};

Result<crypto::SecretBytes> Phrase(const Options& o) {
  return crypto::ReadPassphrase(o.passphrase, "口令 / passphrase");
}

Result<json_object> Key(const Options& o) {
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto public_key, crypto::NewKeyFile(o.out, o.purpose, o.name, phrase));
  return json_object{
      {"key", o.out}, {"purpose", o.purpose}, {"public_key", base::ToHex(public_key)}};
}

Result<std::vector<crypto::SigningKey>> OfficialsKeys(const Options& o) {
  LOTTERY_TRY(const auto phrase, Phrase(o));
  std::vector<crypto::SigningKey> keys;
  for (const auto& path : o.keys) {
    LOTTERY_TRY(auto key, crypto::LoadSigningKey(path, phrase, "official"));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<json_object> Plan(const Options& o) {
  LOTTERY_TRY(const auto officials, OfficialsKeys(o));
  LOTTERY_TRY(const auto octets, base::ReadFile(o.spec));
  LOTTERY_TRY(const auto spec, base::CleanFileText(octets));
  LOTTERY_TRY(const auto text, draw::MakePlan(spec, officials));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  json_object told{{"plan", o.out}, {"signatures", static_cast<std::int64_t>(officials.size())}};
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(envelope.body));
  if (plan.promotion.exists()) told["promotion_fen"] = plan.promotion.Most().fen();
  if (const auto remark = draw::OffCalendar(plan); !remark.empty()) told["remark"] = remark;
  return told;
}

// A line a draw; the answer counts them.
Result<json_object> Calendar(const Options& o) {
  LOTTERY_TRY(const auto draws, draw::Schedule(o.game, o.from, o.count));
  for (const auto& draw : draws) {
    LOTTERY_TRY_VOID(o.json ? base::PrintLine(base::ToLine(draw::ScheduleRow(o.game, draw)))
                            : base::PrintText(draw::ScheduleLine(o.game, draw)));
  }
  return json_object{{"draws", draws.size()}};
}

Result<json_object> Contribute(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadVrfKey(o.key, phrase));
  LOTTERY_TRY(const auto contribution, draw::Contribute(ground, o.official, key, o.device));
  LOTTERY_TRY_VOID(draw::WriteContribution(o.out, contribution));
  return json_object{{"draw", ground.plan.draw.ToText()}, {"contribution", o.out}};
}

draw::AskPassphrase SharePhrase(const Options& o) {
  return [&o](const std::string& who) {
    return crypto::ReadPassphrase(o.passphrase, "份额口令 / passphrase of the share: " + who);
  };
}

// On the official's own machine.
Result<json_object> EscrowSplit(const Options& o) {
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadVrfKey(o.key, phrase));
  LOTTERY_TRY(const auto part,
              draw::WriteShares(key, o.official, o.holders, o.out, SharePhrase(o)));
  return json_object{{"official", o.official}, {"part", part}};
}

Result<json_object> EscrowJoin(const Options& o) {
  protocol::Escrow all;
  for (const auto& path : o.parts) {
    LOTTERY_TRY(const auto text, base::ReadFile(path));
    LOTTERY_TRY(const auto part, protocol::ParseEscrow(text));
    if (!all.holders.empty() && all.holders != part.holders)
      return Fail(ErrorCode::kBadKey, "other holders: " + path);
    all.holders = part.holders;
    all.officials.insert(all.officials.end(), part.officials.begin(), part.officials.end());
  }
  const std::string text = all.ToBody();
  LOTTERY_TRY_VOID(protocol::ParseEscrow(text).map([](const auto&) {}));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"escrow", o.out}, {"sha256", base::ToHex(crypto::Sha256(text).view())}};
}

// A holder looks before it takes a share into custody.
Result<json_object> EscrowCheck(const Options& o) {
  LOTTERY_TRY(const auto text, base::ReadFile(o.escrow));
  LOTTERY_TRY(const auto escrow, protocol::ParseEscrow(text));
  const auto* held = escrow.Find(o.official);
  if (held == nullptr) return Fail(ErrorCode::kBadShare, o.official + " is not in the escrow");
  for (const auto& path : o.shares) {
    LOTTERY_TRY(const auto share, draw::ReadShare(path, o.official, SharePhrase(o)));
    LOTTERY_TRY_VOID(crypto::CheckShare(held->vrf_key, held->commitment,
                                        escrow.NumberOf(share.holder), share.share.Reveal()));
  }
  return json_object{{"official", o.official},
                     {"shares", static_cast<std::int64_t>(o.shares.size())}};
}

Result<draw::Opener> OpenerOf(const Options& o, std::size_t i) {
  LOTTERY_TRY(auto share, draw::ReadShare(o.shares[i], o.official, SharePhrase(o)));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(auto key, crypto::LoadSigningKey(o.keys[i], phrase, "escrow-holder"));
  return draw::Opener{std::move(share), std::move(key)};
}

Result<json_object> EscrowRecover(const Options& o) {
  if (o.shares.size() != 2 || o.keys.size() != 2)
    return Fail(ErrorCode::kUsage, "two shares and their holders' keys, in the same order");
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto escrow, base::ReadFile(o.escrow));
  LOTTERY_TRY(const auto one, OpenerOf(o, 0));
  LOTTERY_TRY(const auto other, OpenerOf(o, 1));
  protocol::KeyOpening opening;
  opening.official = o.official;
  opening.reason = o.reason;
  opening.at = clock->Now();
  LOTTERY_TRY(const auto contribution,
              draw::RecoverContribution(ground, escrow, opening, one, other, o.device));
  LOTTERY_TRY_VOID(draw::WriteContribution(o.out, contribution));
  return json_object{{"draw", ground.plan.draw.ToText()}, {"contribution", o.out}};
}

Result<json_object> EnterBalls(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadSigningKey(o.key, phrase, "official"));
  draw::BallEntry entry;
  entry.machine = o.machine;
  entry.ball_set = o.ball_set;
  entry.at = clock->Now();
  LOTTERY_TRY(entry.started, base::FromIso(o.started));
  for (const auto& [texts, tests] : {std::pair(&o.tests_before, &entry.tests_before),
                                     std::pair(&o.tests_after, &entry.tests_after)}) {
    for (const auto& text : *texts) {
      LOTTERY_TRY(auto balls, draw::ParseBalls(text));
      tests->push_back(std::move(balls));
    }
  }
  LOTTERY_TRY(entry.numbers, draw::ParseBalls(o.reds));
  entry.extra = o.extra;
  for (const auto& text : o.interruptions) {
    LOTTERY_TRY(auto interruption, draw::ParseInterruption(text));
    entry.interruptions.push_back(std::move(interruption));
  }
  LOTTERY_TRY(entry.video, crypto::Sha256OfFile(o.video));
  LOTTERY_TRY(const auto text,
              draw::EnterBalls(ground, std::move(entry), o.official, key, o.device));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"draw", ground.plan.draw.ToText()}, {"entry", o.out}};
}

Result<json_object> Deviate(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(auto signers, OfficialsKeys(o));
  for (const auto& path : o.overseers) {
    LOTTERY_TRY(const auto phrase, Phrase(o));
    LOTTERY_TRY(auto key, crypto::LoadSigningKey(path, phrase, "overseer"));
    signers.push_back(std::move(key));
  }
  protocol::Deviation deviation;
  const bool deferral = o.kind == "deferral";
  deviation.kind = protocol::DeviationFrom(o.kind).value();
  LOTTERY_TRY(deviation.round, base::FromIso(o.started));
  if (deferral) {
    LOTTERY_TRY(deviation.new_round, base::FromIso(o.to));
  }
  deviation.reason = o.reason;
  deviation.at = clock->Now();
  LOTTERY_TRY(const auto plan, base::ReadFile(o.plan));
  LOTTERY_TRY(const auto text, draw::MakeDeviation(plan, std::move(deviation), signers));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{o.kind, o.out}};
}

Result<json_object> Withdraw(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto officials, OfficialsKeys(o));
  LOTTERY_TRY(const auto plan, base::ReadFile(o.plan));
  LOTTERY_TRY(const auto text, draw::MakeWithdrawal(plan, o.reason, clock->Now(), officials));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"withdrawal", o.out}};
}

// The sales that stand: those of the checkpoint the draw ended with.
Result<json_object> Lift(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto officials, OfficialsKeys(o));
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.files.trust));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  protocol::Lifting lifting;
  LOTTERY_TRY(lifting.draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto note, base::ReadFile(o.checkpoint));
  LOTTERY_TRY(const auto opened,
              crypto::OpenCheckpoint(note, trust.log_key,
                                     protocol::OriginOf(trust.operator_name, lifting.draw)));
  lifting.size = opened.checkpoint.size;
  lifting.root = opened.checkpoint.root;
  lifting.stage = "sales";
  lifting.reason = o.reason;
  lifting.at = clock->Now();
  LOTTERY_TRY(const auto text, draw::MakeLifting(lifting, officials));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"draw", o.draw}, {"stage", lifting.stage}, {"lifting", o.out}};
}

Result<std::vector<std::string>> ReadEntries(const Options& o) {
  std::vector<std::string> entries;
  for (const auto& path : o.entries) {
    LOTTERY_TRY(auto text, base::ReadFile(path));
    entries.push_back(std::move(text));
  }
  return entries;
}

// One overseer after the other, each on a machine of its own, into one file.
Result<json_object> Attend(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadSigningKey(o.key, phrase, "overseer"));
  LOTTERY_TRY(const auto entries, ReadEntries(o));
  std::string before;
  if (base::Exists(o.out)) {
    LOTTERY_TRY(before, base::ReadFile(o.out));
  }
  draw::SeenBalls seen;
  LOTTERY_TRY(seen.numbers, draw::ParseBalls(o.reds));
  seen.extra = o.extra;
  LOTTERY_TRY(const auto text, draw::Attend(ground, entries, seen, before, key, clock->Now()));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"draw", ground.plan.draw.ToText()}, {"attendance", o.out}};
}

Result<protocol::DrawCertificate> CertificateOf(const Options& o, const draw::Ground& ground,
                                                base::UtcTime now) {
  LOTTERY_TRY(const auto entries, ReadEntries(o));
  if (!entries.empty()) {
    std::string attendance;
    if (!o.attendance.empty()) {
      LOTTERY_TRY(attendance, base::ReadFile(o.attendance));
    }
    return draw::MakeBallCertificate(ground, entries, attendance, now);
  }
  std::vector<protocol::Contribution> contributions;
  for (const auto& path : o.contributions) {
    LOTTERY_TRY(auto contribution, draw::ReadContribution(path));
    contributions.push_back(std::move(contribution));
  }
  return draw::MakeCertificate(ground, contributions, now);
}

// With test draws of this program before and after.
Result<json_object> Certify(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY_VOID(draw::CheckTestDraws(ground.plan.draw.game));
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  LOTTERY_TRY(const auto certificate, CertificateOf(o, ground, clock->Now()));
  LOTTERY_TRY_VOID(draw::CheckTestDraws(ground.plan.draw.game));
  LOTTERY_TRY_VOID(base::WriteFile(
      o.out, crypto::Envelope{std::string(protocol::kTypeDrawCertificate), certificate.ToBody(), {}}
                 .ToText()));
  base::json::array numbers;
  for (const int number : certificate.numbers) numbers.push_back(number);
  json_object answer{{"draw", certificate.draw.ToText()}};
  const auto keys = protocol::KeysOf(certificate.draw.game);
  answer[keys.numbers] = std::move(numbers);
  if (!keys.extra.empty()) answer[keys.extra] = certificate.extra;
  answer["certificate"] = o.out;
  if (o.files.rehearsal) answer["rehearsal"] = true;
  return answer;
}

// Shows where the draw stands and what comes next; a document that does not hold is refused by
// name.
Result<json_object> Ceremony(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  const auto steps = draw::Guide({o.files, o.folder, "/proc/self/exe", clock->Now()});
  if (!o.json) LOTTERY_TRY_VOID(base::PrintText(draw::GuideText(steps, o.files.rehearsal)));
  base::json::array list;
  std::string next, wrong;
  for (const auto& step : steps) {
    if (step.state == draw::GuideStep::State::kNow && next.empty()) next = step.name;
    if (step.state == draw::GuideStep::State::kWrong) wrong = step.name + ": " + step.detail;
    list.push_back(draw::ToJson(step));
  }
  json_object answer{{"next", next}, {"rehearsal", o.files.rehearsal}, {"steps", std::move(list)}};
  if (!wrong.empty()) return Fail(ErrorCode::kBadDrawCertificate, wrong);
  return o.json ? answer : json_object{{"next", next}};
}

Result<json_object> Sign(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadSigningKey(o.key, phrase, "official"));
  LOTTERY_TRY(const auto text, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto out, draw::SignCertificate(ground, text, key));
  LOTTERY_TRY_VOID(base::WriteFile(o.certificate, out));
  return json_object{{"certificate", o.certificate}, {"signed", true}};
}

Result<json_object> Print(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto text, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto sheet, draw::SheetOf(ground, text));
  LOTTERY_TRY_VOID(draw::WritePdf(sheet, o.out));
  return json_object{{"draw", ground.plan.draw.ToText()}, {"pdf", o.out}};
}

Result<Bytes> MasterOf(const Options& o) {
  return o.master.empty() ? Result<Bytes>(crypto::RandomBytes(64)) : base::FromHexAnyCase(o.master);
}

Result<json_object> CertifyRng(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  draw::RngRequest request;
  LOTTERY_TRY(request.master, MasterOf(o));
  LOTTERY_TRY(request.fault, draw::FaultFrom(o.plant));
  std::optional<draw::Dieharder> others;
  if (!o.dieharder.empty()) {
    LOTTERY_TRY(const auto table, base::ReadFile(o.dieharder));
    LOTTERY_TRY(others, draw::ReadDieharder(table));
  }
  request.outcomes = o.outcomes;
  request.threads = o.threads;
  std::int64_t shown = 0;
  request.progress = [&](std::int64_t done) {
    if (done * 20 / o.outcomes == shown) return;
    shown = done * 20 / o.outcomes;
    std::fprintf(stderr, "  %lld of %lld\n", static_cast<long long>(done),
                 static_cast<long long>(o.outcomes));
  };
  LOTTERY_TRY(const auto report, draw::MakeRngReport(request));
  const auto now = clock->Now();
  auto answer = draw::ToJson(report, request.master, now);
  std::string text = draw::ToText(report, request.master, now);
  if (others) {
    answer["passed"] = report.passed() && others->passed();
    answer["dieharder"] = ToJson(*others);
    text += "\n" + draw::DieharderText(*others) + "\n总结论 taken together: " +
            (report.passed() && others->passed() ? "通过 passed\n" : "未通过 failed\n");
  }
  if (!o.out.empty()) {
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".txt", text));
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".json", base::ToPretty(answer)));
  }
  if (!o.json) LOTTERY_TRY_VOID(base::PrintText(text));
  if (!report.passed()) return Fail(ErrorCode::kBadGenerator, "--plant " + o.plant);
  if (others && !others->passed()) return Fail(ErrorCode::kBadGenerator, "dieharder");
  return o.json ? answer : json_object{{"passed", true}};
}

// The octets outcomes are made from, for other people's tests: dieharder -a -g 200 reads a pipe.
Result<json_object> RngStream(const Options& o) {
  LOTTERY_TRY(const Bytes master, MasterOf(o));
  draw::WriteRngStream(master, o.octets, stdout);
  if (o.octets == 0 && errno == EPIPE) std::_Exit(0);  // without an end its reader ends it
  return json_object();  // what was asked for is on standard output; nothing may follow it
}

}  // namespace

static int Run(int argc, char** argv) {
  Options o;
  base::LogOnlyWarnings();
  CLI::App app("lottery-draw 开奖: plans, contributions, certificates / 计划、贡献、证书");
  app.require_subcommand(1);
  const auto common = [&](CLI::App* verb, bool phrase) {
    verb->add_flag("--json", o.json, "JSON answer");
    if (phrase)
      verb->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")
          ->capture_default_str();
    return verb;
  };
  const auto ground = [&](CLI::App* verb) {
    verb->add_option("--trust-file", o.files.trust, "trust.json")->required();
    verb->add_option("--trust", o.files.root, "信任根 fingerprint of the root key")->required();
    verb->add_option("--bundle", o.files.bundle, "folder made by lottery-central draw bundle")
        ->required();
    verb->add_option("--beacon", o.files.beacon,
                     "pulse of the round in force; none where the ball machine decides");
    verb->add_flag("--rehearsal", o.files.rehearsal,
                   "演练 an operator named *.rehearsal; never a draw");
  };
  auto* key = common(app.add_subcommand("key", "密钥 make an official's key"), true);
  key->add_option("--purpose", o.purpose)
      ->required()
      ->check(CLI::IsMember({"official", "official-vrf", "escrow-holder", "overseer"}));
  key->add_option("--name", o.name)->required();
  key->add_option("--out", o.out)->required();
  auto* plan = common(app.add_subcommand("plan", "计划 sign a plan as two officials"), true);
  plan->add_option("--spec", o.spec, "plan body (JSON)")->required();
  plan->add_option("--key", o.keys, "official's signing key, twice")->required();
  plan->add_option("--out", o.out)->required();
  auto* calendar =
      common(app.add_subcommand("calendar", "日历 when a game's draws close and are held"), false);
  calendar->add_option("--game", o.game)->required();
  calendar->add_option("--from", o.from, "YYYY-MM-DD, Beijing")->required();
  calendar->add_option("--draws", o.count, "how many")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  auto* contribute =
      common(app.add_subcommand("contribute", "贡献 prove this official's part"), true);
  ground(contribute);
  contribute->add_option("--official", o.official)->required();
  contribute->add_option("--key", o.key, "official's VRF key")->required();
  contribute->add_option("--device", o.device, "folder that remembers what was proved")->required();
  contribute->add_option("--out", o.out)->required();
  auto* certify = common(app.add_subcommand("certify", "出证 compute the outcome"), false);
  ground(certify);
  certify->add_option("--contribution", o.contributions, "one an official");
  certify->add_option("--entry", o.entries, "ball machine: two entries, three when two differ");
  certify->add_option("--attendance", o.attendance,
                      "ball machine: what the overseers signed who were there");
  certify->add_option("--clock", o.clock, "demo clock file");
  certify->add_option("--out", o.out)->required();
  auto* escrow =
      app.add_subcommand("escrow", "托管 a VRF key in three shares, two of which open it");
  escrow->require_subcommand(1);
  auto* split = common(escrow->add_subcommand("split", "分存 make one share a holder"), true);
  split->add_option("--official", o.official)->required();
  split->add_option("--key", o.key, "the official's VRF key")->required();
  split->add_option("--holder", o.holders, "three names")->required();
  split->add_option("--out", o.out, "folder")->required();
  auto* join = common(
      escrow->add_subcommand("join", "汇总 the published side, whose hash a plan names"), false);
  join->add_option("--part", o.parts, "one an official")->required();
  join->add_option("--out", o.out)->required();
  auto* check =
      common(escrow->add_subcommand("check", "核对份额 before it is taken into custody"), true);
  auto* recover =
      common(escrow->add_subcommand("recover", "恢复 a silent official's contribution"), true);
  ground(recover);
  for (auto* verb : {check, recover}) {
    verb->add_option("--escrow", o.escrow, "the published side")->required();
    verb->add_option("--official", o.official)->required();
    verb->add_option("--share", o.shares, "sealed share of a holder")->required();
  }
  recover->add_option("--key", o.keys, "a holder's signing key, in the order of the shares")
      ->required();
  recover->add_option("--reason", o.reason, "why the official's part is not there")->required();
  recover->add_option("--clock", o.clock, "demo clock file");
  recover->add_option("--device", o.device, "folder that remembers what was proved")->required();
  recover->add_option("--out", o.out)->required();
  auto* rng =
      common(app.add_subcommand("certify-rng",
                                "随机数检验 report on the generator, with what it could see"),
             false);
  rng->add_option("--outcomes", o.outcomes, "5 a combination from 88 605 440 on")
      ->capture_default_str();
  rng->add_option(
      "--plant", o.plant,
      "a fault it must find: modulo, no-self-swap, naive-shuffle, repeated, sticky-blue");
  rng->add_option("--dieharder", o.dieharder,
                  "what it said of rng-stream --master of the same master, into the report");
  rng->add_option("--threads", o.threads)->capture_default_str()->check(CLI::Range(1, 64));
  rng->add_option("--out", o.out, "path of the report, without .txt and .json");
  rng->add_option("--clock", o.clock, "demo clock file");
  auto* stream = app.add_subcommand(
      "rng-stream", "原始流 raw octets to standard output, for dieharder and others");
  stream->add_option("--octets", o.octets, "0: until the reader has enough")->capture_default_str();
  for (auto* verb : {rng, stream})
    verb->add_option("--master", o.master, "128 hex digits; random when not given");
  auto* balls = common(
      app.add_subcommand("balls", "摇奖机录入 what one official saw at the ball machine"), true);
  ground(balls);
  balls->add_option("--official", o.official)->required();
  balls->add_option("--key", o.key, "official's signing key")->required();
  balls->add_option("--device", o.device, "folder that remembers what was written")->required();
  balls->add_option("--machine", o.machine, "as the plan names it")->required();
  balls->add_option("--ball-set", o.ball_set)->required();
  balls->add_option("--started", o.started, "when the first ball was drawn, ISO, UTC")->required();
  balls
      ->add_option("--test-before", o.tests_before,
                   "the numbers of a test draw, the extra one last: \"6 reds and the blue\", \"3 "
                   "digits\", \"7 and the special\", \"20 numbers\"")
      ->required();
  balls->add_option("--reds,--digits,--numbers", o.reds, "in the order they came out")->required();
  balls->add_option("--blue,--special", o.extra, "of ssq and of qlc");
  balls->add_option("--interruption", o.interruptions, "BALLS:MACHINE:REASON, drawn balls stand");
  balls->add_option("--test-after", o.tests_after)->required();
  balls->add_option("--video", o.video, "the recording; its hash goes on record")->required();
  balls->add_option("--clock", o.clock, "demo clock file");
  balls->add_option("--out", o.out)->required();
  auto* attend =
      common(app.add_subcommand("attend",
                                "监督在场 an overseer's word that the entries say what was seen"),
             true);
  ground(attend);
  attend->add_option("--entry", o.entries, "the entries, in the certificate's order")->required();
  attend->add_option("--key", o.key, "overseer's key")->required();
  attend
      ->add_option("--reds,--digits,--numbers", o.reds,
                   "what you saw come out, in its order: the entries must say the same")
      ->required();
  attend->add_option("--blue,--special", o.extra, "of ssq and of qlc");
  attend->add_option("--clock", o.clock, "demo clock file");
  attend->add_option("--out", o.out, "one overseer after the other signs this file")->required();
  auto* deviate =
      common(app.add_subcommand(
                 "deviate", "改期、改用摇奖机或取消 sign a deferral, a fallback or a cancellation"),
             true);
  deviate->add_option("--kind", o.kind)
      ->required()
      ->check(CLI::IsMember({"deferral", "fallback", "cancellation"}));
  deviate->add_option("--plan", o.plan, "plan envelope")->required();
  deviate->add_option("--round", o.started, "the round given up, ISO, UTC")->required();
  deviate->add_option("--to", o.to, "deferral: the later round");
  deviate->add_option("--reason", o.reason)->required();
  deviate->add_option("--key", o.keys, "official's signing key, twice")->required();
  deviate->add_option("--overseer", o.overseers,
                      "fallback, cancellation: an overseer's key, as many as the plan's quorum");
  deviate->add_option("--clock", o.clock, "demo clock file");
  deviate->add_option("--out", o.out)->required();
  auto* withdraw = common(
      app.add_subcommand("withdraw",
                         "撤回计划 take a plan back that was never opened, as two who signed it"),
      true);
  withdraw->add_option("--plan", o.plan, "plan envelope")->required();
  withdraw->add_option("--reason", o.reason, "stands in the public record")->required();
  withdraw->add_option("--key", o.keys, "official's signing key, twice")->required();
  withdraw->add_option("--clock", o.clock, "demo clock file");
  withdraw->add_option("--out", o.out)->required();
  auto* lift = common(app.add_subcommand("lift",
                                         "放行 let a draw be sealed though the control does not "
                                         "agree on its sales, as two officials"),
                      true);
  lift->add_option("--trust-file", o.files.trust, "trust.json")->required();
  lift->add_option("--draw", o.draw, "ssq-YYYYNNN")->required();
  lift->add_option("--checkpoint", o.checkpoint, "the last of the draw's log")->required();
  lift->add_option("--reason", o.reason, "stands in the public record")->required();
  lift->add_option("--key", o.keys, "official's signing key, twice")->required();
  lift->add_option("--clock", o.clock, "demo clock file");
  lift->add_option("--out", o.out)->required();
  auto* print = common(
      app.add_subcommand("print", "打印证书 certificate and protocol as a PDF, recomputed first"),
      false);
  ground(print);
  auto* ceremony = common(
      app.add_subcommand("ceremony", "开奖指引 where the draw stands, and what is to be done next"),
      false);
  ground(ceremony);
  ceremony
      ->add_option("--folder", o.folder,
                   "where contributions, entries, certificate and pulse.json are put")
      ->required();
  ceremony->add_option("--clock", o.clock, "demo clock file");
  print->add_option("--certificate", o.certificate, "signed by the plan's officials")->required();
  print->add_option("--out", o.out, "PDF")->required();
  auto* sign = common(app.add_subcommand("sign", "签署 recompute and sign the certificate"), true);
  ground(sign);
  sign->add_option("--key", o.key, "official's signing key")->required();
  sign->add_option("--certificate", o.certificate)->required();
  if (const auto ended = base::ParseCommandLine(app, argc, argv)) return *ended;
  if (*key) return base::Finish(Key(o), o.json);
  if (*plan) return base::Finish(Plan(o), o.json);
  if (*calendar) return base::Finish(Calendar(o), o.json);
  if (*withdraw) return base::Finish(Withdraw(o), o.json);
  if (*contribute) return base::Finish(Contribute(o), o.json);
  if (*rng) return base::Finish(CertifyRng(o), o.json);
  if (*stream) return base::Finish(RngStream(o), false);
  if (*split) return base::Finish(EscrowSplit(o), o.json);
  if (*join) return base::Finish(EscrowJoin(o), o.json);
  if (*check) return base::Finish(EscrowCheck(o), o.json);
  if (*recover) return base::Finish(EscrowRecover(o), o.json);
  if (*balls) return base::Finish(EnterBalls(o), o.json);
  if (*attend) return base::Finish(Attend(o), o.json);
  if (*print) return base::Finish(Print(o), o.json);
  if (*ceremony) return base::Finish(Ceremony(o), o.json);
  if (*lift) return base::Finish(Lift(o), o.json);
  if (*deviate) return base::Finish(Deviate(o), o.json);
  if (*certify) return base::Finish(Certify(o), o.json);
  return base::Finish(Sign(o), o.json);
}

int main(int argc, char** argv) {
  return lottery::base::RunProgram(argc, argv, Run, lottery::protocol::SendLibraryOutputToLog);
}
