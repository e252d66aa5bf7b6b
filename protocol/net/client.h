// The simple side of the wire: a blocking TLS connection that sends one frame and waits for one
// answer.
#pragma once

#include <string>

#include "crypto/tls.h"
#include "protocol/frame.h"

namespace lottery::protocol::net {

class Client {
 public:
  /// `address` is "host:port"; `session`, if there is one, outlives the client and makes the next
  /// handshake cheaper. Errors: kDisconnected, kTlsFailure, kTimeout.
  static Result<Client> Connect(const std::string& address, SSL_CTX* context, int timeout_ms,
                                crypto::TlsSession* session = nullptr);
  Client(Client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        ssl_(std::move(other.ssl_)),
        reader_(std::move(other.reader_)) {}
  Client& operator=(Client&& other) noexcept;
  ~Client();

  /// Errors: kDisconnected, kTimeout, kBadFrame. After any error the connection is useless.
  Result<Frame> Call(FrameType type, ByteView body, int timeout_ms);
  base::Status Send(ByteView octets, int timeout_ms);
  Result<Frame> Receive(int timeout_ms);

 private:
  Client(int fd, crypto::TlsHandle ssl)
      : fd_(fd), ssl_(std::move(ssl)), reader_(kMaxAnswerOctets) {}
  base::Status Wait(int result, std::int64_t deadline_ms);
  int fd_;
  crypto::TlsHandle ssl_;
  FrameReader reader_;
};

}  // namespace lottery::protocol::net
