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

// Checked together they cost less than apart: nobody leaves a share to the others.
TEST(Checkers, OneTakesAllUpToEight) {
  std::mutex mutex;
  std::size_t most = 0;
  std::promise<void> done;
  Checkers checkers(4, [&](std::span<Unchecked> messages) {
    const std::lock_guard lock(mutex);
    most = std::max(most, messages.size());
  });
  for (int i = 0; i < 9; ++i) checkers.Add(Numbered(i));
  checkers.AfterAll([&] { done.set_value(); });
  checkers.Start();
  done.get_future().wait();
  checkers.Stop();
  EXPECT_EQ(most, 8U);
}

constexpr int kFew = 8;  // as many as one thread takes

// Within a deadline that only a message nobody takes can miss.
bool Comes(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

TEST(Checkers, WhoeverAddedFewChecksThemItself) {
  std::vector<int> checked;
  Checkers checkers(2, [&](std::span<Unchecked> messages) {
    for (const auto& message : messages) checked.push_back(static_cast<int>(message.read_at.ms));
  });
  for (int i = 0; i < kFew; ++i) checkers.Add(Numbered(i));
  checkers.Help();  // no other thread is there
  ASSERT_EQ(checked.size(), static_cast<std::size_t>(kFew));
  for (int i = 0; i < kFew; ++i) EXPECT_EQ(checked[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(checkers.waiting(), 0);
  EXPECT_EQ(checkers.checked(), static_cast<std::uint64_t>(kFew));
  for (int i = 0; i <= kFew; ++i) checkers.Add(Numbered(i));
  checkers.Help();
  EXPECT_EQ(checkers.waiting(), kFew + 1) << "many are the checkers' business";
}

// One more than it would check itself wakes a checker that sleeps, and all of them are taken.
TEST(Checkers, ManyWakeACheckerWithoutHelp) {
  std::atomic<int> checked{0};
  Checkers checkers(
      2, [&](std::span<Unchecked> messages) { checked += static_cast<int>(messages.size()); });
  checkers.Start();
  for (int round = 1; round <= 50; ++round) {
    for (int i = 0; i <= kFew; ++i) checkers.Add(Numbered(i));
    ASSERT_TRUE(Comes([&] { return checked == round * (kFew + 1); })) << round;
  }
  checkers.Stop();
}

// Messages and barriers come from several threads that help; nothing is left or passes a barrier.
TEST(Checkers, WhoeverHelpsStandsBehindBarriersToo) {
  constexpr int kThreads = 3, kEach = 4'000, kEvery = 50;
  std::atomic<int> checked{0}, passed{0}, early{0}, added{0};
  Checkers checkers(
      2, [&](std::span<Unchecked> messages) { checked += static_cast<int>(messages.size()); });
  checkers.Start();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        checkers.Add(Numbered(i));
        ++added;
        if (t == 0 && i % kEvery == 0)
          checkers.AfterAll([&, before = added.load()] {
            early += checked < before ? 1 : 0;
            ++passed;
          });
        if (i % (t + 2) == 0) checkers.Help();
      }
      checkers.Help();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(Comes([&] { return checked == kThreads * kEach; })) << checked;
  EXPECT_TRUE(Comes([&] { return passed == kEach / kEvery; })) << passed;
  EXPECT_EQ(early, 0);
  checkers.Stop();
}

}  // namespace
}  // namespace lottery::central
