// Who is let in when more messages come than can be verified. Places are given out at the rate the
// workers together are seen to keep up with. Whose place is near is let in; whose is not is told
// when it is, and is let in when it comes again. Whoever gets an answer under overload is told its
// next place with it: so a sender is refused once when the flood begins and not again, in order of
// arrival, before anything is spent on the message. Not safe for threads; time comes in as steady
// milliseconds, at which a worker looked at its sockets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace lottery::central {

class Admission {
 public:
  /// How long a message may wait for its place inside.
  static constexpr double kInsideMs = 20;
  /// Sockets found ready by all workers together, the queue in front of them: so long that there is
  /// overload; so short that there is none, if for kCalmMs and nobody waits for a far place.
  static constexpr int kTooMany = 600, kFew = 60;
  static constexpr double kCalmMs = 50;
  static constexpr double kLeast = 0.5, kMost = 1000;  // messages a millisecond

  explicit Admission(std::size_t workers) : ready_(workers) {}

  /// A worker's look found `ready` sockets. What was let in over a stretch in which the workers
  /// never ran out of work is what they can do.
  void Saw(std::size_t worker, int ready, double now_ms) {
    ready_[worker] = ready;
    const int waiting = std::accumulate(ready_.begin(), ready_.end(), 0);
    busy_ = busy_ && waiting >= kFew;
    if (now_ms - measured_ms_ >= kMeasureMs) Measure(waiting, now_ms);
    SetRate(now_ms);
    if (waiting > kTooMany) overloaded_ = true;
    if (waiting > kFew) crowded_ms_ = now_ms;
    if (now_ms - crowded_ms_ > kCalmMs && next_ms_ - now_ms < kInsideMs) overloaded_ = false;
  }

  /// 0: let it in. Else milliseconds after which it may come again, to a place kept for it:
  /// `reserved_ms` is the sender's, 0 when none is kept. Who comes too early is told so again.
  /// `now_ms`: of the look. All of it came before, and the time spent on those in front does not
  /// bring a place nearer.
  std::uint32_t Ask(double& reserved_ms, double now_ms) {
    if (reserved_ms == 0) reserved_ms = NextPlace(now_ms);
    if (overloaded_ && reserved_ms - now_ms > kInsideMs) return Until(reserved_ms, now_ms);
    late_ms_ += kLateWeight * (now_ms - reserved_ms - late_ms_);
    reserved_ms = 0;
    ++let_in_;
    return 0;
  }

  /// With an answer, under overload: keeps the place behind everybody for the sender's next message.
  /// Milliseconds after which it may come, 0 for at any time.
  std::uint32_t Book(double& reserved_ms, double now_ms) {
    if (!overloaded_ || next_ms_ - now_ms <= kInsideMs) return 0;
    reserved_ms = NextPlace(now_ms);
    return Until(reserved_ms, now_ms);
  }

 private:
  static constexpr double kMeasureMs = 5, kWeight = 0.1, kLateWeight = 0.01, kGain = 0.7,
                          kLeastShare = 0.5, kMostShare = 1.2, kLeastStretchMs = 50;

  void Measure(int waiting, double now_ms) {
    const double seen = let_in_ / (now_ms - measured_ms_);
    if (busy_) capacity_ = capacity_ == 0 ? seen : capacity_ + kWeight * (seen - capacity_);
    measured_ms_ = now_ms;
    let_in_ = 0;
    busy_ = waiting >= kFew;
  }

  // Who comes when told comes before its place. The workers are behind when it is let in after it;
  // places already given cannot be taken back, so what is too late is made up for by those still to
  // be given, over as long a stretch as is given away.
  void SetRate(double now_ms) {
    if (capacity_ == 0) return;
    const double given_ms = std::max(next_ms_ - now_ms, kLeastStretchMs);
    const double share = std::clamp(1 - kGain * late_ms_ / given_ms, kLeastShare, kMostShare);
    rate_ = std::clamp(capacity_ * share, kLeast, kMost);
  }

  double NextPlace(double now_ms) { return next_ms_ = std::max(next_ms_, now_ms) + 1 / rate_; }
  static std::uint32_t Until(double place_ms, double now_ms) {
    return static_cast<std::uint32_t>(std::max(0.0, place_ms - now_ms - kInsideMs / 2)) + 1;
  }

  std::vector<int> ready_;  // by worker
  double capacity_ = 0, rate_ = kMost;
  double next_ms_ = 0, measured_ms_ = 0;
  double crowded_ms_ = 0;
  double late_ms_ = 0;  // how long after their places messages are let in; less than 0 is before
  int let_in_ = 0;
  bool overloaded_ = false;
  bool busy_ = false;
};

}  // namespace lottery::central
