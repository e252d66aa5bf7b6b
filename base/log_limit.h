// A peer that errs a thousand times a second must not fill the log: so many lines a minute are
// written, the others are counted. A value; the caller has the clock and a lock, where it needs
// one.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace lottery::base {

class LogLimit {
 public:
  /// At most `lines_a_minute` lines in each minute, which begins with its first line.
  explicit LogLimit(int lines_a_minute) : lines_a_minute_(lines_a_minute) {}
  /// Whether a line may be written at `steady_ms` (SteadyMs of base/clock.h).
  bool Take(std::int64_t steady_ms);
  /// Lines refused since this was last asked.
  std::uint64_t TakeLeftOut() { return std::exchange(left_out_, 0); }

 private:
  int lines_a_minute_;
  int taken_ = 0;
  std::int64_t minute_began_ms_ = 0;
  std::uint64_t left_out_ = 0;
};

/// Warns of `text` if `limit` has room, and says before it how many lines were left out since the
/// last one. On one thread at a time.
void WarnWithin(LogLimit& limit, std::string_view text);

}  // namespace lottery::base
