// What a player may expect, by enumeration: every outcome of 3D is tried, and of the lotto games
// every way to fill a line is counted ball by ball. By the control's own games and amounts.
#pragma once

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
  std::int64_t all = 0;  // equally likely cases
  std::vector<OddsTier> tiers;
  /// Of the stake, in parts per million, that prizes of a fixed amount give back.
  std::int64_t fixed_return_ppm = 0;
  std::int64_t any_prize = 0;  // cases in which a line wins
};
/// Of the rules that hold for a draw. Errors: kUnknownGame, kOldRule.
Result<std::vector<OddsPlay>> Odds(const protocol::DrawId& draw);
base::json::object ToJson(const OddsPlay& play);
std::string OddsText(const std::vector<OddsPlay>& plays);

}  // namespace lottery::compliance
