#include "protocol/net/many_sockets.h"

#include <liburing.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/result.h"

namespace lottery::protocol::net {

namespace {
// A peer that is gone is an answer, not a signal; nobody waits.
constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
}  // namespace

void ManySockets::Free::operator()(io_uring* ring) const {
  ::io_uring_queue_exit(ring);
  delete ring;
}

// Refused by containers' filters and where an administrator said no; some allow the ring and not
// its use.
ManySockets::ManySockets(bool together) {
  if (!together) return;
  auto ring = std::make_unique<io_uring>();
  if (::io_uring_queue_init(kMost, ring.get(), 0) != 0) return;
  ring_.reset(ring.release());
  ::io_uring_prep_nop(::io_uring_get_sqe(ring_.get()));
  io_uring_cqe* entry = nullptr;
  if (::io_uring_submit_and_wait(ring_.get(), 1) == 1 &&
      ::io_uring_peek_cqe(ring_.get(), &entry) == 0) {
    ::io_uring_cqe_seen(ring_.get(), entry);
  } else {
    ring_.reset();
  }
}

ManySockets::~ManySockets() = default;

void ManySockets::Receive(std::span<Part> parts) { Move(Way::kIn, parts); }
void ManySockets::Send(std::span<Part> parts) { Move(Way::kOut, parts); }

// HOT: bench/issuance
void ManySockets::Move(Way way, std::span<Part> parts) {
  LOTTERY_CHECK(parts.size() <= kMost);
  if (ring_ == nullptr || parts.size() < 2) {
    for (Part& part : parts) {
      part.done = way == Way::kIn ? ::recv(part.fd, part.octets, part.size, kFlags)
                                  : ::send(part.fd, part.octets, part.size, kFlags);
      if (part.done < 0) part.done = -errno;
    }
    return;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    io_uring_sqe* entry = ::io_uring_get_sqe(ring_.get());
    LOTTERY_CHECK(entry != nullptr);
    if (way == Way::kIn) {
      ::io_uring_prep_recv(entry, parts[i].fd, parts[i].octets, parts[i].size, kFlags);
    } else {
      ::io_uring_prep_send(entry, parts[i].fd, parts[i].octets, parts[i].size, kFlags);
    }
    ::io_uring_sqe_set_data64(entry, i);
  }
  // All are tried while the call runs, so it has nothing to wait for; a signal or a kernel without
  // memory may cut it short, then the rest is offered again.
  for (std::size_t left = parts.size(); left > 0;) {
    const int taken = ::io_uring_submit_and_wait(ring_.get(), static_cast<unsigned>(left));
    LOTTERY_CHECK(taken >= 0 || taken == -EINTR || taken == -EAGAIN || taken == -EBUSY ||
                  taken == -ENOMEM);
    for (io_uring_cqe* entry = nullptr; ::io_uring_peek_cqe(ring_.get(), &entry) == 0; --left) {
      parts[::io_uring_cqe_get_data64(entry)].done = entry->res;
      ::io_uring_cqe_seen(ring_.get(), entry);
    }
  }
}

}  // namespace lottery::protocol::net
