// The terminal in raw mode (ncurses): draws rows, reads strokes, and is put back as it was at the
// end.
#pragma once

#include <vector>

#include "terminal/counter_view.h"
#include "terminal/keyboard.h"

namespace lottery::terminal {

class TerminalScreen {
 public:
  /// Errors: kUsage where standard input and output are no terminal.
  static base::Status Check();

  TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  ~TerminalScreen();

  /// In a window that is too small nothing but a sentence that says so. Answers whether it was
  /// drawn.
  bool Show(const Screen& screen, bool chinese);
  /// Everything pressed since, waiting `patience_ms` for the first. `gone` is set when the terminal
  /// has gone away and will send nothing any more.
  std::vector<Stroke> Read(int patience_ms, bool& gone);
};

}  // namespace lottery::terminal
