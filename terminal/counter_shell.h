// The counter at work: keyboard and screen (ncurses), one job on the line at a time, the printer.
#pragma once

#include "terminal/counter.h"
#include "terminal/printer.h"
#include "terminal/ticket_image.h"

namespace lottery::terminal {

struct ShellConfig {
  CounterConfig counter;
  Paper paper = Paper::k80mm;
  bool chinese = true;
  std::string control;  // http://host:port; empty: sealed draws are not checked
};

/// Until the cashier quits. Settles first what an earlier run left. Errors: kFileCorrupt (journal),
/// kNoFont.
Status RunCounter(Till& till, Printer& printer, const base::Clock& clock,
                  const protocol::Trust& trust, const ShellConfig& config);

}  // namespace lottery::terminal
