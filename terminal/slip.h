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

/// The id that a slip's line has, also where the slip itself is refused; empty when it has none.
std::string SlipId(std::string_view line);
/// One JSON object whose members are those of docs/formats/slips.md and no others. With `checked`
/// an illegal slip is refused here; otherwise it goes to central as it is. Errors: kBadJson, and
/// those of games::CheckOrder.
Result<Slip> ParseSlip(std::string_view line, bool checked);

}  // namespace lottery::terminal
