// What a keyboard and a scanner send through one channel, told apart. A scanner types a whole code
// faster than any hand, so keys that come within kBurstGapMs of each other are one burst, and a
// burst is never a command: it is a code, or text for the prompt that is open, or nothing. A key is
// known for a single one only when the gap behind it is over, so each key is held back for that
// long.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"

namespace lottery::terminal {

struct Key {
  enum class Kind { kCharacter, kEnter, kBackspace, kEscape, kOther };
  Kind kind = Kind::kCharacter;
  char32_t character = 0;  // half-width; 0 but of kCharacter
};

/// As the terminal sends it, with the steady time at which it was read.
struct Stroke {
  enum class Kind { kCharacter, kCarriageReturn, kLineFeed, kTab, kBackspace, kEscape, kOther };
  Kind kind = Kind::kCharacter;
  char32_t character = 0;
  std::int64_t at_ms = 0;
};

/// One key, or a burst.
struct Input {
  bool burst = false;
  Key key;  // of a single key
  std::string
      text;  // of a burst: half-width UTF-8 up to the line's end, blanks around it taken off
  bool ended = false;  // a line end or a tab came behind the text
  bool mixed = false;  // of a burst: keys that are no text were in it, so the text is not whole
  int strokes = 1;     // how many were pressed
  std::int64_t began_ms = 0;
};

class Keyboard {
 public:
  /// Two keys of a hand are further apart; codes of slow scanners, which are known by their shape
  /// in a prompt all the same, may be.
  static constexpr std::int64_t kBurstGapMs = 80;
  /// A line feed so soon behind a carriage return is the same line end.
  static constexpr std::int64_t kLineEndMs = 500;
  static constexpr std::size_t kLongestBurst = 512;

  void Take(const Stroke& stroke);
  /// What is complete at `now_ms`, in order.
  std::vector<Input> Due(std::int64_t now_ms);
  /// Whether something was pressed that is not told yet.
  bool waiting() const { return !group_.empty(); }

 private:
  void Close();
  std::vector<Stroke> group_;  // less than kBurstGapMs apart
  std::vector<Input> ready_;
  std::int64_t last_return_ms_ = -kLineEndMs - 1;  // of a return that was the last stroke
};

}  // namespace lottery::terminal
