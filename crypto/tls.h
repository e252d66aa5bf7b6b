// TLS 1.3 contexts with mutual authentication. Which bytes travel is the business of protocol/net.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "crypto/ca.h"
#include "crypto/hash.h"

namespace lottery::crypto {

struct TlsContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct TlsFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextFree>;
using TlsHandle = std::unique_ptr<SSL, TlsFree>;

/// TLS 1.3 only; the peer must show a certificate under `ca_pem`; idle connections give their
/// buffers back. Errors: kBadCertificate.
Result<TlsContext> MakeTlsContext(bool server, const Identity& own, const std::string& ca_pem);

/// A certificate and its key, read once for any number of connections.
class TlsIdentity {
 public:
  /// Errors: kBadCertificate.
  static Result<TlsIdentity> Read(const Identity& own);
  /// Shows it on one connection, instead of the context's. Errors: kBadCertificate.
  base::Status Use(SSL* ssl) const;
  base::Status Use(SSL_CTX* context) const;

 private:
  struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::unique_ptr<X509, Free> certificate_;
  std::unique_ptr<EVP_PKEY, Free> key_;
};

/// A server gives every client one session ticket and takes it back, as often as it comes, for a
/// cheaper handshake. Keys follow from `master`, which all servers of an operator share, and change
/// every twelve hours; a ticket lives until the end of the next twelve, in which whoever brings it
/// gets a new one. No early data. Pre: one master and one clock a process; the clock outlives all
/// handshakes.
void ServeTickets(SSL_CTX* context, ByteView master, const base::Clock& clock);

/// A client's side of it: the newest ticket a server gave on a connection. One lives as long as the
/// client and is handed to every connection of its own.
///
/// A ticket is offered again and again. Who listens to the line can tell that two connections are
/// of one client (RFC 8446, C.4); it could by the address, a terminal has one. A new ticket with
/// each connection would make resuming half as dear again, when everybody comes back at once.
class TlsSession {
 public:
  /// Before the handshake, and once a connection: offers the ticket there is and keeps the next
  /// one. This object must outlive `ssl`.
  void Offer(SSL* ssl);

 private:
  friend Result<TlsContext> MakeTlsContext(bool, const Identity&, const std::string&);
  static int Keep(SSL* ssl, SSL_SESSION* session);
  struct Free {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  std::unique_ptr<SSL_SESSION, Free> session_;
};

/// The common name of the peer's verified certificate; empty before the handshake is done.
std::string PeerCommonName(const SSL* ssl);

}  // namespace lottery::crypto
