// The threads that check messages: one queue, in order of arrival, and as many threads as there are
// processors, for all that needs no state, signatures above all. Whoever reads and answers never
// waits behind more of it than it takes on itself.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "protocol/net/connection.h"

namespace lottery::central {

/// A submission as it was read.
struct Unchecked {
  std::shared_ptr<protocol::net::Connection> peer;
  protocol::Frame frame;
  base::UtcTime read_at;
  std::function<void()> then;  // instead of all that: see AfterAll
};

class Checkers {
 public:
  using Check = std::function<void(std::span<Unchecked>)>;
  Checkers(int threads, Check check) : count_(threads), check_(std::move(check)) {}
  ~Checkers() { Stop(); }
  void Start();
  /// Ends the threads and forgets what waits: it holds connections. Nobody may be in Help any more.
  void Stop();
  /// Few wake nobody: whoever adds calls Help before it sleeps.
  void Add(Unchecked message);
  /// Checks what waits on the caller's own thread when it is little: to wake another would cost
  /// more.
  void Help();
  /// Runs `then` on a checker's thread when everything added before is checked.
  void AfterAll(std::function<void()> then);
  /// How many wait, and how many were ever checked.
  int waiting() const { return waiting_.load(std::memory_order_relaxed); }
  std::uint64_t checked() const { return checked_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kAtOnce = 8;  // taken by one thread; more than that wake another
  void Loop();
  bool Take(std::vector<Unchecked>& taken);
  void TakeUpTo(std::size_t most, std::vector<Unchecked>& taken);
  void Done(const std::vector<Unchecked>& taken);

  const int count_;
  const Check check_;
  std::mutex mutex_;
  std::condition_variable wake_, drained_;
  std::deque<Unchecked> queue_;  // guarded by mutex_
  int sleeping_ = 0;             // guarded by mutex_
  int working_ = 0;              // guarded by mutex_; threads with messages they took
  bool draining_ = false;        // guarded by mutex_; a barrier waits for them, or is being passed
  bool stopping_ = false;        // guarded by mutex_
  std::atomic<int> waiting_{0};
  std::atomic<std::uint64_t> checked_{0};
  std::vector<std::thread> threads_;
};

}  // namespace lottery::central
