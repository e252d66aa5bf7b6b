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
  drained_.notify_all();
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
    wake = sleeping_ > 0 && (queue_.size() > kAtOnce || queue_.back().then);
  }
  if (wake) wake_.notify_one();
}

void Checkers::Help() {
  if (waiting() == 0) return;
  thread_local std::vector<Unchecked> taken;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || draining_ || queue_.size() > kAtOnce) return;
    TakeUpTo(kAtOnce, taken);
    if (taken.empty()) return;
    ++working_;
  }
  check_(taken);
  Done(taken);
  taken.clear();
}

void Checkers::AfterAll(std::function<void()> then) { Add({nullptr, {}, {}, std::move(then)}); }

// What waits longest; false when it is time to stop. Whoever takes a barrier has everybody else
// finish what was taken before, and nobody takes more until it is passed.
bool Checkers::Take(std::vector<Unchecked>& taken) {
  std::unique_lock lock(mutex_);
  while (!stopping_ && (draining_ || queue_.empty())) {
    ++sleeping_;
    wake_.wait(lock);
    --sleeping_;
  }
  if (stopping_) return false;
  TakeUpTo(kAtOnce, taken);
  if (!taken.empty()) {
    ++working_;
    return true;
  }
  taken.push_back(std::move(queue_.front()));  // a barrier
  queue_.pop_front();
  waiting_.store(static_cast<int>(queue_.size()), std::memory_order_relaxed);
  draining_ = true;
  drained_.wait(lock, [&] { return working_ == 0 || stopping_; });
  return !stopping_;
}

// Messages that wait longest, up to a barrier. Under the lock.
void Checkers::TakeUpTo(std::size_t most, std::vector<Unchecked>& taken) {
  while (taken.size() < most && !queue_.empty() && !queue_.front().then) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  waiting_.store(static_cast<int>(queue_.size()), std::memory_order_relaxed);
}

void Checkers::Done(const std::vector<Unchecked>& taken) {
  {
    const std::lock_guard lock(mutex_);
    if (!taken.back().then) {
      checked_.fetch_add(taken.size(), std::memory_order_relaxed);
      --working_;
      if (working_ == 0 && draining_) drained_.notify_all();
      return;
    }
    draining_ = false;
  }
  wake_.notify_all();
}

void Checkers::Loop() {
  std::vector<Unchecked> taken;
  while (Take(taken)) {
    if (taken.back().then) {
      taken.back().then();
    } else {
      check_(taken);
    }
    Done(taken);
    taken.clear();
  }
}

}  // namespace lottery::central
