#include "base/log_limit.h"

#include <string>

#include "base/clock.h"
#include "base/log.h"

namespace lottery::base {
namespace {
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
}  // namespace

bool LogLimit::Take(std::int64_t steady_ms) {
  if (taken_ == 0 || steady_ms - minute_began_ms_ >= kMinuteMs) {
    taken_ = 0;
    minute_began_ms_ = steady_ms;
  }
  if (taken_ >= lines_a_minute_) {
    ++left_out_;
    return false;
  }
  ++taken_;
  return true;
}

void WarnWithin(LogLimit& limit, std::string_view text) {
  if (!limit.Take(SteadyMs())) return;
  if (const auto left_out = limit.TakeLeftOut(); left_out != 0)
    LogWarn(std::to_string(left_out) + " lines like the next one were left out");
  LogWarn(text);
}

}  // namespace lottery::base
