// The rule books as people ask for them: every figure with its source, or only what nobody has
// confirmed.
#pragma once

#include <optional>

#include "base/json.h"
#include "games/rules.h"

namespace lottery::settlement {

struct RulesQuestion {
  std::string game;                  // empty: all of them
  bool unconfirmed = false;          // only figures that no document confirms
  std::optional<std::int32_t> draw;  // only what holds for this draw of the game
};
/// {"game", "path", "value", "status", "source", "note"} a figure, in the order of the data.
/// Errors: kUnknownGame; kUnknownRule for a draw no version covers.
base::Result<std::vector<base::json::object>> RuleFigures(const RulesQuestion& question);
/// The same as lines for a screen, sources written out once below.
std::string RuleFiguresText(const std::vector<base::json::object>& figures);

}  // namespace lottery::settlement
