#include "central/admission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lottery::central {
namespace {

TEST(Admission, LetsEverybodyInWhileTheWorkerKeepsUp) {
  Admission admission;
  double now = 1'000'000;
  for (int look = 0; look < 2'000; ++look) {
    now += 1;
    admission.Saw(10, now);
    for (int i = 0; i < 10; ++i) {
      double reserved = 0;
      EXPECT_EQ(admission.Ask(reserved), 0U);
    }
  }
}

// A worker that can do eight messages a millisecond, asked by two thousand senders who come back at
// once: nearly all of its time is used, nobody waits long inside, and nobody is refused twice who
// comes when told.
TEST(Admission, UnderOverloadGivesSlotsInOrderAndRefusesOnce) {
  constexpr double kCanDo = 8;
  Admission admission;
  struct Sender {
    double at = 0, reserved = 0;
    int let_in = 0, refused = 0;
  };
  std::vector<Sender> senders(2'000);
  double now = 1'000'000;
  for (auto& s : senders) s.at = now;
  int let_in = 0, late = 0, refused_with_a_slot = 0;
  const double start = now, settle = now + 2'000, end = now + 12'000;
  while (now < end) {
    std::vector<Sender*> ready;
    for (auto& s : senders) {
      if (s.at <= now) ready.push_back(&s);
    }
    admission.Saw(static_cast<int>(ready.size()), now);
    if (ready.empty()) now += 1;
    for (Sender* s : ready) {
      const bool had_slot = s->reserved != 0;
      const std::uint32_t wait = admission.Ask(s->reserved);
      if (wait != 0) {
        now += 0.01;  // a refusal costs little
        s->at = now + wait;
        ++s->refused;
        refused_with_a_slot += had_slot ? 1 : 0;
        continue;
      }
      now += 1 / kCanDo;
      if (now > settle) {
        ++let_in;
        late += now - s->at > 60 ? 1 : 0;
      }
      ++s->let_in;
      s->at = now;
    }
  }
  const auto [least, most] =
      std::minmax_element(senders.begin(), senders.end(),
                          [](const Sender& a, const Sender& b) { return a.let_in < b.let_in; });
  EXPECT_GT(let_in, 0.85 * kCanDo * (end - settle)) << "the worker idles";
  EXPECT_LT(late, let_in / 50) << "long waits inside";
  EXPECT_LT(refused_with_a_slot, let_in / 4) << "told to come too early";
  EXPECT_LE(most->let_in, 2 * least->let_in) << "unfair";
  EXPECT_GT(now, start);
}

TEST(Admission, WhoComesTooEarlyKeepsItsSlotAndWaits) {
  Admission admission;
  double now = 1'000'000;
  double reserved = 0;
  std::uint32_t wait = 0;
  for (int look = 0; look < 50 && wait == 0; ++look) {  // more come than five a millisecond
    now += 60;
    admission.Saw(500, now);
    for (int i = 0; i < 300 && wait == 0; ++i) {
      reserved = 0;
      wait = admission.Ask(reserved);
    }
  }
  for (int i = 0; i < 50; ++i) {  // somebody further back
    reserved = 0;
    wait = admission.Ask(reserved);
  }
  ASSERT_NE(wait, 0U);
  const double slot = reserved;
  admission.Saw(500, now + 0.1);
  EXPECT_NE(admission.Ask(reserved), 0U);
  EXPECT_EQ(reserved, slot);
  admission.Saw(500, slot);
  EXPECT_EQ(admission.Ask(reserved), 0U);
  EXPECT_EQ(reserved, 0);
}

// One long look, after a stall, is no reason to send people away for long.
TEST(Admission, AStallIsForgotten) {
  Admission admission;
  double now = 1'000'000;
  int refused = 0;
  const auto look = [&](int ready, double took_ms) {
    now += took_ms;
    admission.Saw(ready, now);
    for (int i = 0; i < ready; ++i) {
      double none = 0;
      refused += admission.Ask(none) != 0 ? 1 : 0;
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
