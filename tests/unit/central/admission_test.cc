#include "central/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lottery::central {
namespace {

TEST(Admission, LetsEverybodyInWhileTheWorkersKeepUp) {
  Admission admission(2);
  double now = 1'000'000;
  for (std::size_t look = 0; look < 2'000; ++look) {
    now += 1;
    admission.Saw(look % 2, 10, now);
    for (int i = 0; i < 10; ++i) {
      double reserved = 0;
      EXPECT_EQ(admission.Ask(reserved, now), 0U);
      EXPECT_EQ(admission.Book(reserved, now), 0U);
    }
  }
}

// Two workers who can do eight messages a millisecond each, but one of them more while the other
// has nothing to do; four thousand senders who come back at once, or when they are told.
class Flood {
 public:
  struct Sender {
    double at = 0, reserved = 0;
    int let_in = 0, refused = 0;
  };
  static constexpr double kCanDo = 8, kAlone = 11, kEnd = 12'000, kSettled = 2'000;

  Flood() : senders_(4'000) {}
  void Run() {
    while (std::min(now_[0], now_[1]) < kEnd) Look(now_[0] <= now_[1] ? 0 : 1);
  }

  std::vector<Sender> senders_;
  int let_in = 0, late = 0, refused = 0;  // once settled

 private:
  void Look(std::size_t worker) {
    double& now = now_[worker];
    const double looked = now;
    std::vector<Sender*> ready;
    for (std::size_t i = worker; i < senders_.size(); i += 2) {
      if (senders_[i].at <= looked) ready.push_back(&senders_[i]);
    }
    admission_.Saw(worker, static_cast<int>(ready.size()), kStart + looked);
    if (ready.empty()) now += 1;
    for (Sender* s : ready) {
      const bool settled = now > kSettled;
      const std::uint32_t wait = admission_.Ask(s->reserved, kStart + looked);
      if (wait != 0) {
        now += 0.01;  // a refusal costs little
        refused += settled ? 1 : 0;
        s->at = now + wait;
        continue;
      }
      now += 1 / (now_[1 - worker] > now + 5 ? kAlone : kCanDo);
      let_in += settled ? 1 : 0;
      late += settled && now - s->at > 60 ? 1 : 0;
      ++s->let_in;
      s->at = now + admission_.Book(s->reserved, kStart + looked);
    }
  }

  static constexpr double kStart = 1'000'000;
  Admission admission_{2};
  double now_[2] = {1, 1};
};

TEST(Admission, UnderOverloadGivesPlacesInOrderAndRefusesOnce) {
  Flood flood;
  flood.Run();
  const auto [least, most] =
      std::minmax_element(flood.senders_.begin(), flood.senders_.end(),
                          [](const auto& a, const auto& b) { return a.let_in < b.let_in; });
  EXPECT_GT(flood.let_in, 0.9 * 2 * Flood::kCanDo * (Flood::kEnd - Flood::kSettled)) << "idle";
  EXPECT_LT(flood.late, flood.let_in / 100) << "long waits inside";
  EXPECT_LT(flood.refused, flood.let_in / 50) << "refused again though told when to come";
  EXPECT_LE(most->let_in, 2 * least->let_in) << "unfair";
}

TEST(Admission, WhoComesTooEarlyKeepsItsPlaceAndWaits) {
  Admission admission(1);
  double now = 1'000'000;
  double reserved = 0;
  std::uint32_t wait = 0;
  for (int look = 0; look < 50 && wait == 0; ++look) {  // more come than five a millisecond
    now += 60;
    admission.Saw(0, 1000, now);
    for (int i = 0; i < 300 && wait == 0; ++i) {
      reserved = 0;
      wait = admission.Ask(reserved, now);
    }
  }
  for (int i = 0; i < 50; ++i) {  // somebody further back
    reserved = 0;
    wait = admission.Ask(reserved, now);
  }
  ASSERT_NE(wait, 0U);
  const double place = reserved;
  admission.Saw(0, 1000, now + 0.1);
  EXPECT_NE(admission.Ask(reserved, now + 0.1), 0U);
  EXPECT_EQ(reserved, place);
  admission.Saw(0, 1000, place);
  EXPECT_EQ(admission.Ask(reserved, place), 0U);
  EXPECT_EQ(reserved, 0);
}

// One long look, after a stall, is no reason to send people away for long.
TEST(Admission, AStallIsForgotten) {
  Admission admission(1);
  double now = 1'000'000;
  int refused = 0;
  const auto look = [&](int ready, double took_ms) {
    now += took_ms;
    admission.Saw(0, ready, now);
    for (int i = 0; i < ready; ++i) {
      double none = 0;
      refused += admission.Ask(none, now) != 0 ? 1 : 0;
    }
  };
  for (int i = 0; i < 1'000; ++i) look(5, 1);
  look(600, 120);
  for (int i = 0; i < 100; ++i) look(5, 1);
  refused = 0;
  for (int i = 0; i < 10'000; ++i) look(5, 1);
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace lottery::central
