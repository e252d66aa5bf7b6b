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

/// Until the cashier quits or the terminal goes away. Settles first what an earlier run left.
/// `folder`: the journal's, where cashiers.json is too. Errors: kFileCorrupt (journal, cashiers),
/// kUsage without a terminal.
Status RunCounter(Till& till, Printer& printer, const std::string& folder, const base::Clock& clock,
                  const protocol::Trust& trust, const ShellConfig& config);

}  // namespace lottery::terminal
