// Slips: what a customer asks for, as JSON lines. docs/formats/slips.md describes the members.
#pragma once

#include "base/json.h"
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

/// "01 05 11 17 23 30 + 09" to a bet; bankers before a '|': "01 02 | 05 06 07 08 09 + 03 04".
Result<wire::Bet> ParseBetText(std::string_view text);
std::string BetText(const wire::Bet& bet);

}  // namespace lottery::terminal
