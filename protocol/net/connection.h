// One TLS connection that carries frames. The reactor brings what came and takes what goes, so
// that many connections share a system call; OpenSSL sees memory, and an idle connection holds no
// buffers. A connection lives on one reactor with one thread; nothing here locks.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "crypto/tls.h"
#include "protocol/frame.h"
#include "protocol/net/reactor.h"

namespace lottery::protocol::net {

class Connection : public Reactor::Stream, public std::enable_shared_from_this<Connection> {
 public:
  /// What the owner of a connection hears; all on the connection's thread.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnOpen(const std::shared_ptr<Connection>& connection) = 0;
    /// `read_at` is when the frame's last octet was read.
    virtual void OnFrame(const std::shared_ptr<Connection>& connection, Frame frame,
                         base::UtcTime read_at) = 0;
    /// The peer broke the framing. The connection closes after what the owner still sends.
    virtual void OnBroken(const std::shared_ptr<Connection>& connection,
                          const base::Error& error) = 0;
    /// Once, for whatever reason; `reason.code` is kDisconnected when the peer just left.
    virtual void OnClosed(const std::shared_ptr<Connection>& connection,
                          const base::Error& reason) = 0;
  };

  /// `socket` is connected and does not block.
  Connection(Reactor& reactor, Descriptor socket, SSL_CTX* context, bool server,
             std::size_t max_frame, Owner& owner);
  ~Connection() override;

  /// Starts the handshake. Call once, on the connection's thread.
  void Start();
  /// Queues octets (an encoded frame). On the connection's thread, and this or another connection
  /// of it may be found broken and closed within.
  void Send(ByteView octets);
  /// Sends what is queued, then closes; of a connection that is not open yet only what the
  /// handshake has to say. On the connection's thread.
  void CloseAfterSending(const base::Error& reason);
  void Close(const base::Error& reason);

  SSL* ssl() { return ssl_.get(); }
  bool open() const { return open_; }
  bool closed() const { return closed_; }
  /// Common name of the peer's certificate, once open.
  const std::string& peer() const { return peer_; }
  /// Whatever the owner wants to hang on a connection.
  std::shared_ptr<void> attachment;

 private:
  friend struct MemoryBio;
  // The first half of a handshake costs as much as ten sales; who has had it is let through.
  bool Patient() const override { return server_ && !greeted_; }
  void OnOctets(ByteView octets, base::UtcTime at) override;
  void OnEnd() override;
  ByteView Unsent() const override;
  void OnSent(std::size_t octets, bool blocked) override;
  bool Greet();
  void Read(base::UtcTime at);
  bool DeliverFrames(base::UtcTime at);
  void Write(ByteView octets);
  void Push();
  void Stopped(int result);

  Reactor& reactor_;
  Descriptor socket_;
  crypto::TlsHandle ssl_;
  Owner& owner_;
  FrameReader reader_;
  ByteView came_;  // and OpenSSL has not taken yet
  Bytes early_;    // frames to be sent once open
  Bytes out_;      // records, of which the first sent_ octets are sent
  std::size_t sent_ = 0;
  std::string peer_;
  base::Error end_reason_{base::ErrorCode::kDisconnected, ""};
  bool server_;
  bool greeted_ = false;  // the peer's hello was answered
  bool open_ = false, closed_ = false, closing_ = false;
};

}  // namespace lottery::protocol::net
