// How long to wait before the next attempt on a line that does not answer: twice as long each time,
// up to a bound, and never all terminals at one moment.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lottery::terminal {

class Backoff {
 public:
  static constexpr std::uint32_t kFirstMs = 50, kMostMs = 5'000;

  /// `random` is any number; up to a quarter of the pause is taken off by it.
  std::uint32_t NextMs(std::uint32_t random) {
    const std::uint32_t pause = next_ms_;
    next_ms_ = std::min(2 * next_ms_, kMostMs);
    return pause - random % (pause / 4 + 1);
  }
  void Reset() { next_ms_ = kFirstMs; }

 private:
  std::uint32_t next_ms_ = kFirstMs;
};

}  // namespace lottery::terminal
