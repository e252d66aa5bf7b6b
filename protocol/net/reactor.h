// One thread, one epoll: reads and writes streams, a few of those that are ready at a time, calls
// whoever watches another socket when it is ready, and runs what other threads post. What was
// posted runs between every few sockets, so that answers do not wait for a long queue of requests.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "protocol/net/many_sockets.h"

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
  /// More than are ever ready, so that a look sees all of them.
  static constexpr int kEventsAtOnce = 8192;
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// The socket can be read, written, or is broken: try and see.
    virtual void OnReady() = 0;
    /// Work that may wait: a few such sockets a look, after all others.
    virtual bool Patient() const { return false; }
  };
  /// A socket whose octets the reactor moves; it is never ready for anything else.
  class Stream : public Watcher {
   public:
    void OnReady() final {}
    /// These came, all of them by `at`.
    virtual void OnOctets(base::ByteView octets, base::UtcTime at) = 0;
    /// Nothing comes any more, or the line broke.
    virtual void OnEnd() = 0;
    /// What is to be sent, in order.
    virtual base::ByteView Unsent() const = 0;
    /// So much of it was, maybe nothing. `blocked`: the peer takes no more for now, the rest goes
    /// when it does.
    virtual void OnSent(std::size_t octets, bool blocked) = 0;
  };

  /// `clock` outlives the reactor. `together` as of ManySockets.
  explicit Reactor(const base::Clock& clock, bool together = true);
  ~Reactor();
  Reactor(const Reactor&) = delete;

  /// Works until Stop. `served` runs before patient work and before each sleep, `tick` about once a
  /// second. While `full` says so no socket is looked at, only what is posted runs.
  void Run(const std::function<void()>& tick = {}, std::function<void()> served = {},
           std::function<bool()> full = {});
  /// Waits at most so long, then handles what there is, of `most` at most: the rest comes first the
  /// next time. False after Stop.
  bool Poll(std::chrono::microseconds timeout, int most = kEventsAtOnce);
  /// From any thread.
  void Stop();
  /// From any thread: runs on the reactor's thread, in order. Never before Run.
  void Post(std::function<void()> task);

  /// On the reactor's thread. Keeps `watcher` alive until Forget. The descriptor, which does not
  /// block, stays its owner's.
  void Watch(int fd, std::shared_ptr<Watcher> watcher);
  void WatchStream(int fd, std::shared_ptr<Stream> stream);
  void Forget(int fd);
  /// On the reactor's thread: the stream has something unsent. It goes with that of others, at the
  /// latest before the reactor looks at its sockets again; OnSent or OnEnd, of this or of other
  /// streams, may be called within. False when the peer has not taken what went before: it goes
  /// when it has.
  bool Push(int fd);
  /// Whether many sockets are moved by one call.
  bool together() const { return sockets_.together(); }
  /// Descriptors that were found ready in this look and are still to be served; on the reactor's
  /// thread.
  std::size_t waiting() const { return waiting_; }
  /// Lets go of every watcher.
  void Clear();

 private:
  struct Slot {
    std::shared_ptr<Watcher> watcher;
    Stream* stream = nullptr;      // the same, if it is one
    std::uint32_t generation = 0;  // tells an event of a closed descriptor from its successor's
    bool pushed = false;           // among those to be sent
    bool blocked = false;          // the peer takes no more for now
  };
  std::uint64_t TagOf(int fd) const;
  Slot* Find(std::uint64_t tag);
  void Add(int fd, std::shared_ptr<Watcher> watcher, Stream* stream);
  void Control(int operation, int fd, bool writable);
  bool RunPosted();
  bool WaitForPosted();
  void DrainWake();
  void Sort(std::span<const epoll_event> events);
  void Serve(std::span<const std::uint64_t> tags);
  void Receive(std::span<const std::uint64_t> tags);
  void Flush();
  void Sent(std::uint64_t tag, const ManySockets::Part& part);

  const base::Clock& clock_;
  ManySockets sockets_;
  Descriptor epoll_, wake_;
  std::atomic<bool> pending_{false};             // something was posted
  std::vector<std::uint64_t> prompt_, patient_;  // of this look
  std::size_t waiting_ = 0;
  std::vector<Slot> slots_;            // by descriptor
  std::vector<std::uint64_t> pushed_;  // to be sent
  bool flushing_ = false;
  std::function<void()> served_;
  std::function<bool()> full_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
  bool woken_ = false, stopping_ = false;      // guarded by mutex_
};

}  // namespace lottery::protocol::net
