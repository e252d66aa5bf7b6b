#include "central/checkers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

namespace lottery::central {
namespace {

Unchecked Numbered(int number) { return {nullptr, {}, base::UtcTime{number}, nullptr}; }

// Messages are taken in order by four threads, and what is to run behind them runs when the last
// of those before it is checked and before the first of those behind it.
TEST(Checkers, ABarrierStandsBetweenWhatWasAddedBeforeItAndAfter) {
  constexpr int kMessages = 5'000, kEvery = 37;
  std::mutex mutex;
  std::vector<int> checked;
  std::size_t most = 0;
  Checkers checkers(4, [&](std::span<Unchecked> messages) {
    const std::lock_guard lock(mutex);
    most = std::max(most, messages.size());
    for (const auto& message : messages) checked.push_back(static_cast<int>(message.read_at.ms));
  });
  std::promise<void> done;
  int barriers = 0;
  for (int i = 0; i < kMessages; ++i) {
    checkers.Add(Numbered(i));
    if ((i + 1) % kEvery != 0) continue;
    checkers.AfterAll([&, before = i + 1] {
      const std::lock_guard lock(mutex);
      ++barriers;
      EXPECT_EQ(checked.size(), static_cast<std::size_t>(before));
      EXPECT_TRUE(std::all_of(checked.begin(), checked.end(), [&](int n) { return n < before; }));
    });
  }
  checkers.AfterAll([&] { done.set_value(); });
  checkers.Start();  // all of it waits by now: many are taken at once
  done.get_future().wait();
  checkers.Stop();
  EXPECT_EQ(barriers, kMessages / kEvery);
  EXPECT_EQ(checked.size(), static_cast<std::size_t>(kMessages));
  EXPECT_EQ(checkers.checked(), static_cast<std::uint64_t>(kMessages));
  EXPECT_GT(most, 1U);
  EXPECT_LE(most, 8U);
  std::sort(checked.begin(), checked.end());
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(checked[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace lottery::central
