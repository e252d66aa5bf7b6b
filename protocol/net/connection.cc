#include "protocol/net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

namespace lottery::protocol::net {
using base::Error;
using base::ErrorCode;

namespace {
constexpr std::size_t kReadPiece = 16 * 1024;
constexpr char kCongestion[] = "reno";
constexpr std::size_t kMaxUnsent = 16 << 20;

std::string TlsReason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "connection lost";
}
}  // namespace

Connection::Connection(Reactor& reactor, Descriptor socket, SSL_CTX* context, bool server,
                       std::size_t max_frame, const base::Clock& clock, Owner& owner)
    : reactor_(reactor),
      socket_(std::move(socket)),
      ssl_(SSL_new(context)),
      clock_(clock),
      owner_(owner),
      reader_(max_frame),
      server_(server) {
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  // One small message at a time: pacing by a timer a packet (bbr) would only cost.
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_CONGESTION, kCongestion, sizeof kCongestion - 1);
  SSL_set_fd(ssl_.get(), socket_.get());
  if (server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

Connection::~Connection() = default;

void Connection::Start() {
  reactor_.Watch(socket_.get(), shared_from_this(), false);
  if (!server_) Drive();  // else the client speaks first
}

// Whether to wait and come back; false means the connection ended.
bool Connection::Retry(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return true;
    case SSL_ERROR_WANT_WRITE:
      WantWrite(true);
      return true;
    case SSL_ERROR_ZERO_RETURN:
      Close({ErrorCode::kDisconnected, ""});
      return false;
    default:
      Close({open_ ? ErrorCode::kDisconnected : ErrorCode::kTlsFailure, TlsReason()});
      return false;
  }
}

void Connection::WantWrite(bool wanted) {
  if (waiting_write_ == wanted || closed_) return;
  waiting_write_ = wanted;
  reactor_.Change(socket_.get(), wanted);
}

void Connection::Drive() {
  if (closed_) return;
  WantWrite(false);
  if (!open_) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    greeted_ = BIO_number_written(SSL_get_wbio(ssl_.get())) > 0;
    if (result != 1) {
      Retry(result);
      return;
    }
    open_ = true;
    peer_ = crypto::PeerCommonName(ssl_.get());
    owner_.OnOpen(shared_from_this());
    if (closed_) return;
  }
  Write();
  if (!closed_) Read();
}

void Connection::Read() {
  static thread_local char piece[kReadPiece];
  while (!closed_ && !closing_) {
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), piece, sizeof piece);
    if (n <= 0) {
      Retry(n);
      return;
    }
    reader_.Feed({piece, static_cast<std::size_t>(n)});
    if (!DeliverFrames()) return;
    if (SSL_has_pending(ssl_.get()) == 0) return;  // the reactor says when there is more
  }
}

bool Connection::DeliverFrames() {
  const base::UtcTime now = clock_.Now();
  while (!closed_ && !closing_) {
    auto next = reader_.Next();
    if (!next) {
      owner_.OnBroken(shared_from_this(), next.error());
      CloseAfterSending(next.error());
      return false;
    }
    if (!*next) return true;
    owner_.OnFrame(shared_from_this(), std::move(**next), now);
  }
  return false;
}

void Connection::Send(ByteView octets) {
  if (closed_ || closing_) return;
  if (out_.size() - sent_ > kMaxUnsent)
    return Close({ErrorCode::kDisconnected, "the peer does not read its answers"});
  out_.append(octets);
  if (open_ && !waiting_write_) Write();
}

void Connection::Write() {
  while (!closed_ && sent_ < out_.size()) {
    ERR_clear_error();
    const int n = SSL_write(ssl_.get(), out_.data() + sent_, static_cast<int>(out_.size() - sent_));
    if (n <= 0) {
      Retry(n);
      return;
    }
    sent_ += static_cast<std::size_t>(n);
  }
  if (closed_) return;
  Bytes().swap(out_);
  sent_ = 0;
  if (closing_) {
    SSL_shutdown(ssl_.get());
    Close(end_reason_);
  }
}

void Connection::CloseAfterSending(const Error& reason) {
  if (closed_) return;
  closing_ = true;
  end_reason_ = reason;
  Write();
  // A peer that does not take its last answer is not waited for.
  if (!closed_ && waiting_write_) Close(reason);
}

void Connection::Close(const Error& reason) {
  if (closed_) return;
  closed_ = true;
  const auto self = shared_from_this();  // the reactor may have held the last reference
  reactor_.Forget(socket_.get());
  socket_.Close();
  owner_.OnClosed(self, reason);
}

}  // namespace lottery::protocol::net
