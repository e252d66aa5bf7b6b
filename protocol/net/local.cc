#include "protocol/net/local.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace lottery::protocol::net {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kForever = INT64_MAX;
constexpr mode_t kOwnerAndGroup = 0660;
constexpr std::chrono::milliseconds kNoDescriptorPause{50};

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Fail(ErrorCode::kUsage, "a socket's path has 1 to " +
                                       std::to_string(sizeof address.sun_path - 1) +
                                       " octets: " + path);
  path.copy(address.sun_path, path.size());
  return address;
}

// Waits for `fd` or for `stop`; -1 is no descriptor.
Status WaitFor(int fd, short events, int stop, std::int64_t deadline_ms) {
  while (true) {
    int left = -1;
    if (deadline_ms != kForever) {
      const std::int64_t ms = deadline_ms - base::SteadyMs();
      if (ms <= 0) return Fail(ErrorCode::kTimeout);
      left = static_cast<int>(ms);
    }
    pollfd waiting[] = {{fd, events, 0}, {stop, POLLIN, 0}};
    if (::poll(waiting, 2, left) < 0 && errno != EINTR)
      return Fail(ErrorCode::kDisconnected, "poll");
    if (waiting[1].revents != 0) return Fail(ErrorCode::kDisconnected, "it stops");
    if (waiting[0].revents != 0) return {};
  }
}

Status SendAll(int fd, ByteView octets, int stop, std::int64_t deadline_ms) {
  while (!octets.empty()) {
    const auto sent = ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      octets.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      LOTTERY_TRY_VOID(WaitFor(fd, POLLOUT, stop, deadline_ms));
    } else if (errno != EINTR) {
      return Fail(ErrorCode::kDisconnected, "the other side is gone");
    }
  }
  return {};
}

Status ReceiveAll(int fd, Bytes& out, int stop, std::int64_t deadline_ms) {
  std::size_t have = 0;
  while (have < out.size()) {
    const auto came = ::recv(fd, out.data() + have, out.size() - have, MSG_DONTWAIT);
    if (came > 0) {
      have += static_cast<std::size_t>(came);
    } else if (came < 0 && errno == EAGAIN) {
      LOTTERY_TRY_VOID(WaitFor(fd, POLLIN, stop, deadline_ms));
    } else if (came == 0 || errno != EINTR) {
      return Fail(ErrorCode::kDisconnected, "the other side is gone");
    }
  }
  return {};
}

Status Send(int fd, ByteView octets, int stop, std::int64_t deadline_ms) {
  if (octets.size() > kMostLocalOctets) return Fail(ErrorCode::kFrameTooLarge);
  base::ByteWriter w;
  w.Long(octets);
  return SendAll(fd, w.bytes(), stop, deadline_ms);
}

Result<Bytes> Receive(int fd, int stop, std::int64_t deadline_ms) {
  Bytes length(4, '\0');
  LOTTERY_TRY_VOID(ReceiveAll(fd, length, stop, deadline_ms));
  const std::size_t size = base::ByteReader(length).U32();
  if (size > kMostLocalOctets) return Fail(ErrorCode::kFrameTooLarge);
  Bytes out(size, '\0');
  LOTTERY_TRY_VOID(ReceiveAll(fd, out, stop, deadline_ms));
  return out;
}

}  // namespace

Result<LocalClient> LocalClient::Connect(const std::string& path) {
  LOTTERY_TRY(const auto address, AddressOf(path));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Fail(ErrorCode::kDisconnected, "cannot connect to " + path);
  return LocalClient(std::move(socket));
}

Result<Bytes> LocalClient::Call(ByteView question, int timeout_ms) {
  const std::int64_t deadline = base::SteadyMs() + timeout_ms;
  LOTTERY_TRY_VOID(Send(socket_.get(), question, -1, deadline));
  return Receive(socket_.get(), -1, deadline);
}

Result<LocalServer> LocalServer::Listen(const std::string& path) {
  LOTTERY_TRY(const auto address, AddressOf(path));
  Descriptor lock(::open((path + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (lock.get() < 0) return Fail(ErrorCode::kFileWrite, path + ".lock");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return Fail(ErrorCode::kInUse, "another program answers at " + path);
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode))
    return Fail(ErrorCode::kFileWrite, path + " is no socket");
  ::unlink(path.c_str());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool bound =
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::chmod(path.c_str(), kOwnerAndGroup) == 0 &&
      ::listen(socket.get(), static_cast<int>(kMostLocalLines)) == 0;
  if (!bound) return Fail(ErrorCode::kFileWrite, path);
  return LocalServer(std::move(socket), std::move(lock), path);
}

void LocalServer::Run(const Begin& begin, int stop) {
  struct Line {
    Descriptor socket;
    std::atomic<bool> ended = false;
    std::thread thread;
  };
  std::list<Line> lines;
  const auto forget = [&lines](bool all) {
    lines.remove_if([all](Line& line) {
      if (!all && !line.ended) return false;
      line.thread.join();
      return true;
    });
  };
  while (WaitFor(socket_.get(), POLLIN, stop, kForever)) {
    Descriptor socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    forget(false);
    if (socket.get() < 0) std::this_thread::sleep_for(kNoDescriptorPause);
    if (socket.get() < 0 || lines.size() >= kMostLocalLines) continue;
    Line& line = lines.emplace_back();
    line.socket = std::move(socket);
    line.thread = std::thread([&line, &begin, stop] {
      const auto answer = begin();
      while (const auto question = Receive(line.socket.get(), stop, kForever)) {
        if (!Send(line.socket.get(), answer(*question), stop, kForever)) break;
      }
      line.socket.Close();
      line.ended = true;
    });
  }
  forget(true);
  ::unlink(path_.c_str());
}

}  // namespace lottery::protocol::net
