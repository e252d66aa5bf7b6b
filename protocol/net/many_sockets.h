// Octets into and out of many sockets by one system call, where the kernel has io_uring and lets
// us; else by a call each. Either way everything has happened when the function returns: readiness
// stays with epoll, no buffer is ever the kernel's in between.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

struct io_uring;

namespace lottery::protocol::net {

class ManySockets {
 public:
  /// So many at once at most.
  static constexpr std::size_t kMost = 16;
  /// One socket's part: `done` octets, or minus errno (-EAGAIN: it would have to wait). Nothing
  /// received is the end of what the peer sends.
  struct Part {
    int fd;
    char* octets;
    std::size_t size;
    std::ptrdiff_t done;
  };

  /// `together` false asks for a call each.
  explicit ManySockets(bool together = true);
  ~ManySockets();
  ManySockets(const ManySockets&) = delete;

  /// At most kMost parts, of sockets that do not block. On one thread at a time.
  void Receive(std::span<Part> parts);
  void Send(std::span<Part> parts);
  /// Whether one call does for all.
  bool together() const { return ring_ != nullptr; }

 private:
  struct Free {
    void operator()(io_uring* ring) const;
  };
  enum class Way { kIn, kOut };
  void Move(Way way, std::span<Part> parts);
  std::unique_ptr<io_uring, Free> ring_;
};

}  // namespace lottery::protocol::net
