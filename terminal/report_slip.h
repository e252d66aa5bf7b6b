// A shift's report on paper, in both languages.
#pragma once

#include "terminal/report.h"

namespace lottery::terminal {

/// Lines for SlipImage. `commission_permille` 0: no rate is agreed, and none is printed.
std::vector<std::string> ReportLines(const Shift& shift, std::uint32_t terminal,
                                     int commission_permille);

}  // namespace lottery::terminal
