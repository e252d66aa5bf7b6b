#include "protocol/draw_life.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace lottery::protocol {
namespace {
using S = DrawState;

// Every way a draw's life can go, from the plan to the end.
std::vector<std::vector<S>> AllLives() {
  std::vector<std::vector<S>> lives;
  std::vector<S> life = {S::kPlanned};
  const std::function<void()> go_on = [&] {
    bool last = true;
    for (const auto& [from, to] : AllTransitions()) {
      if (from != life.back()) continue;
      ASSERT_LT(life.size(), 20U) << "a life goes in a circle";
      last = false;
      life.push_back(to);
      go_on();
      life.pop_back();
    }
    if (last) lives.push_back(life);
  };
  go_on();
  return lives;
}

TEST(DrawLife, EveryWayIsSealedBeforeItIsDrawnOnce) {
  const auto lives = AllLives();
  EXPECT_EQ(lives.size(), 12U);  // postponed or not; deferred or not; beacon, balls or cancelled
  int cancelled = 0;
  for (const auto& life : lives) {
    EXPECT_EQ(std::set<S>(life.begin(), life.end()).size(), life.size()) << "a state comes twice";
    const auto at = [&](S s) { return std::find(life.begin(), life.end(), s); };
    EXPECT_LT(at(S::kClosed), at(S::kSealed));
    if (at(S::kCancelled) != life.end()) {
      ++cancelled;
      EXPECT_EQ(life.back(), S::kRepaying);
      EXPECT_EQ(at(S::kDrawn), life.end()) << "cancelled and drawn";
      continue;
    }
    EXPECT_EQ(life.back(), S::kExpired);
    EXPECT_LT(at(S::kSealed), at(S::kDrawn));
    EXPECT_LT(at(S::kDrawn), at(S::kCertified));
    EXPECT_LT(at(S::kCertified), at(S::kSettled));
    EXPECT_LT(at(S::kSettled), at(S::kPaying));
  }
  EXPECT_EQ(cancelled, 4);
}

TEST(DrawLife, NamesComeBack) {
  for (const auto& [from, to] : AllTransitions()) {
    EXPECT_EQ(DrawStateFrom(NameOf(from)), from);
    EXPECT_EQ(DrawStateFrom(NameOf(to)), to);
  }
  EXPECT_FALSE(DrawStateFrom("drawn again").has_value());
}

}  // namespace
}  // namespace lottery::protocol
