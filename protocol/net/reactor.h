// One thread, one epoll: calls whoever watches a socket when it is ready, and runs what other
// threads post. What was posted runs between every few sockets, so that answers do not wait for a
// long queue of requests.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace lottery::protocol::net {

/// An owned file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { Close(); }
  int get() const { return fd_; }
  int Release();
  void Close();

 private:
  int fd_;
};

class Reactor {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// The socket can be read, written, or is broken: try and see.
    virtual void OnReady() = 0;
    /// Work that may wait: a few such sockets a look, after all others.
    virtual bool Patient() const { return false; }
  };

  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;

  /// Works until Stop. `served` runs before patient work and before each sleep, `tick` about once a
  /// second.
  void Run(const std::function<void()>& tick = {}, std::function<void()> served = {});
  /// Waits at most so long, then handles what there is. False after Stop.
  bool Poll(std::chrono::microseconds timeout);
  /// From any thread.
  void Stop();
  /// From any thread: runs on the reactor's thread, in order. Never before Run.
  void Post(std::function<void()> task);

  /// On the reactor's thread. Keeps `watcher` alive until Forget; always told of readable, of
  /// writable only when asked. The descriptor stays its owner's.
  void Watch(int fd, std::shared_ptr<Watcher> watcher, bool writable);
  void Change(int fd, bool writable);
  void Forget(int fd);
  /// Descriptors that were found ready in this look and are still to be served; on the reactor's
  /// thread.
  std::size_t waiting() const { return waiting_; }
  /// Lets go of every watcher.
  void Clear();

 private:
  struct Slot {
    std::shared_ptr<Watcher> watcher;
    std::uint32_t generation = 0;  // tells an event of a closed descriptor from its successor's
  };
  void Control(int operation, int fd, bool writable);
  bool RunPosted();
  void Sort(std::span<const epoll_event> events);
  void Wake(std::uint64_t tag);

  Descriptor epoll_, wake_;
  std::atomic<bool> pending_{false};             // something was posted
  std::vector<std::uint64_t> prompt_, patient_;  // of this look
  std::size_t waiting_ = 0;
  std::vector<Slot> slots_;  // by descriptor
  std::function<void()> served_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
  bool woken_ = false, stopping_ = false;      // guarded by mutex_
};

}  // namespace lottery::protocol::net
