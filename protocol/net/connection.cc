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

// What OpenSSL takes for its socket: the octets the reactor brought, and those it is to take.
struct MemoryBio {
  static Connection& Of(BIO* bio) { return *static_cast<Connection*>(BIO_get_data(bio)); }
  static int Read(BIO* bio, char* to, int size) {
    ByteView& came = Of(bio).came_;
    BIO_clear_retry_flags(bio);
    if (came.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t n = came.copy(to, static_cast<std::size_t>(size));
    came.remove_prefix(n);
    return static_cast<int>(n);
  }
  static int Write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    Of(bio).out_.append(from, static_cast<std::size_t>(size));
    return size;
  }
  static long Control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }
  static int Create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }
  static const BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
      LOTTERY_CHECK(made != nullptr && BIO_meth_set_read(made, Read) == 1 &&
                    BIO_meth_set_write(made, Write) == 1 && BIO_meth_set_ctrl(made, Control) == 1 &&
                    BIO_meth_set_create(made, Create) == 1);
      return made;
    }();
    return method;
  }
};

Connection::Connection(Reactor& reactor, Descriptor socket, SSL_CTX* context, bool server,
                       std::size_t max_frame, Owner& owner)
    : reactor_(reactor),
      socket_(std::move(socket)),
      ssl_(SSL_new(context)),
      owner_(owner),
      reader_(max_frame),
      server_(server) {
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  // One small message at a time: pacing by a timer a packet (bbr) would only cost.
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_CONGESTION, kCongestion, sizeof kCongestion - 1);
  BIO* const bio = BIO_new(MemoryBio::Method());
  LOTTERY_CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

Connection::~Connection() = default;

void Connection::Start() {
  reactor_.WatchStream(socket_.get(), shared_from_this());
  if (!server_) Greet();  // else the client speaks first
}

// OpenSSL cannot go on: it waits for more, or the connection is over and the peer gets what it has
// to get, an alert included.
void Connection::Stopped(int result) {
  const int why = SSL_get_error(ssl_.get(), result);  // before anything else asks OpenSSL
  switch (why) {
    case SSL_ERROR_WANT_READ:
      return Push();
    case SSL_ERROR_ZERO_RETURN:
      return CloseAfterSending({ErrorCode::kDisconnected, ""});
    default:
      return CloseAfterSending(
          {open_ ? ErrorCode::kDisconnected : ErrorCode::kTlsFailure, TlsReason()});
  }
}

// True once the handshake is done.
bool Connection::Greet() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  greeted_ = BIO_number_written(SSL_get_wbio(ssl_.get())) > 0;
  if (result != 1) {
    Stopped(result);
    return false;
  }
  open_ = true;
  peer_ = crypto::PeerCommonName(ssl_.get());
  Write(std::exchange(early_, {}));
  if (!closed_) owner_.OnOpen(shared_from_this());
  return !closed_;
}

void Connection::OnOctets(ByteView octets, base::UtcTime at) {
  if (closed_ || closing_) return;
  came_ = octets;
  if (open_ || Greet()) Read(at);
  came_ = {};  // a closing connection reads no more
}

void Connection::OnEnd() {
  if (closing_) return Close(end_reason_);
  Close({open_ ? ErrorCode::kDisconnected : ErrorCode::kTlsFailure, "connection lost"});
}

void Connection::Read(base::UtcTime at) {
  static thread_local char piece[kReadPiece];
  while (!closed_ && !closing_) {
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), piece, sizeof piece);
    if (n <= 0) return Stopped(n);
    reader_.Feed({piece, static_cast<std::size_t>(n)});
    if (!DeliverFrames(at)) return;
    if (came_.empty() && SSL_has_pending(ssl_.get()) == 0) break;
  }
  Push();  // OpenSSL may have answered by itself
}

bool Connection::DeliverFrames(base::UtcTime at) {
  while (!closed_ && !closing_) {
    auto next = reader_.Next();
    if (!next) {
      owner_.OnBroken(shared_from_this(), next.error());
      CloseAfterSending(next.error());
      return false;
    }
    if (!*next) return true;
    owner_.OnFrame(shared_from_this(), std::move(**next), at);
  }
  return false;
}

void Connection::Send(ByteView octets) {
  if (closed_ || closing_) return;
  if (open_) return Write(octets);
  early_.append(octets);
  if (early_.size() > kMaxUnsent)
    Close({ErrorCode::kDisconnected, "too much before the handshake"});
}

// Memory takes all; OpenSSL refuses only a peer that is in the middle of telling it something about
// the keys, which no peer of ours does and which would lose the answer's place.
void Connection::Write(ByteView octets) {
  while (!octets.empty()) {
    ERR_clear_error();
    const int n = SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
    if (n <= 0) return Close({ErrorCode::kDisconnected, "cannot answer now: " + TlsReason()});
    octets.remove_prefix(static_cast<std::size_t>(n));
  }
  Push();
}

void Connection::Push() {
  // OpenSSL's own counts too: a peer can ask it for new keys for ever.
  if (Unsent().size() > kMaxUnsent)
    return Close({ErrorCode::kDisconnected, "the peer does not read its answers"});
  if (!Unsent().empty()) reactor_.Push(socket_.get());
}

ByteView Connection::Unsent() const { return closed_ ? ByteView() : ByteView(out_).substr(sent_); }

void Connection::OnSent(std::size_t octets, bool blocked) {
  sent_ += octets;
  if (sent_ == out_.size()) {
    Bytes().swap(out_);
    sent_ = 0;
  } else if (sent_ > out_.size() / 2) {
    out_.erase(0, std::exchange(sent_, 0));
  }
  // A peer that does not take its last answer is not waited for.
  if (closing_ && (blocked || out_.empty())) Close(end_reason_);
}

void Connection::CloseAfterSending(const Error& reason) {
  if (closed_ || closing_) return;
  closing_ = true;
  end_reason_ = reason;
  if (open_) SSL_shutdown(ssl_.get());  // after a fatal error it does nothing
  ERR_clear_error();
  if (Unsent().empty() || !reactor_.Push(socket_.get())) Close(reason);
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
