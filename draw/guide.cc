#include "draw/guide.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "draw/files.h"
#include "draw/print.h"
#include "draw/test_draw.h"

namespace lottery::draw {
namespace {

using State = GuideStep::State;

std::string Hex(const Digest& digest) { return base::ToHex(digest.view()); }

std::string Sentence(const base::Error& e) {
  return fmt::format("[{}] {} {} {}", base::NameOf(e.code), base::SentenceZh(e.code),
                     base::SentenceEn(e.code), e.detail);
}

// Builds the list: once a step is not done, those behind it wait for it.
class List {
 public:
  explicit List(const GuideInput& input) : in_(input) {}

  void Done(const char* name, const char* zh, const char* en, std::string detail) {
    steps_.push_back({name, zh, en, State::kDone, std::move(detail), {}});
  }
  void Wrong(const char* name, const char* zh, const char* en, const base::Error& error) {
    steps_.push_back({name, zh, en, State::kWrong, Sentence(error), {}});
    held_ = true;
  }
  // To be done now, unless something before it is not.
  void Todo(const char* name, const char* zh, const char* en, std::string detail,
            std::string command, bool holds_up = true) {
    const State state = held_ ? State::kLater : State::kNow;
    steps_.push_back({name, zh, en, state, std::move(detail), held_ ? "" : std::move(command)});
    next_held_ = next_held_ || holds_up;
  }
  // What was just said to be done is there.
  void LastIsDone() {
    steps_.back().state = State::kDone;
    steps_.back().command.clear();
    next_held_ = false;
  }
  // Steps that may be done side by side end here.
  void Together() { held_ = held_ || std::exchange(next_held_, false); }
  bool held() const { return held_; }
  std::vector<GuideStep> Take() { return std::move(steps_); }

  std::string GroundFlags(bool beacon) const {
    return fmt::format("--trust-file {} --trust {} --bundle {}{}{}", in_.files.trust,
                       in_.files.root, in_.files.bundle, beacon ? " --beacon " + PulsePath() : "",
                       in_.files.rehearsal ? " --rehearsal" : "");
  }
  std::string PulsePath() const {
    return in_.files.beacon.empty() ? in_.folder + "/pulse.json" : in_.files.beacon;
  }
  std::string Path(const std::string& file) const { return in_.folder + "/" + file; }

 private:
  const GuideInput& in_;
  bool held_ = false, next_held_ = false;
  std::vector<GuideStep> steps_;
};

constexpr const char* kProgramZh = "程序与试摇";
constexpr const char* kProgramEn = "this program, and its test draws";

void Program(List& list, const GuideInput& in, std::string_view game) {
  const auto octets = base::ReadFile(in.program);
  const auto tests = TestDraws(game);
  if (const auto holds = CheckTestDraws(game); !holds)
    return list.Wrong("program", kProgramZh, kProgramEn, holds.error());
  std::string detail =
      octets ? "SHA-256 " + Hex(crypto::Sha256(*octets)) : Sentence(octets.error());
  for (const auto& test : *tests)
    detail +=
        "\n试摇 test draw: " + protocol::NumbersText(game, test.drawn.numbers, test.drawn.extra) +
        " ＝ 已知结果 as known";
  list.Done("program", kProgramZh, kProgramEn, detail);
}

void Rules(List& list, const Ground& g) {
  constexpr const char* zh = "规则";
  constexpr const char* en = "rule book: this program's, the plan's, the seal's";
  const auto book = games::RuleBookText(g.plan.draw.game);
  if (!book) return list.Wrong("rules", zh, en, book.error());
  const Digest own = crypto::Sha256(*book);
  if (own != g.plan.rule_book || own != g.seal.rule_book)
    return list.Wrong("rules", zh, en, {base::ErrorCode::kBadPlan, "another rule book"});
  list.Done("rules", zh, en, "SHA-256 " + Hex(own));
}

void Seal(List& list, const Ground& g) {
  list.Done("seal", "封存，见证", "sealed and witnessed",
            fmt::format("{}\n{} 张 tickets, {} 元 yuan; 见证 witnessed {}", Hex(g.seal_hash),
                        g.seal.totals.sales, g.seal.totals.sales_amount.ToYuanText(),
                        base::ToBeijingText(g.witnessed)));
}

// The pulse of the round: nothing behind it can be done before.
std::optional<Ground> Pulse(List& list, const GuideInput& in, const Ground& sealed) {
  constexpr const char* zh = "信标脉冲";
  constexpr const char* en = "the beacon's pulse";
  const std::string when = base::ToBeijingText(sealed.way.round);
  GroundFiles files = in.files;
  files.beacon = list.PulsePath();
  if (!base::Exists(files.beacon)) {
    const std::int64_t wait = (sealed.way.round.ms - in.now.ms) / 1000;
    list.Todo("pulse", zh, en,
              "轮次 round " + when +
                  (wait > 0 ? fmt::format("，还有 still {}:{:02} 分 min", wait / 60, wait % 60)
                            : "，已到 it is time"),
              fmt::format("取信标 {} 的脉冲存为 / save the pulse of {} as {}", sealed.plan.beacon,
                          base::ToIso(sealed.way.round), files.beacon));
    list.Together();
    return {};
  }
  auto ground = LoadGround(files);
  if (!ground) {
    list.Wrong("pulse", zh, en, ground.error());
    return {};
  }
  list.Done("pulse", zh, en, when + "\nSHA-256 " + Hex(ground->beacon_hash));
  return std::move(*ground);
}

void Parts(List& list, const GuideInput& in, const Ground& g) {
  const std::int64_t due = g.way.round.ms + g.plan.contribution_deadline_ms;
  for (const auto& official : g.plan.officials) {
    const std::string path = list.Path(official.name + ".contribution.json");
    const std::string zh = "证明：" + official.name, en = "proof of " + official.name;
    if (!base::Exists(path)) {
      std::string detail = "不晚于 due " + base::ToBeijingText({due});
      if (in.now.ms > due) detail += "，已逾期：托管恢复 overdue: draw escrow recover";
      list.Todo("part", zh.c_str(), en.c_str(), std::move(detail),
                fmt::format("lottery-draw contribute {} --official {} --key KEY --device DEVICE "
                            "--out {}",
                            list.GroundFlags(true), official.name, path));
      continue;
    }
    const auto part = ReadContribution(path);
    const auto beta = part ? crypto::VrfVerify(official.vrf_key, g.alpha, part->proof)
                           : Result<Bytes>(tl::unexpected<base::Error>(part.error()));
    if (!beta || part->official != official.name)
      list.Wrong(
          "part", zh.c_str(), en.c_str(),
          beta ? base::Error{base::ErrorCode::kBadContribution, part->official} : beta.error());
    else
      list.Done("part", zh.c_str(), en.c_str(),
                part->opening.empty() ? "成立 it holds" : "成立，托管恢复 it holds, from escrow");
  }
  list.Together();
}

// Two that agree, or a third on a mismatch.
void Entries(List& list, const Ground& g) {
  std::vector<std::string> entries;
  std::string missing;
  for (const auto& official : g.plan.officials) {
    const auto text = base::ReadFile(list.Path(official.name + ".entry.json"));
    if (text)
      entries.push_back(*text);
    else if (missing.empty())
      missing = official.name;
  }
  constexpr const char* zh = "摇奖机：两人互不可见地录入";
  constexpr const char* en = "ball machine: two officials write down, blind to each other";
  const std::string command =
      fmt::format("lottery-draw balls {} --official {} ... --out {}", list.GroundFlags(false),
                  missing, list.Path(missing + ".entry.json"));
  if (entries.size() < 2) {
    list.Todo("entries", zh, en, fmt::format("{} 份 of 2", entries.size()), command);
  } else if (const auto agreed = games::AgreedEntry(entries, g.plan, g.plan_hash, g.seal_hash);
             !agreed) {
    if (agreed.error().code == base::ErrorCode::kEntriesDiffer && !missing.empty())
      list.Todo("entries", zh, en, Sentence(agreed.error()), command);
    else
      list.Wrong("entries", zh, en, agreed.error());
  } else {
    list.Done("entries", zh, en, fmt::format("{} 份相符 agree", entries.size()));
  }
  list.Together();
}

// The overseers who were there, one after the other.
void Attendance(List& list, const Ground& g) {
  if (g.plan.overseers.empty()) return;
  constexpr const char* zh = "监督人员在场签字";
  constexpr const char* en = "overseers sign that they saw it";
  const std::string path = list.Path("attendance.json");
  std::string files;
  std::vector<std::string> entries;
  for (const auto& official : g.plan.officials) {
    const std::string entry = list.Path(official.name + ".entry.json");
    const auto text = base::ReadFile(entry);
    if (!text) continue;
    files += " --entry " + entry;
    entries.push_back(*text);
  }
  int signed_by = 0;
  if (const auto text = base::ReadFile(path)) {
    const auto envelope = crypto::ParseEnvelope(*text, protocol::kTypeAttendance);
    if (!envelope) return list.Wrong("attend", zh, en, envelope.error());
    const auto attendance = protocol::ParseAttendance(envelope->body);
    const auto hashes = protocol::HashesOfEntries(entries);
    if (!attendance || !hashes || attendance->entries != *hashes)
      return list.Wrong("attend", zh, en,
                        {base::ErrorCode::kBadBallEntry, "it is of other entries: " + path});
    signed_by = envelope->CountSigners(protocol::OverseersKeys(g.plan, g.trust));
  }
  const std::string count = fmt::format("{} 人已签，至少 {} 人 signed, at least {}", signed_by,
                                        g.plan.overseer_quorum, g.plan.overseer_quorum);
  if (signed_by >= g.plan.overseer_quorum) {
    list.Done("attend", zh, en, count);
  } else {
    list.Todo("attend", zh, en, count,
              fmt::format("lottery-draw attend {}{} ... --key KEY --out {}",
                          list.GroundFlags(false), files, path));
  }
  list.Together();
}

// Who has signed, of those who may.
void Signatures(List& list, const Ground& g, const crypto::Envelope& envelope,
                const std::string& path) {
  int signed_by = 0;
  std::string who, missing;
  for (const auto& official : g.plan.officials) {
    const bool has = envelope.SignedBy(official.signing_key);
    signed_by += has;
    (has ? who : missing) += " " + official.name;
  }
  constexpr const char* zh = "各人重算后签署";
  constexpr const char* en = "each recomputes it and signs";
  const std::string count = fmt::format("{} 人已签，至少 {} 人 signed, at least {}:{}", signed_by,
                                        g.plan.certificate_quorum, g.plan.certificate_quorum, who);
  if (signed_by >= g.plan.certificate_quorum) return list.Done("sign", zh, en, count);
  list.Todo("sign", zh, en, count + "\n未签 not yet:" + missing,
            fmt::format("lottery-draw sign {} --key KEY --certificate {}",
                        list.GroundFlags(!g.way.balls), path));
  list.Together();
}

void Outcome(List& list, const Ground& g) {
  constexpr const char* zh = "出证";
  constexpr const char* en = "the outcome is computed";
  const std::string path = list.Path("certificate.json");
  const auto text = base::ReadFile(path);
  if (!text) {
    std::string files;
    for (const auto& official : g.plan.officials)
      files += (g.way.balls ? " --entry " : " --contribution ") +
               list.Path(official.name + (g.way.balls ? ".entry.json" : ".contribution.json"));
    if (g.way.balls && !g.plan.overseers.empty())
      files += " --attendance " + list.Path("attendance.json");
    list.Todo("certify", zh, en, "",
              fmt::format("lottery-draw certify {}{} --out {}", list.GroundFlags(!g.way.balls),
                          files, path));
    list.Together();
    list.Todo("sign", "各人重算后签署", "each recomputes it and signs", "", "");
  } else {
    const auto envelope = crypto::ParseEnvelope(*text, protocol::kTypeDrawCertificate);
    const auto c = envelope ? protocol::ParseDrawCertificate(envelope->body)
                            : tl::unexpected<base::Error>(envelope.error());
    const auto holds =
        c ? Recomputes(g, *c, envelope->body) : tl::unexpected<base::Error>(c.error());
    if (!holds) return list.Wrong("certify", zh, en, holds.error());
    list.Done("certify", zh, en, protocol::NumbersText(g.plan.draw.game, c->numbers, c->extra));
    Signatures(list, g, *envelope, path);
  }
  list.Todo("print", "打印证书与记录", "certificate and protocol on paper", "",
            fmt::format("lottery-draw print {} --certificate {} --out {}",
                        list.GroundFlags(!g.way.balls), path, list.Path("certificate.pdf")));
  if (!list.held() && base::Exists(list.Path("certificate.pdf"))) list.LastIsDone();
  list.Together();
  list.Todo(
      "carry", "带回中心", "carry it back to central",
      text ? "SHA-256 " + Hex(crypto::Sha256(*text)) : "",
      fmt::format("lottery-central draw certificate --draw {} --file {}{}", g.plan.draw.ToText(),
                  path, g.way.balls ? "" : " --beacon " + list.PulsePath()));
}

}  // namespace

std::vector<GuideStep> Guide(const GuideInput& in) {
  List list(in);
  const auto sealed = LoadSealed(in.files);
  if (!sealed) {
    list.Wrong("bundle", "信任根、计划、封存", "trust root, plan and seal", sealed.error());
    return list.Take();
  }
  const Ground& g = *sealed;
  list.Done("trust", "信任根：与公布的逐字核对", "trust root: compare it with the published one",
            g.trust.operator_name + "\n" + in.files.root);
  Program(list, in, g.plan.draw.game);
  Rules(list, g);
  Seal(list, g);
  list.Done("way", g.way.balls ? "本期由摇奖机开奖" : "本期由信标开奖",
            g.way.balls ? "the ball machine decides" : "the beacon decides",
            "计划 plan " + Hex(g.plan_hash));
  if (g.way.balls) {
    Entries(list, g);
    Attendance(list, g);
    Outcome(list, g);
    return list.Take();
  }
  const auto ground = Pulse(list, in, g);
  if (ground) Parts(list, in, *ground);
  if (ground) Outcome(list, *ground);
  return list.Take();
}

std::string GuideText(const std::vector<GuideStep>& steps, bool rehearsal) {
  std::string out;
  if (rehearsal) out += "【演练，不是开奖 REHEARSAL, not a draw】\n";
  int number = 0;
  for (const auto& step : steps) {
    const char* mark = step.state == State::kDone    ? "✔"
                       : step.state == State::kNow   ? "→"
                       : step.state == State::kWrong ? "✘"
                                                     : "·";
    out += fmt::format("{:>2} {} {}  {}\n", ++number, mark, step.zh, step.en);
    for (const auto line : base::Split(step.detail, '\n')) {
      if (!line.empty()) out += fmt::format("        {}\n", line);
    }
    if (!step.command.empty()) out += fmt::format("     $ {}\n", step.command);
  }
  return out;
}

base::json::object ToJson(const GuideStep& step) {
  constexpr const char* kNames[] = {"done", "now", "later", "wrong"};
  return {{"step", step.name},     {"state", kNames[static_cast<int>(step.state)]},
          {"zh", step.zh},         {"en", step.en},
          {"detail", step.detail}, {"command", step.command}};
}

}  // namespace lottery::draw
