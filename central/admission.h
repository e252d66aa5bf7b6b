// Who is let in when more messages come than the machine can answer. Whoever gets an answer then is
// told with it when to come with the next message: a round later, and a round is as long as it
// takes for seven in ten to come to their places and three to be invited before. A stretch in which
// the machine stands still so makes a gap in what comes a round later, and heals; places at a
// steady rate would leave everybody late for ever. A round is a little too long on purpose: while
// less waits than should, whoever is answered may come again at once, and that works within
// milliseconds, a round only a round later. A sender without a place is refused once when the flood
// begins, before anything is spent on its message, and seldom again. Not safe for threads; time
// comes in as steady milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace lottery::central {

/// What comes in at the moment.
struct Traffic {
  int inside = 0;  // messages let in that have no answer yet
  bool flooded = false;
};

class Admission {
 public:
  /// How long before its place a message is let in.
  static constexpr double kInsideMs = 20;
  /// How long after it a place is still the sender's: lines may be slow.
  static constexpr double kKeptMs = 1000;
  /// Nobody is sent away for longer; whose place is farther asks again then.
  static constexpr double kFarthestMs = 1000;
  /// What waits to be read or checked, in milliseconds of the machine's work: so much that there is
  /// a flood, if for so long; so little that there is none, if for a round, kCalmMs at least and
  /// kLongCalmMs at most. What stood still a round ago leaves a gap, and who has a place behind it
  /// is still to come.
  static constexpr double kTooLongMs = 20, kTooLongForMs = 10;
  static constexpr double kShortMs = 2, kCalmMs = 50, kLongCalmMs = 500;
  /// What has no answer yet under a flood, beside what waits for its commit or for the commit
  /// before: so much that the round grows for it; so little that who is answered may come at once.
  /// Less than the machine can bear: what it lacks for the last tenth is time to recover.
  static constexpr double kAimedMs = 10, kInviteMs = 8, kCommits = 1.5;
  /// So much in front of the checkers that in a flood more need not be read yet: what is read is
  /// answered, and refusals at the wrong moment make everybody wait who was let in.
  static constexpr double kEnoughMs = 10;

  /// A sender's, kept for its next message.
  struct Place {
    double at_ms = 0;  // 0: none
    bool invited = false;
    bool favoured = false;  // the last time it was let in, others came later though they waited
  };

  /// `capacity`: messages a millisecond, until it has been seen.
  explicit Admission(double capacity) : least_(capacity / 8), capacity_(capacity) {}

  /// `waiting` messages were let in and are not taken by the checkers yet, who have `checked` so
  /// many ever; `unread` came and are not read. What checkers did in a stretch in which there was
  /// always enough to do is what the whole of them, readers included, can do.
  void Saw(int waiting, int unread, std::uint64_t checked, double now_ms) {
    const bool gap = now_ms - saw_ms_ > kGapMs;
    if (flooded_ && now_ms - saw_ms_ > kKeptMs) EndFlood(now_ms);  // nobody came any more
    const double since_ms = std::clamp(now_ms - saw_ms_, 0.0, kMeasureMs);
    saw_ms_ = now_ms;
    unread_ = unread;
    queue_ms_ = (waiting + unread) / capacity_;
    invited_ms_ = std::max(0.0, invited_ms_ - since_ms);  // by now they came, if they do
    Measure(checked, gap, now_ms);
    if (flooded_) {
      SetRound(since_ms, now_ms);
    } else {
      Watch(now_ms);
    }
    if (queue_ms_ > kShortMs) crowded_ms_ = now_ms;
    if (flooded_ && !first_round_ &&
        now_ms - crowded_ms_ > std::clamp(round_ms_, kCalmMs, kLongCalmMs)) {
      EndFlood(now_ms);
    }
  }

  /// 0: let it in, and tell when it has Left. Else milliseconds after which it may come again, to a
  /// place kept for it: who comes too early is told so again.
  std::uint32_t Ask(Place& place, double now_ms) {
    const bool of_another_flood = place.at_ms > std::max(next_ms_, now_ms);
    const bool has_none = place.at_ms == 0 || of_another_flood || now_ms - place.at_ms > kKeptMs;
    if (has_none) place = {NextPlace(now_ms), false, place.favoured};
    const bool early = place.at_ms - now_ms > kInsideMs;
    if (flooded_ && early) {
      if (!MayInvite(place)) return Until(place, now_ms);
      place.invited = true;
    }
    if (flooded_ && !first_round_) Balance(place.invited || has_none);
    place = {0, false, place.invited};
    ++inside_;
    return 0;
  }

  /// One that was let in has its answer, or nobody waits for it any more, or it waits elsewhere.
  void Left() { --inside_; }
  /// How long a batch took to be durable. What kLonger of them took longer than of late: a machine
  /// without other work would wait for that as well.
  void Committed(double took_ms) {
    if (commit_ms_ == 0) commit_ms_ = took_ms;
    commit_ms_ *= 1 + kCommitWeight * (took_ms < commit_ms_ ? -kLonger : 1 - kLonger);
  }
  bool flooded() const { return flooded_; }
  int enough() const { return static_cast<int>(kEnoughMs * capacity_); }
  Traffic traffic() const { return {inside_, flooded_}; }

  /// With an answer, under a flood: keeps a place for the sender's next message. Milliseconds after
  /// which it may come, 0 for at any time.
  std::uint32_t Book(Place& place, double now_ms) {
    if (!flooded_ || std::max(next_ms_, now_ms + round_ms_) - now_ms <= kInsideMs) return 0;
    place.invited = MayInvite(place);
    if (place.invited) {
      invited_ms_ += 1 / capacity_;
      place.at_ms = now_ms;
      return 0;
    }
    place.at_ms = NextPlace(now_ms);
    return Until(place, now_ms);
  }

 private:
  // In a flood what is checked over half a second is what the machine does, answers and commits
  // included; a burst of checks between two commits is not.
  static constexpr double kMeasureMs = 40, kWeight = 0.3, kWeightInFlood = 0.1, kWeightIdle = 0.03;
  /// Nothing came for so long: nothing was there to be done.
  static constexpr double kGapMs = 20;
  static constexpr double kGain = 0.5, kCommitWeight = 1 / 32.0;
  /// So many commits take longer than the one that is waited for anyway.
  static constexpr double kLonger = 0.8;
  /// How close together places are given, of what the machine can do: in the first round, in which
  /// what came at once must be made up for; later, when answers come batch by batch.
  static constexpr double kFirstSpread = 0.5, kSpread = 1.1;
  /// Of the first round. After the first of these whoever was there at the beginning has asked: a
  /// round that is too short has them wait inside until it has grown. After the second not
  /// everybody's place is waited for, after the third not even what came at once.
  static constexpr double kFirstMs = 200, kLongFirstMs = 500, kLongestFirstMs = 2000;
  /// Inside in a flood: so much that it is the machine that is slow.
  static constexpr double kBusyMs = 4;
  /// So many of those let in should be invited, and by what part a round changes in a millisecond
  /// of work for what is too few or too many. More than half cannot be, as nobody is twice running.
  static constexpr double kInvitedShare = 0.3, kBalance = 0.001, kShareWeight = 0.001;

  void EndFlood(double now_ms) {
    flooded_ = first_round_ = false;
    round_ms_ = 0;
    next_ms_ = now_ms;  // far places were given out too slowly: whoever comes is welcome
  }

  void Measure(std::uint64_t checked, bool gap, double now_ms) {
    busy_ = busy_ && !gap && HasEnoughToDo();
    if (now_ms - measured_ms_ < kMeasureMs) return;
    const double seen = static_cast<double>(checked - checked_) / (now_ms - measured_ms_);
    rate_ += kWeightInFlood * (seen - rate_);
    if (busy_ && checked != checked_) {  // else the whole machine stood still
      const double weight = flooded_ ? kWeightInFlood : kWeight;
      capacity_ = std::max(least_, capacity_ + weight * (seen - capacity_));
    } else if (!busy_) {  // they can do that at least
      const double weight = flooded_ ? kWeightIdle : kWeight;
      capacity_ += weight * std::max(0.0, seen - capacity_);
    }
    measured_ms_ = now_ms;
    checked_ = checked;
    busy_ = HasEnoughToDo();
  }

  // A stall makes everybody wait once and is no flood.
  void Watch(double now_ms) {
    next_ms_ = std::min(next_ms_, now_ms + queue_ms_);
    const bool was_long = std::exchange(long_, queue_ms_ > kTooLongMs);
    if (!was_long) long_since_ms_ = now_ms;
    if (!long_ || now_ms - long_since_ms_ < kTooLongForMs) return;
    flooded_ = first_round_ = true;
    began_ms_ = now_ms;
    invited_share_ = kInvitedShare;
    next_ms_ = std::max(next_ms_, now_ms + queue_ms_);  // what waits goes first
  }

  // The first round ends when everybody has a place and what came at once is worked off. From then
  // on more inside makes the round longer; it tells a round later, so a little at a time.
  void SetRound(double since_ms, double now_ms) {
    const double given_ms = next_ms_ - now_ms;
    if (first_round_) {
      const double first_ms = now_ms - began_ms_;
      if (first_ms < std::clamp(given_ms, kFirstMs, kLongFirstMs)) return;
      if (InsideMs() > kAimedMs && first_ms < kLongestFirstMs) return;
      first_round_ = false;
      round_ms_ = std::max(0.0, given_ms);
    }
    round_ms_ += kGain * since_ms * std::max(0.0, InsideMs() - kAimedMs) / (round_ms_ + kAimedMs);
  }

  // One more was let in, and either did not have to wait for it or came to its place.
  void Balance(bool at_once) {
    invited_share_ += kShareWeight * ((at_once ? 1 : 0) - invited_share_);
    const double too_short = kInvitedShare - invited_share_;
    round_ms_ =
        std::max(0.0, round_ms_ + kBalance / capacity_ * too_short * (round_ms_ + kAimedMs));
  }

  bool HasEnoughToDo() const {
    return queue_ms_ >= kShortMs || (flooded_ && InsideMs() >= kBusyMs);
  }
  // Without those who only wait for a disk: there are so many whatever the machine has to do.
  double InsideMs() const {
    return (inside_ + unread_ - kCommits * commit_ms_ * rate_) / capacity_;
  }
  // Nobody twice running: quiet moments would serve the same few over and over.
  bool MayInvite(const Place& place) const {
    return !place.favoured && InsideMs() + invited_ms_ < kInviteMs;
  }

  double NextPlace(double now_ms) {
    const double apart_ms = 1 / ((first_round_ ? kFirstSpread : kSpread) * capacity_);
    return next_ms_ = std::max(next_ms_ + apart_ms, now_ms + round_ms_);
  }

  static std::uint32_t Until(const Place& place, double now_ms) {
    const double wait = place.at_ms - now_ms - kInsideMs / 2;
    return static_cast<std::uint32_t>(std::clamp(wait, 0.0, kFarthestMs)) + 1;
  }

  const double least_;
  double capacity_;  // messages a millisecond, as seen
  double round_ms_ = 0, next_ms_ = 0, began_ms_ = 0;
  double measured_ms_ = 0, crowded_ms_ = 0, saw_ms_ = 0;
  double queue_ms_ = 0, invited_ms_ = 0, commit_ms_ = 0, rate_ = 0;
  double invited_share_ = 0, long_since_ms_ = 0;
  int inside_ = 0, unread_ = 0;
  std::uint64_t checked_ = 0;
  bool flooded_ = false, first_round_ = false;
  bool busy_ = false, long_ = false;
};

}  // namespace lottery::central
