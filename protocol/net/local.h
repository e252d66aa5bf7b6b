// Questions and answers between two programs of one machine, over a Unix socket: u32 length, then
// so many octets, each way. Nothing of it crosses a network, and what passes is written nowhere.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "protocol/net/reactor.h"

namespace lottery::protocol::net {

using base::Bytes;
using base::ByteView;
using base::Result;
using base::Status;

inline constexpr std::size_t kMostLocalOctets = 1 << 20;  // a question or an answer
inline constexpr std::size_t kMostLocalLines = 32;        // open at a time

class LocalClient {
 public:
  /// Errors: kDisconnected; kUsage for a path no socket can have.
  static Result<LocalClient> Connect(const std::string& path);
  /// Errors: kDisconnected, kTimeout, kFrameTooLarge. After any the line is of no use.
  Result<Bytes> Call(ByteView question, int timeout_ms);

 private:
  explicit LocalClient(Descriptor socket) : socket_(std::move(socket)) {}
  Descriptor socket_;
};

class LocalServer {
 public:
  /// Answers the questions of one line, one after the other.
  using Answer = std::function<Bytes(ByteView question)>;
  /// Called once a line; what it gives lives as long as the line.
  using Begin = std::function<Answer()>;

  /// A socket that its owner and group may use; one left by a program that ended is replaced.
  /// Errors: kUsage, kInUse, kFileWrite.
  static Result<LocalServer> Listen(const std::string& path);
  LocalServer(LocalServer&&) noexcept = default;
  LocalServer& operator=(LocalServer&&) = delete;
  /// Until `stop`, a descriptor, is ready to read: a thread a line.
  void Run(const Begin& begin, int stop);

 private:
  LocalServer(Descriptor socket, Descriptor lock, std::string path)
      : socket_(std::move(socket)), lock_(std::move(lock)), path_(std::move(path)) {}
  Descriptor socket_, lock_;
  std::string path_;
};

}  // namespace lottery::protocol::net
