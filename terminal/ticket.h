// The ticket as text: what the paper shows, Chinese first, and both codes.
#pragma once

#include <string>

#include "terminal/till.h"

namespace lottery::terminal {

struct TicketCodes {
  std::string public_code, secret_code;
};

TicketCodes CodesOf(const Confirmed& sold);
/// Every field a ticket must show (cost, game, selections, draws, time, terminal, codes, claim
/// period). `reprint` marks it 补打.
std::string TicketText(const Confirmed& sold, bool reprint);

}  // namespace lottery::terminal
