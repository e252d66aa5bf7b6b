#include "protocol/net/connection.h"

#include <openssl/err.h>

namespace lottery::protocol::net {
using base::Error;
using base::ErrorCode;

namespace {
constexpr std::size_t kReadPiece = 16 * 1024;

std::string TlsReason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason != nullptr ? reason : "connection lost";
}
}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, SSL_CTX* context, bool server,
                       std::size_t max_frame, const base::Clock& clock, Owner& owner)
    : socket_(std::move(socket)),
      ssl_(SSL_new(context)),
      clock_(clock),
      owner_(owner),
      reader_(max_frame) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  SSL_set_fd(ssl_.get(), static_cast<int>(socket_.native_handle()));
  if (server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

Connection::~Connection() = default;

void Connection::Start() { Drive(); }

// Whether to wait and come back; false means the connection ended.
bool Connection::Retry(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      Wait(true);
      return true;
    case SSL_ERROR_WANT_WRITE:
      Wait(false);
      return true;
    case SSL_ERROR_ZERO_RETURN:
      Close({ErrorCode::kDisconnected, ""});
      return false;
    default:
      Close({open_ ? ErrorCode::kDisconnected : ErrorCode::kTlsFailure, TlsReason()});
      return false;
  }
}

void Connection::Wait(bool for_read) {
  bool& waiting = for_read ? waiting_read_ : waiting_write_;
  if (waiting || closed_) return;
  waiting = true;
  const auto kind = for_read ? asio::socket_base::wait_read : asio::socket_base::wait_write;
  socket_.async_wait(kind,
                     [self = shared_from_this(), for_read](const boost::system::error_code& error) {
                       (for_read ? self->waiting_read_ : self->waiting_write_) = false;
                       if (self->closed_) return;
                       if (error) return self->Close({ErrorCode::kDisconnected, error.message()});
                       self->Drive();
                     });
}

void Connection::Drive() {
  if (closed_) return;
  if (!open_) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
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
}

void Connection::Close(const Error& reason) {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  owner_.OnClosed(shared_from_this(), reason);
}

}  // namespace lottery::protocol::net
