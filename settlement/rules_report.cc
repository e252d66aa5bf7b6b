#include "settlement/rules_report.h"

#include <fmt/format.h>

#include <set>

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
namespace {

// A figure's path begins with its version where it belongs to one.
bool HoldsFor(const games::RuleBook& book, const games::Figure& figure,
              const games::RuleVersion& version) {
  const std::string first = figure.path.substr(0, figure.path.find('/'));
  for (const auto& other : book.versions) {
    if (other.name == first) return other.name == version.name;
  }
  return !version.parameters.empty();  // of every version
}

}  // namespace

base::Result<std::vector<base::json::object>> RuleFigures(const RulesQuestion& q) {
  if (!q.game.empty() && !games::IsGame(q.game)) return Fail(ErrorCode::kUnknownGame, q.game);
  if (q.draw && q.game.empty()) return Fail(ErrorCode::kUsage, "a draw is of a game");
  const games::RuleVersion* version = nullptr;
  if (q.draw) {
    LOTTERY_TRY(version, games::RuleFor(q.game, *q.draw));
  }
  std::vector<base::json::object> out;
  for (const auto game : games::kGames) {
    if (!q.game.empty() && q.game != game) continue;
    const auto& book = games::RuleBookOf(game);
    for (const auto& f : book.figures) {
      if (q.unconfirmed && f.status != "unconfirmed") continue;
      if (version != nullptr && !HoldsFor(book, f, *version)) continue;
      base::json::object line{{"game", game},       {"path", f.path},     {"value", f.value},
                              {"status", f.status}, {"source", f.source}, {"note", f.note}};
      out.push_back(std::move(line));
    }
  }
  return out;
}

std::string RuleFiguresText(const std::vector<base::json::object>& figures) {
  std::string out;
  std::set<std::pair<std::string, std::string>> used;
  const auto text = [](const base::json::object& o, const char* key) {
    return std::string(o.at(key).as_string());
  };
  for (const auto& f : figures) {
    const std::string game = text(f, "game"), note = text(f, "note");
    out += fmt::format("{:<4} {:<32} {:>12}  {:<11} [{}]{}{}\n", game, text(f, "path"),
                       text(f, "value"), text(f, "status"), text(f, "source"),
                       note.empty() ? "" : "  ", note);
    for (const auto source : base::Split(f.at("source").as_string(), ' '))
      used.emplace(std::string(source),
                   games::RuleBookOf(game).sources.find(std::string(source))->second);
  }
  out += "\n来源 sources\n";
  for (const auto& [name, what] : used) out += fmt::format("  [{}] {}\n", name, what);
  return out;
}

}  // namespace lottery::settlement
