#include "central/checkers.h"

#include "base/thread.h"

namespace lottery::central {

void Checkers::Start() {
  for (int i = 0; i < count_; ++i) {
    threads_.emplace_back([this] {
      base::BeNice(base::kNiceOfCheckers);
      Loop();
    });
  }
}

void Checkers::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  queue_.clear();
}

void Checkers::Add(Unchecked message) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(message));
    waiting_.store(static_cast<int>(queue_.size()), std::memory_order_relaxed);
    wake = sleeping_ > 0;
  }
  if (wake) wake_.notify_one();
}

void Checkers::AfterAll(std::function<void()> then) { Add({nullptr, {}, {}, std::move(then)}); }

// What waits longest. `working` is held from the moment it leaves the queue until it is checked.
bool Checkers::Take(std::vector<Unchecked>& taken, std::shared_lock<std::shared_mutex>& working) {
  std::unique_lock lock(mutex_);
  while (!stopping_ && queue_.empty()) {
    ++sleeping_;
    wake_.wait(lock);
    --sleeping_;
  }
  if (stopping_) return false;
  const std::size_t many = kAtOnce * static_cast<std::size_t>(count_) * 2;
  const std::size_t most = queue_.size() > many ? kAtOnce : 1;
  while (taken.size() < most && !queue_.empty()) {
    if (queue_.front().then && !taken.empty()) break;
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (taken.back().then) break;
  }
  waiting_.store(static_cast<int>(queue_.size()), std::memory_order_relaxed);
  if (!taken.back().then) working.lock();
  return true;
}

void Checkers::Loop() {
  std::vector<Unchecked> taken;
  std::shared_lock working(working_, std::defer_lock);
  while (Take(taken, working)) {
    if (taken.back().then) {
      // Everybody else finishes what was taken before.
      const std::unique_lock all(working_);
      taken.back().then();
    } else {
      for (auto& message : taken) check_(message);
      checked_.fetch_add(taken.size(), std::memory_order_relaxed);
      working.unlock();
    }
    taken.clear();
  }
}

}  // namespace lottery::central
