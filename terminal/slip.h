// Slips: what a customer asks for, as JSON lines. docs/formats/slips.md describes the members.
#pragma once

#include "base/json.h"
#include "games/order.h"
#include "protocol/wire.pb.h"

namespace lottery::terminal {

using base::Result;

struct Slip {
  std::string id;
  wire::Order order;       // price filled in, t_hash not
  bool take_back = false;  // "void": true sells and then voids, as at a counter when a customer
                           // changes their mind
};

/// One JSON object. With `checked` an illegal slip is refused here; otherwise it goes to central as
/// it is. Errors: kBadJson, and those of games::CheckOrder.
Result<Slip> ParseSlip(std::string_view line, bool checked);

/// A bet as it is typed. ssq: "01 05 11 17 23 30 + 09"; bankers before a '|': "01 02 | 05 06 07 08
/// 09 + 03 04". 3d: "1 2 3", or several digits a place, "12 3 45"; "g3 1 1 2", doubles and the
/// other, or "g3 123", all pairs; "g6 1 2 3" or "g6 12345". Errors: kUnknownGame, kIllegalBet.
Result<wire::Bet> ParseBetText(std::string_view game, std::string_view text);
/// The numbers as ParseBetText reads them, without the play.
std::string BetText(const wire::Bet& bet);
/// "单式" and "single": how the bet is played.
games::PlayName PlayOf(const wire::Bet& bet);

}  // namespace lottery::terminal
