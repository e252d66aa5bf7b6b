// What a player may expect, by enumeration: every outcome of 3D is tried, and of the lotto games
// every way to fill a line is counted ball by ball. By the control's own games and amounts.
#pragma once

#include <optional>

#include "base/json.h"
#include "compliance/own_game.h"
#include "protocol/names.h"

namespace lottery::compliance {

struct OddsTier {
  int tier = 0;
  std::int64_t ways = 0;      // of `all`
  std::int64_t each_fen = 0;  // of a line; 0: the prize floats
};
struct OddsPlay {
  std::string zh, en;
  /// ssq since 2026014: whether 特别规定 is in force, without which 福运奖 is not paid.
  std::optional<bool> special_rule;
  std::int64_t all = 0;  // equally likely cases
  std::vector<OddsTier> tiers;
  /// Of the stake, in parts per million, that prizes of a fixed amount give back.
  std::int64_t fixed_return_ppm = 0;
  std::int64_t any_prize = 0;  // cases in which a line wins
};
/// Of the rules that hold for a draw. Whether the special rule of ssq does follows from the pool
/// before, so who asks says it, or is shown both cases. Errors: kUnknownGame; kOldRule; kUsage for
/// a special rule of a draw that cannot have one.
Result<std::vector<OddsPlay>> Odds(const protocol::DrawId& draw,
                                   std::optional<bool> special_rule = std::nullopt);
base::json::object ToJson(const OddsPlay& play);
std::string OddsText(const std::vector<OddsPlay>& plays);

}  // namespace lottery::compliance
