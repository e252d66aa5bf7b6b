#include "central/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

namespace lottery::central {
namespace {

// So many wait, and not for a moment only.
void BeginFlood(Admission& admission, int waiting, int unread, std::uint64_t checked, double& now) {
  admission.Saw(waiting, unread, checked, now);
  admission.Saw(waiting, unread, checked, now += 5);
  admission.Saw(waiting, unread, checked, now += 5);
  ASSERT_TRUE(admission.flooded());
}

TEST(Admission, LetsEverybodyInWhileTheCheckersKeepUp) {
  Admission admission(8);
  double now = 1'000'000;
  for (std::uint64_t n = 0; n < 20'000; ++n) {
    now += 0.1;
    admission.Saw(10, 0, n, now);
    Admission::Place place;
    EXPECT_EQ(admission.Ask(place, now), 0U);
    admission.Left();
    EXPECT_EQ(admission.Book(place, now), 0U);
  }
}

// Checkers who can do sixteen messages a millisecond, though less when refusing takes the machine's
// time; four thousand senders who come back at once, or when they are told.
class Flood {
 public:
  struct Sender {
    double at = 0, came = 0;  // when it comes next, and when it came last
    Admission::Place place;
    int let_in = 0;
  };
  static constexpr double kCanDo = 16, kRefusalMs = 0.01, kEnd = 14'000, kSettled = 5'000;
  /// What nobody may wait for, and what nobody waits for when nothing is wrong.
  static constexpr double kLateMs = 50, kSoonMs = 20;

  explicit Flood(double guess) : senders_(4'000), admission_(guess) {}

  void Run() {
    while (now_ < kEnd) {
      unread_ = static_cast<int>(std::count_if(senders_.begin(), senders_.end(),
                                               [&](const auto& s) { return s.at <= now_; }));
      for (auto& sender : senders_) {
        if (sender.at <= now_ && !full()) Arrive(sender);
      }
      now_ += 0.5;
      work_ += 0.5 * kCanDo * (now_ > slow_from && now_ < slow_from + slow_ms ? kSlow : 1) *
               (1 + swing * std::sin(now_ / kSwingMs));
      while (work_ >= 1 && !queue_.empty()) Finish();
      if (now_ >= durable_) Commit();
      if (queue_.empty()) work_ = 0;
    }
  }

  double slow_from = kEnd, slow_ms = 500, think_ms = 0, swing = 0, commit_ms = 0;
  double short_commit_ms = 0;  // of each twentieth, if not 0
  static constexpr double kSlow = 0.05, kSwingMs = 90, kHealedMs = 600;
  std::vector<Sender> senders_;
  int let_in = 0, late = 0, refused = 0, told_to_wait = 0;  // once settled
  int late_after = 0;  // when the slow stretch should be healed

 private:
  bool settled() const { return now_ > kSettled; }
  bool full() const {
    return admission_.flooded() && static_cast<int>(queue_.size()) > admission_.enough();
  }

  void Arrive(Sender& sender) {
    --unread_;
    admission_.Saw(static_cast<int>(queue_.size()), unread_, checked_, kStart + now_);
    const std::uint32_t wait = admission_.Ask(sender.place, kStart + now_);
    sender.came = std::max(sender.at, 0.0);
    sender.at = wait != 0 ? now_ + wait : kEnd * 2;
    if (wait == 0) {
      queue_.emplace_back(sender.came, &sender);
    } else {
      refused += settled() ? 1 : 0;
      work_ -= kRefusalMs * kCanDo;
    }
  }

  void Finish() {
    auto [since, sender] = queue_.front();
    queue_.pop_front();
    ++checked_;
    work_ -= 1;
    let_in += settled() ? 1 : 0;
    late += settled() && now_ - since > kLateMs ? 1 : 0;
    late_after += now_ > slow_from + slow_ms + kHealedMs && now_ - since > kSoonMs ? 1 : 0;
    ++sender->let_in;
    gathering_.push_back(sender);
  }

  // What was checked during one commit is in the next.
  void Commit() {
    if (!committing_.empty()) admission_.Committed(took_);
    for (Sender* sender : committing_) Answer(sender);
    committing_ = std::exchange(gathering_, {});
    took_ = short_commit_ms != 0 && ++commits_ % 20 == 0 ? short_commit_ms : commit_ms;
    durable_ = now_ + took_;
  }

  void Answer(Sender* sender) {
    admission_.Left();
    const std::uint32_t wait = admission_.Book(sender->place, kStart + now_);
    told_to_wait += settled() && wait != 0 ? 1 : 0;
    sender->at = now_ + std::max<double>(think_ms, wait);
  }

  static constexpr double kStart = 1'000'000;
  Admission admission_;
  std::deque<std::pair<double, Sender*>> queue_;
  std::vector<Sender*> gathering_, committing_;
  std::uint64_t checked_ = 0;
  int unread_ = 0, commits_ = 0;
  double now_ = 1, work_ = 0, durable_ = 0, took_ = 0;
};

// With what admission takes the checkers for before it has seen them.
class Floods : public testing::TestWithParam<double> {
 protected:
  Flood flood{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(FirstGuess, Floods, testing::Values(8, 12, 16, 32));

TEST_P(Floods, UnderOverloadGivesPlacesInOrderAndRefusesOnce) {
  flood.Run();
  const auto [least, most] =
      std::minmax_element(flood.senders_.begin(), flood.senders_.end(),
                          [](const auto& a, const auto& b) { return a.let_in < b.let_in; });
  EXPECT_GT(flood.let_in, 0.97 * Flood::kCanDo * (Flood::kEnd - Flood::kSettled)) << "idle";
  EXPECT_LT(flood.late, flood.let_in / 1000) << "long waits inside";
  EXPECT_LT(flood.refused, flood.let_in / 100) << "refused again though told when to come";
  EXPECT_LE(most->let_in, 1.7 * least->let_in) << "unfair";
}

// Places are given a quarter of a second ahead to a machine whose speed swings in half a second:
// who is let in is checked soon all the same.
TEST_P(Floods, AMachineThatSwingsKeepsNobodyLongInside) {
  flood.swing = 0.3;
  flood.Run();
  EXPECT_LT(flood.late, flood.let_in / 100) << "long waits inside";
  EXPECT_GT(flood.let_in, 0.85 * Flood::kCanDo * (Flood::kEnd - Flood::kSettled)) << "idle";
}

// A disk far away, or a second machine that must have it too: everybody waits longer, nobody less
// is served.
TEST_P(Floods, ASlowCommitCostsNoSales) {
  flood.commit_ms = 25;
  flood.Run();
  EXPECT_GT(flood.let_in, 0.95 * Flood::kCanDo * (Flood::kEnd - Flood::kSettled)) << "idle";
  EXPECT_LT(flood.late, flood.let_in / 100) << "long waits for the checkers";
  EXPECT_LT(flood.refused, flood.let_in / 20);
}

// The machine stands still for a moment: two rounds later nobody waits longer for it.
TEST_P(Floods, AStallInAFloodHeals) {
  flood.slow_from = 8'000;
  flood.slow_ms = 80;
  flood.Run();
  EXPECT_EQ(flood.late_after, 0) << "of " << flood.let_in;
  EXPECT_GT(flood.let_in, 0.93 * Flood::kCanDo * (Flood::kEnd - Flood::kSettled)) << "idle";
}

// The machine is slow for a while when there is no overload otherwise: soon after it nobody is told
// to wait any more.
TEST_P(Floods, AfterASlowStretchNobodyIsToldToWait) {
  flood.think_ms = 400;  // ten a millisecond come, sixteen can be done
  flood.slow_from = 1'500;
  flood.Run();
  EXPECT_EQ(flood.refused, 0);
  EXPECT_EQ(flood.told_to_wait, 0);
}

TEST(Admission, WhoComesTooEarlyKeepsItsPlaceAndWaits) {
  Admission admission(5);
  double now = 1'000'000;
  BeginFlood(admission, 1'000, 0, 0, now);
  Admission::Place place;
  std::uint32_t wait = 0;
  for (int i = 0; i < 500; ++i) {
    place = {};
    wait = admission.Ask(place, now);
  }
  ASSERT_GT(wait, 2U);
  const double at_ms = place.at_ms;
  EXPECT_NE(admission.Ask(place, now + 1), 0U);
  EXPECT_EQ(place.at_ms, at_ms);
  admission.Saw(20, 0, 900, now + wait);
  EXPECT_EQ(admission.Ask(place, now + wait), 0U) << "told to come too early";
  EXPECT_EQ(place.at_ms, 0);
}

// A thousand stand behind whoever asks; in front of the checkers there is room.
TEST(Admission, WhatIsNotReadYetRefusesNobodyInFrontOfIt) {
  Admission admission(10);
  double now = 1'000'000;
  BeginFlood(admission, 10, 1'000, 0, now);
  Admission::Place due{now};
  EXPECT_EQ(admission.Ask(due, now), 0U);
}

// In a flood in which less waits than should, so many as are missing may come at once and are let
// in when they do; the next ones are told their places, and whoever was invited is not invited
// again before it has waited: quiet moments would serve the same few over and over.
TEST(Admission, WhoIsInvitedIsLetInAndWaitsTheNextTime) {
  constexpr int kAMs = 10;
  Admission admission(kAMs);
  double now = 1'000'000;
  BeginFlood(admission, 2'000, 0, 0, now);  // a flood: two hundred milliseconds of places are given
  admission.Saw(0, 0, 0, now);
  std::vector<Admission::Place> invited;
  for (int i = 0; i < 500; ++i) {
    Admission::Place place;
    if (admission.Book(place, now) == 0) invited.push_back(place);
  }
  EXPECT_NEAR(static_cast<double>(invited.size()), kAMs * Admission::kInviteMs, 2);
  admission.Saw(kAMs * 5, 0, 0, now + 5);
  for (auto& place : invited) EXPECT_EQ(admission.Ask(place, now + 5), 0U);
  Admission::Place uninvited;
  EXPECT_NE(admission.Ask(uninvited, now + 5), 0U);
  for (std::size_t i = 0; i < invited.size(); ++i) admission.Left();
  admission.Saw(0, 0, 0, now + 20);
  EXPECT_NE(admission.Book(invited[0], now + 20), 0U);
  Admission::Place another;
  EXPECT_EQ(admission.Book(another, now + 20), 0U);
}

// A terminal that has been changed to come all the time is let in when something is missing, as
// those are who were invited, and not twice running.
TEST(Admission, WhoAlwaysComesEarlyIsServedAsIfInvited) {
  Admission admission(10);
  double now = 1'000'000;
  BeginFlood(admission, 2'000, 0, 0, now);  // a flood
  admission.Saw(0, 0, 0, now);
  Admission::Place place;
  int let_in = 0;
  for (int i = 0; i < 10; ++i) {
    admission.Saw(0, 0, 0, now += 1);
    if (admission.Ask(place, now) != 0) continue;
    ++let_in;
    admission.Left();
    EXPECT_NE(admission.Book(place, now), 0U);
  }
  EXPECT_EQ(let_in, 1);
  for (int i = 0; i < 100; ++i) {
    Admission::Place other;
    admission.Ask(other, now);
  }
  Admission::Place early;
  EXPECT_NE(admission.Ask(early, now), 0U) << "enough are inside";
}

// A place given two seconds ahead in a flood that is over means nothing in the next.
TEST(Admission, APlaceOfAnEarlierFloodIsForgotten) {
  Admission admission(10);
  double now = 1'000'000;
  BeginFlood(admission, 1'000, 0, 0, now);
  Admission::Place far{now + 5'000};
  EXPECT_LT(admission.Ask(far, now), Admission::kFarthestMs);
  EXPECT_LT(far.at_ms, now + 1'000);
}

// What has no answer yet is neither checked nor read any more, and counts.
TEST(Admission, WhatWaitsForItsCommitInvitesNobody) {
  Admission admission(10);
  double now = 1'000'000;
  for (int i = 0; i < 500; ++i) {
    admission.Saw(0, 0, static_cast<std::uint64_t>(i), now += 0.1);
    Admission::Place place;
    ASSERT_EQ(admission.Ask(place, now), 0U);
  }
  BeginFlood(admission, 2'000, 0, 500, now);  // a flood
  admission.Saw(0, 0, 500, now);
  Admission::Place place;
  EXPECT_NE(admission.Book(place, now), 0U);
}

// How far apart places are given to senders who are answered, when nobody is missing.
double Spacing(Admission& admission, std::uint64_t checked, double now) {
  for (int i = 0; i < 600; ++i) {
    Admission::Place none;
    admission.Ask(none, now);
  }
  admission.Saw(0, 250, checked, now);
  Admission::Place first, second;
  EXPECT_NE(admission.Book(first, now), 0U);
  EXPECT_NE(admission.Book(second, now), 0U);
  return second.at_ms - first.at_ms;
}

// It is slower than it was a moment ago, and never without work.
TEST(Admission, AMachineThatBecomesSlowerIsSeen) {
  Admission admission(20);
  double now = 1'000'000;
  for (int i = 0; i < 200; ++i) {
    Admission::Place place;
    admission.Ask(place, now);
  }
  BeginFlood(admission, 2'000, 0, 0, now);  // a flood
  std::uint64_t checked = 0;
  for (int i = 0; i < 500; ++i) admission.Saw(i % 4 == 0 ? 100 : 10, 0, checked += 50, now += 10);
  EXPECT_NEAR(Spacing(admission, checked, now), 1 / 5.5, 0.02);
}

// What is checked in a flood between two commits is no measure of what the machine can do.
TEST(Admission, ABurstInAFloodIsNotTakenForTheMachinesSpeed) {
  Admission admission(10);
  double now = 1'000'000;
  BeginFlood(admission, 2'000, 0, 0, now);
  std::uint64_t checked = 0;
  for (int i = 0; i < 800; ++i) {  // ten a millisecond on the whole, for 40 of each 160 ms 37
    now += 10;
    checked += i % 16 < 4 ? 375U : 8U;
    admission.Saw(i % 4 == 0 ? 100 : 10, 20, checked, now);
  }
  const double spacing = Spacing(admission, checked, now);
  EXPECT_GT(spacing, 1 / 20.0);
  EXPECT_LT(spacing, 1 / 8.0);
}

// Who is invited and does not come, or comes late, leaves checkers with nothing to do: that says
// nothing about what they can do.
TEST(Admission, AFloodThatRunsDryIsNoSlowMachine) {
  Admission admission(10);
  double now = 1'000'000;
  BeginFlood(admission, 2'000, 0, 0, now);
  std::uint64_t checked = 0;
  for (int i = 0; i < 800; ++i) {
    now += 10;
    admission.Saw(i % 4 == 0 ? 25 : 1, 0, checked += 10, now);
  }
  EXPECT_LT(Spacing(admission, checked, now), 1 / 8.0);
}

// Two crowds with nothing between them: the machine was idle then and not slow.
TEST(Admission, SilenceIsNoWork) {
  Admission admission(10);
  double now = 1'000'000;
  std::uint64_t checked = 0;
  for (int i = 0; i < 50; ++i) {
    now += 900;
    admission.Saw(300, 0, checked, now);
    admission.Saw(200, 0, checked += 100, now += 10);
    admission.Saw(100, 0, checked += 100, now += 10);
    checked += 100;
    EXPECT_FALSE(admission.flooded());
  }
  BeginFlood(admission, 2'000, 0, checked, now);
  EXPECT_LT(Spacing(admission, checked, now), 1 / 4.0) << "half as dense as it can do";
}

// What came first is worked off while the crowd is still coming: the round would hold the first few
// only, and everybody would come as often as they may.
TEST(Admission, TheFirstRoundLastsUntilTheCrowdHasCome) {
  Admission admission(20);
  double now = 1'000'000;
  BeginFlood(admission, 500, 0, 0, now);
  admission.Saw(0, 0, 500, now + 30);
  EXPECT_NEAR(Spacing(admission, 500, now + 60), 2 / 20.0, 0.001);
}

// It stood still for a moment a round ago, so nobody comes now; they have places still.
TEST(Admission, AGapInAFloodDoesNotEndIt) {
  Admission admission(20);
  double now = 1'000'000;
  BeginFlood(admission, 500, 0, 0, now);
  Admission::Place last;
  for (int i = 0; i < 8'000; ++i) {
    Admission::Place place;
    admission.Ask(place, now);
    last = place;
  }
  ASSERT_GT(last.at_ms, now + 500);
  for (int i = admission.traffic().inside; i > 0; --i) admission.Left();
  while (now < last.at_ms) admission.Saw(100, 0, 0, ++now);
  for (int i = 0; i < 150; ++i) admission.Saw(0, 0, 0, ++now);
  EXPECT_TRUE(admission.flooded());
  for (int i = 0; i < 500; ++i) admission.Saw(0, 0, 0, ++now);
  EXPECT_FALSE(admission.flooded());
}

// Six hundred at once who are worked off as they should be.
TEST(Admission, ABurstIsNoFlood) {
  Admission admission(16);
  double now = 1'000'000;
  std::uint64_t checked = 0;
  for (int waiting = 600; waiting >= 0; waiting -= 30) {
    admission.Saw(waiting, 0, checked, now);
    EXPECT_FALSE(admission.flooded());
    checked += 30, now += 1;
  }
}

// Nobody has come for minutes: what was told then means nothing to the next crowd.
TEST(Admission, AFloodIsOverWhenNobodyComes) {
  Admission admission(16);
  double now = 1'000'000;
  BeginFlood(admission, 2'000, 0, 0, now);
  now += 60'000;
  admission.Saw(60, 0, 2'000, now);
  EXPECT_FALSE(admission.flooded());
  Admission::Place place;
  EXPECT_EQ(admission.Ask(place, now), 0U);
}

// The database takes long and now and then little: waiting for it is not work, and central does not
// come to believe that it can do no more than it let in.
TEST_P(Floods, UnevenCommitsAreNoSlowMachine) {
  flood.commit_ms = 16;
  flood.short_commit_ms = 3;
  flood.Run();
  EXPECT_GT(flood.let_in, 0.85 * Flood::kCanDo * (Flood::kEnd - Flood::kSettled)) << "idle";
}

// A stall is no reason to send people away once it is over.
TEST(Admission, AStallIsForgotten) {
  Admission admission(16);
  double now = 1'000'000;
  int refused = 0;
  std::uint64_t checked = 0;
  const auto come = [&](int messages, int waiting) {
    for (int i = 0; i < messages; ++i) {
      now += 0.2;
      admission.Saw(waiting, 0, ++checked, now);
      Admission::Place none;
      if (admission.Ask(none, now) == 0) {
        admission.Left();
      } else {
        ++refused;
      }
    }
  };
  come(1'000, 5);
  come(20, 900);
  come(1'000, 5);
  refused = 0;
  come(10'000, 5);
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace lottery::central
