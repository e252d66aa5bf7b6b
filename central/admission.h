// Who is let in when more messages come than can be verified. Slots are given out at the rate the
// worker is seen to keep up with. Whoever's slot is near is let in; whoever's is not is told when
// it is, and is let in when it comes again: so everybody is refused once at most, in order of
// arrival, before anything is spent on the message.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lottery::central {

class Admission {
 public:
  /// How long a message may wait for its slot inside.
  static constexpr double kInsideMs = 30;
  /// Sockets found ready at one look: the queue in front of a worker. Between the two it is as long
  /// as it should be under load.
  static constexpr int kFew = 120, kTooMany = 300;
  /// Overload begins with too many and is over when few have waited for so long.
  static constexpr double kCalmMs = 50;
  static constexpr double kLeast = 0.5, kMost = 1000;  // messages a millisecond

  /// A look at the sockets found `ready` of them. What was let in since the look before, over its
  /// time, is what the worker can do, if it was busy all the while.
  void Saw(int ready, double now_ms) {
    const double elapsed = now_ms - looked_ms_;
    if (busy_ && elapsed > 0.5) {
      const double seen = let_in_ / elapsed;
      capacity_ = capacity_ == 0 ? seen : capacity_ + kWeight * (seen - capacity_);
    }
    const double share = ready > kTooMany ? 0.9 : ready > kFew ? 0.99 : 1.02;
    rate_ = capacity_ == 0 ? kMost : std::clamp(capacity_ * share, kLeast, kMost);
    // Slots are far off and yet nothing waits: the worker can do more than it was seen to do.
    if (ready < kFew / 4 && next_ms_ > now_ms + kInsideMs)
      capacity_ *= 1 + kRise * std::min(elapsed, 1.0);
    busy_ = ready >= kFew / 2;
    if (ready > kTooMany) overloaded_ = true;
    if (ready > kFew / 4) crowded_ms_ = now_ms;
    if (now_ms - crowded_ms_ > kCalmMs) overloaded_ = false;
    looked_ms_ = now_ms;
    let_in_ = 0;
  }

  /// 0: let it in. Else milliseconds after which it may come again, to a slot kept for it:
  /// `reserved_ms` is the sender's, 0 when none is kept. Who comes too early is told so again.
  std::uint32_t Ask(double& reserved_ms) {
    if (reserved_ms == 0) {
      next_ms_ = std::max(next_ms_, looked_ms_) + 1 / rate_;
      reserved_ms = next_ms_;
    }
    // All of a look came before it: the time spent on those in front does not bring the slot
    // nearer.
    const double wait = reserved_ms - looked_ms_;
    if (wait > kInsideMs && overloaded_)
      return static_cast<std::uint32_t>(wait - kInsideMs / 2) + 1;
    reserved_ms = 0;
    ++let_in_;
    return 0;
  }

 private:
  static constexpr double kWeight = 0.2, kRise = 0.0003;
  double capacity_ = 0, rate_ = kMost;
  double next_ms_ = 0, looked_ms_ = 0;
  double crowded_ms_ = 0;
  int let_in_ = 0;
  bool overloaded_ = false;
  bool busy_ = false;
};

}  // namespace lottery::central
