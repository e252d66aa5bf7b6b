// The counter on a screen of 80 by 24: what stands in each row. Chinese characters take two
// columns.
#pragma once

#include <array>

#include "terminal/counter.h"

namespace lottery::terminal {

inline constexpr int kScreenRows = 24, kScreenColumns = 80;

enum class Look { kPlain, kBold, kReverse, kGood, kBad, kDim };
struct Row {
  std::string text;  // at most kScreenColumns columns
  Look look = Look::kPlain;
};
using Screen = std::array<Row, kScreenRows>;

/// `wall` for the clock on the screen, `now_ms` steady for everything that lapses.
Screen View(const CounterState& state, UtcTime wall, std::int64_t now_ms);
/// Columns a UTF-8 text takes on a terminal.
int ColumnsOf(std::string_view text);

}  // namespace lottery::terminal
