#include "protocol/net/client.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/clock.h"

namespace lottery::protocol::net {
using base::ErrorCode;
using base::Fail;
using base::SteadyMs;
namespace {

base::Status PollUntil(int fd, short events, std::int64_t deadline_ms) {
  while (true) {
    const std::int64_t left = deadline_ms - SteadyMs();
    if (left <= 0) return Fail(ErrorCode::kTimeout);
    pollfd waiting{fd, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return Fail(ErrorCode::kDisconnected, "poll");
  }
}

Result<int> OpenSocket(const std::string& address, std::int64_t deadline_ms) {
  // Waiting mends a line and no mistyped address.
  const auto colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  const auto port = base::ParseDecimal(colon == std::string::npos ? "" : address.substr(colon + 1));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const bool plain = !host.empty() && host.find_first_of(":/[]") == std::string::npos;
  if (!(bracketed || plain) || !port || *port < 1 || *port > 65535)
    return Fail(ErrorCode::kUsage, "an address is host:port, the port 1 to 65535: " + address);
  if (bracketed) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(*port).c_str(), &hints, &found) != 0) {
    return Fail(ErrorCode::kDisconnected, "cannot resolve " + address);
  }
  Result<int> result = Fail(ErrorCode::kDisconnected, "cannot connect to " + address);
  for (const addrinfo* a = found; a != nullptr && !result; a = a->ai_next) {
    const int fd =
        ::socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) continue;
    int error = ::connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS && PollUntil(fd, POLLOUT, deadline_ms)) {
      socklen_t size = sizeof error;
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) {
      const int one = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      result = fd;
    } else {
      ::close(fd);
    }
  }
  ::freeaddrinfo(found);
  return result;
}

// A certificate that one side does not accept now is not accepted in a second either.
bool IsLasting(unsigned long code) {
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return false;
  switch (ERR_GET_REASON(code)) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

// "certificate verify failed: certificate has expired"
std::string ReasonOf(const SSL* ssl, unsigned long code) {
  const char* reason = ERR_reason_error_string(code);
  std::string text = reason != nullptr ? reason : "TLS error";
  const long verified = SSL_get_verify_result(ssl);
  if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verified != X509_V_OK)
    text += std::string(": ") + X509_verify_cert_error_string(verified);
  return text;
}

}  // namespace

Result<Client> Client::Connect(const std::string& address, SSL_CTX* context, int timeout_ms,
                               crypto::TlsSession* session) {
  const std::int64_t deadline = SteadyMs() + timeout_ms;
  LOTTERY_TRY(const int fd, OpenSocket(address, deadline));
  Client client(fd, crypto::TlsHandle(SSL_new(context)));
  SSL_set_fd(client.ssl_.get(), fd);
  SSL_set_connect_state(client.ssl_.get());
  SSL_set1_host(client.ssl_.get(), address.substr(0, address.rfind(':')).c_str());
  if (session != nullptr) session->Offer(client.ssl_.get());
  int result = 0;
  while ((result = SSL_do_handshake(client.ssl_.get())) != 1) {
    auto waited = client.Wait(result, deadline);
    if (waited) continue;
    // Should the ticket be to blame, the next connection does without.
    if (session != nullptr && waited.error().code == ErrorCode::kTlsFailure) *session = {};
    return tl::unexpected<base::Error>(waited.error());
  }
  return client;
}

Client& Client::operator=(Client&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(ssl_, other.ssl_);
  std::swap(reader_, other.reader_);
  return *this;
}

Client::~Client() {
  ssl_.reset();
  if (fd_ >= 0) ::close(fd_);
}

base::Status Client::Wait(int result, std::int64_t deadline_ms) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ) return PollUntil(fd_, POLLIN, deadline_ms);
  if (error == SSL_ERROR_WANT_WRITE) return PollUntil(fd_, POLLOUT, deadline_ms);
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (IsLasting(code)) return Fail(ErrorCode::kBadCertificate, ReasonOf(ssl_.get(), code));
  return Fail(code != 0 ? ErrorCode::kTlsFailure : ErrorCode::kDisconnected,
              code != 0 ? ReasonOf(ssl_.get(), code) : "peer closed");
}

base::Status Client::Send(ByteView octets, int timeout_ms) {
  const std::int64_t deadline = SteadyMs() + timeout_ms;
  while (!octets.empty()) {
    ERR_clear_error();
    const int n = SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
    if (n > 0) {
      octets.remove_prefix(static_cast<std::size_t>(n));
    } else {
      LOTTERY_TRY_VOID(Wait(n, deadline));
    }
  }
  return {};
}

Result<Frame> Client::Receive(int timeout_ms) {
  const std::int64_t deadline = SteadyMs() + timeout_ms;
  char piece[16 * 1024];
  while (true) {
    LOTTERY_TRY(auto frame, reader_.Next());
    if (frame) return std::move(*frame);
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), piece, sizeof piece);
    if (n > 0) {
      reader_.Feed({piece, static_cast<std::size_t>(n)});
    } else {
      LOTTERY_TRY_VOID(Wait(n, deadline));
    }
  }
}

Result<Frame> Client::Call(FrameType type, ByteView body, int timeout_ms) {
  LOTTERY_TRY_VOID(Send(EncodeFrame(type, body), timeout_ms));
  return Receive(timeout_ms);
}

}  // namespace lottery::protocol::net
