// What stands on a ticket. docs/formats/ticket.md says where each line comes from. The same face
// makes the text and the picture.
#pragma once

#include <map>
#include <vector>

#include "terminal/till.h"

namespace lottery::terminal {

struct TicketCodes {
  std::string public_code, secret_code;
};

/// When draws close, as central's status told it; a draw that is not there stands without its day.
using Calendar = std::map<protocol::DrawId, base::UtcTime>;
Calendar CalendarOf(const wire::Status& status);

struct TicketFace {
  struct Line {
    std::string play;     // "单式 single"
    std::string numbers;  // "01 05 11 17 23 30 + 09"
  };
  std::string game;         // "双色球 Double Colour Ball"
  std::string draws;        // "2026097 — 2026099，共 3 期 draws"
  std::string days;         // "2026-08-20 周四 Thu"; empty when unknown
  std::vector<Line> lines;  // at most games::kMaxBets
  std::uint32_t multiplier = 1;
  base::Money price;
  std::string terminal, cashier;  // "1001-17": terminal and sequence number
  std::string sold;               // Beijing time
  std::string claim_until;        // last day for the first draw; empty when its day is unknown
  TicketCodes codes;
  std::string original;   // of an exchange ticket: the number of the ticket it came of, else empty
  bool reprint = false;   // 补打: may have been printed before
  bool training = false;  // never valid
};

/// Pre: `sold` gives a ticket.
TicketFace FaceOf(const Confirmed& sold, const Calendar& calendar);
/// For a screen: UTF-8, one item a line.
std::string TicketText(const TicketFace& face);

}  // namespace lottery::terminal
