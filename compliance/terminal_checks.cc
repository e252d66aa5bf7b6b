#include "compliance/terminal_checks.h"

#include "base/log.h"

namespace lottery::compliance {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using protocol::net::HttpAnswer;

namespace {
constexpr std::string_view kShow = "/terminal-checks/";

HttpAnswer Json(int status, const json::object& body) {
  return {status, "application/json; charset=utf-8", base::ToPretty(body)};
}

// The first seal leaf of the draw: the one that counts.
Result<crypto::Envelope> SealOf(const protocol::DrawId& draw, const protocol::Trust& trust,
                                const AuditView& audit) {
  const auto* entry = audit.First("seal", draw);
  if (entry == nullptr) return Fail(ErrorCode::kNotSealed, draw.ToText());
  LOTTERY_TRY(const auto text, base::GetString(entry->body, "envelope"));
  return protocol::OpenSigned(text, protocol::kTypeSeal, trust.KeysFor("seal"), 1);
}
}  // namespace

Result<Heard> HearCheck(std::string_view text, const protocol::Trust& trust,
                        const AuditView& audit) {
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeTerminalCheck));
  Heard heard;
  LOTTERY_TRY(heard.check, protocol::ParseTerminalCheck(envelope.body));
  bool known = false, signed_by_it = false;
  for (const auto& [id, key] : audit.keys) {
    if (key.terminal != heard.check.terminal) continue;
    known = true;
    signed_by_it = signed_by_it || envelope.SignedBy(key.public_key);
  }
  if (!known) return Fail(ErrorCode::kUnknownTerminal, std::to_string(heard.check.terminal));
  if (!signed_by_it) return Fail(ErrorCode::kBadSignature, "not the terminal's key");
  LOTTERY_TRY(const auto sealed, SealOf(heard.check.draw, trust, audit));
  LOTTERY_TRY(const auto seal, protocol::ParseSeal(sealed.body));
  heard.terminals = seal.terminals;
  heard.judged = heard.check.seal == protocol::BodyHash(sealed)
                     ? protocol::Judge(heard.check, seal)
                     : Fail(ErrorCode::kSplitView, "the terminal was shown another seal");
  return heard;
}

Result<std::unique_ptr<TerminalChecks>> TerminalChecks::Open(std::string folder,
                                                             protocol::Trust trust,
                                                             Control& control) {
  LOTTERY_TRY(auto lock, base::FolderLock::Take(folder));
  std::unique_ptr<TerminalChecks> checks(
      new TerminalChecks(std::move(folder), std::move(lock), std::move(trust), control));
  LOTTERY_TRY_VOID(checks->Load());
  return checks;
}

// A last line torn by a crash was never answered: the terminal sends it again.
Status TerminalChecks::Load() {
  LOTTERY_TRY(const auto names, base::ListFiles(folder_));
  for (const auto& name : names) {
    if (!name.ends_with(".jsonl")) continue;
    const std::string path = folder_ + "/" + name;
    LOTTERY_TRY(auto text, base::ReadFile(path));
    const auto whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    if (whole != text.size()) {
      text.resize(whole);
      LOTTERY_TRY_VOID(base::WriteFile(path, text, 0600));
    }
    OfDraw& draw = draws_[name.substr(0, name.size() - 6)];
    for (const auto line : base::Split(text, '\n')) {
      if (line.empty()) continue;
      LOTTERY_TRY(const auto entry, base::ParseJsonObject(line));
      LOTTERY_TRY(const auto terminal,
                  base::GetIntIn(entry, "terminal", 1, protocol::kMostTerminal));
      LOTTERY_TRY(draw.terminals, base::GetInt(entry, "terminals"));
      Last& last = draw.reports[static_cast<std::uint32_t>(terminal)];
      LOTTERY_TRY(last.differs, base::GetString(entry, "differs"));
      LOTTERY_TRY(last.at, base::GetTime(entry, "at"));
      ++last.reports;
    }
  }
  return {};
}

std::optional<HttpAnswer> TerminalChecks::Serve(const protocol::net::HttpRequest& request) {
  if (request.method == "POST" && request.target == "/terminal-check") return Add(request.body);
  if (request.method == "GET" && request.target.starts_with(kShow))
    return Show(std::string_view(request.target).substr(kShow.size()));
  return std::nullopt;
}

HttpAnswer TerminalChecks::Add(const std::string& text) {
  Heard heard;
  const auto asked = control_.AskAudit([&](const AuditView& audit) -> Status {
    LOTTERY_TRY(heard, HearCheck(text, trust_, audit));
    return {};
  });
  if (!asked) return Json(422, base::ToJson(asked.error()));
  const std::string draw = heard.check.draw.ToText();
  const std::string differs = heard.judged ? ""
                                           : std::string(base::NameOf(heard.judged.error().code)) +
                                                 " " + heard.judged.error().detail;
  const std::lock_guard lock(mutex_);
  OfDraw& known = draws_[draw];
  const auto found = known.reports.find(heard.check.terminal);
  Last last = found == known.reports.end() ? Last{} : found->second;
  if (last.reports != 0 && heard.check.at <= last.at)
    return Json(200, {{"draw", draw}, {"agrees", last.differs.empty()}, {"differs", last.differs}});
  if (last.reports == kMostChecksKept) return Json(429, {{"kept", last.reports}});
  if (const auto kept = Keep(heard, differs, text); !kept)
    return Json(500, base::ToJson(kept.error()));
  known.terminals = heard.terminals;
  ++last.reports;
  last.differs = differs;
  last.at = heard.check.at;
  known.reports[heard.check.terminal] = last;
  if (!differs.empty())
    base::LogError("TERMINAL DIFFERS " + draw + " " + std::to_string(heard.check.terminal) + ": " +
                   differs);
  return Json(200, {{"draw", draw}, {"agrees", differs.empty()}, {"differs", differs}});
}

Status TerminalChecks::Keep(const Heard& heard, const std::string& differs,
                            const std::string& text) {
  LOTTERY_TRY(auto file, base::DurableAppender::Open(FileOf(heard.check.draw.ToText()), 0600));
  return file.Append(base::ToLine(json::object{{"terminal", heard.check.terminal},
                                               {"terminals", heard.terminals},
                                               {"at", base::ToIso(heard.check.at)},
                                               {"differs", differs},
                                               {"envelope", text}}));
}

// How many of the sealed terminals have reported: who stays silent is looked for by people.
HttpAnswer TerminalChecks::Show(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = draws_.find(std::string(name));
  if (found == draws_.end()) return Json(404, {{"draw", name}, {"reported", 0}});
  json::array differ;
  for (const auto& [terminal, last] : found->second.reports) {
    if (!last.differs.empty())
      differ.push_back(json::object{{"terminal", terminal}, {"why", last.differs}});
  }
  const auto reported = static_cast<std::int64_t>(found->second.reports.size());
  const auto agree = reported - static_cast<std::int64_t>(differ.size());
  return Json(200, {{"draw", name},
                    {"terminals", found->second.terminals},
                    {"reported", reported},
                    {"agree", agree},
                    {"differ", std::move(differ)}});
}

}  // namespace lottery::compliance
