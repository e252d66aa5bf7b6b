// Who is let in when more messages come than can be verified. Places are given out at the rate at
// which the checkers are seen to keep up. Whose place is near is let in; whose is not is told
// when it is, and is let in when it comes again. Whoever gets an answer under overload is told its
// next place with it: so a sender is refused once when the flood begins and not again, in order of
// arrival, before anything is spent on the message. Not safe for threads; time comes in as steady
// milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lottery::central {

class Admission {
 public:
  /// How long before its place a message is let in.
  static constexpr double kInsideMs = 20;
  /// How long after it a place is still the sender's: lines may be slow.
  static constexpr double kKeptMs = 1000;
  /// Nobody is sent away for longer; whose place is farther asks again then.
  static constexpr double kFarthestMs = 1000;
  /// What waits to be read or checked, in milliseconds of the checkers' work: so much that there is
  /// overload; as much as there should be under it; so little that there is none, if for kCalmMs
  /// and nobody waits for a far place.
  static constexpr double kTooLongMs = 40, kAimedMs = 10, kShortMs = 2, kCalmMs = 50;
  /// So much of it in front of the checkers that nobody else is let in, place or not. Whose place
  /// is due is not refused for what is not read yet: that stands behind it.
  static constexpr double kFullMs = 24;

  /// `capacity`: messages a millisecond, until it has been seen.
  explicit Admission(double capacity)
      : least_(capacity / 8), capacity_(capacity), rate_(capacity) {}

  /// `waiting` messages were let in and are not taken by the checkers yet, who have `checked` so
  /// many ever; `unread` came and are not read, and this one may have waited `waited_ms` for that.
  /// What checkers did in a stretch in which there was always something to read or to check is what
  /// the whole of them, readers included, can do.
  void Saw(int waiting, int unread, std::uint64_t checked, double now_ms, double waited_ms = 0) {
    ahead_ms_ = waiting / capacity_;
    queue_ms_ = (waiting + unread) / capacity_;
    // A stall makes everybody wait once and is no flood; in a flood waits are what it is about.
    pressed_ms_ = overloaded_ ? std::max(queue_ms_, waited_ms + ahead_ms_) : queue_ms_;
    invited_ms_ = std::max(0.0, invited_ms_ - (now_ms - saw_ms_));  // by now they came, if they do
    saw_ms_ = now_ms;
    busy_ = busy_ && pressed_ms_ >= kShortMs;
    if (now_ms - measured_ms_ >= kMeasureMs) {
      Measure(checked, now_ms);
      busy_ = pressed_ms_ >= kShortMs;
    }
    SetRate(now_ms);
    if (!overloaded_) next_ms_ = std::min(next_ms_, now_ms + queue_ms_);
    if (queue_ms_ > kTooLongMs) overloaded_ = true;
    if (overloaded_) next_ms_ = std::max(next_ms_, now_ms + queue_ms_);  // what waits goes first
    if (queue_ms_ > kShortMs) crowded_ms_ = now_ms;
    if (overloaded_ && now_ms - crowded_ms_ > kCalmMs) {
      overloaded_ = false;
      next_ms_ = now_ms;  // far places were given out too slowly: whoever comes is welcome
    }
  }

  /// 0: let it in. Else milliseconds after which it may come again, to a place kept for it:
  /// `reserved_ms` is the sender's, 0 when none is kept. Who comes too early is told so again; who
  /// comes when the queue is full goes behind everybody, far away: places are given a round ahead,
  /// so a machine that slows down has given too many.
  std::uint32_t Ask(double& reserved_ms, double now_ms) {
    if (reserved_ms == 0 || now_ms - reserved_ms > kKeptMs) reserved_ms = NextPlace(now_ms);
    const bool early = reserved_ms - now_ms > kInsideMs;
    if (overloaded_ && !early && ahead_ms_ > kFullMs) {
      reserved_ms = NextPlace(now_ms);
      return Until(reserved_ms, now_ms);
    }
    if (overloaded_ && early && queue_ms_ >= kShortMs) return Until(reserved_ms, now_ms);
    reserved_ms = 0;
    return 0;
  }

  /// With an answer, under overload: keeps the place behind everybody for the sender's next
  /// message. Milliseconds after which it may come, 0 for at any time. While less waits than
  /// should, so many as are missing may come at once, with a place that is due.
  std::uint32_t Book(double& reserved_ms, double now_ms) {
    if (!overloaded_ || next_ms_ - now_ms <= kInsideMs) return 0;
    if (queue_ms_ + invited_ms_ < kAimedMs) {
      invited_ms_ += 1 / capacity_;
      reserved_ms = now_ms;
      return 0;
    }
    reserved_ms = NextPlace(now_ms);
    return Until(reserved_ms, now_ms);
  }

 private:
  // In a flood what is checked over half a second is what the machine does, answers and commits
  // included; a burst of checks between two commits is not.
  static constexpr double kMeasureMs = 40, kWeight = 0.3, kWeightInFlood = 0.1;
  static constexpr double kGain = 0.7, kLeastShare = 0.5, kMostShare = 1.2, kLeastStretchMs = 50;

  void Measure(std::uint64_t checked, double now_ms) {
    const double seen = static_cast<double>(checked - checked_) / (now_ms - measured_ms_);
    const double weight = overloaded_ ? kWeightInFlood : kWeight;
    if (busy_ && checked != checked_) {  // else the whole machine stood still
      capacity_ = std::max(least_, capacity_ + weight * (seen - capacity_));
    } else if (!busy_) {  // they can do that at least
      capacity_ += (overloaded_ ? kWeightInFlood : 1) * std::max(0.0, seen - capacity_);
    }
    measured_ms_ = now_ms;
    checked_ = checked;
  }

  // Places already given cannot be taken back: what waits too long is made up for by those still to
  // be given, over as long a stretch as is given away.
  void SetRate(double now_ms) {
    const double given_ms = std::max(next_ms_ - now_ms, kLeastStretchMs);
    const double share = 1 - kGain * (pressed_ms_ - kAimedMs) / given_ms;
    rate_ = capacity_ * std::clamp(share, kLeastShare, kMostShare);
  }

  double NextPlace(double now_ms) { return next_ms_ = std::max(next_ms_, now_ms) + 1 / rate_; }
  static std::uint32_t Until(double place_ms, double now_ms) {
    const double wait = place_ms - now_ms - kInsideMs / 2;
    return static_cast<std::uint32_t>(std::clamp(wait, 0.0, kFarthestMs)) + 1;
  }

  const double least_;
  double capacity_, rate_;  // messages a millisecond: seen, and of places given
  double next_ms_ = 0, measured_ms_ = 0;
  double crowded_ms_ = 0, queue_ms_ = 0, ahead_ms_ = 0;
  double invited_ms_ = 0, saw_ms_ = 0;
  double pressed_ms_ = 0;  // the queue, in a flood with what nobody has looked at
  std::uint64_t checked_ = 0;
  bool overloaded_ = false;
  bool busy_ = false;
};

}  // namespace lottery::central
