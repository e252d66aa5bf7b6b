// Handshakes over a pair of sockets, both ends in this thread.
#include "crypto/tls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lottery::crypto {
namespace {

constexpr int kDays = 2;
constexpr std::int64_t kTwelveHoursMs = 12 * 3600 * 1000;

// Of the keys of tickets, which OpenSSL's own clock does not make.
struct TicketClock : base::Clock {
  base::UtcTime Now() const override { return now; }
  base::UtcTime now{100 * kTwelveHoursMs};
};
TicketClock& Time() {
  static TicketClock clock;
  return clock;
}

class Line {
 public:
  Line(SSL_CTX* server, SSL_CTX* client, TlsSession* session = nullptr)
      : server_(SSL_new(server)), client_(SSL_new(client)) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_), 0);
    SSL_set_fd(server_.get(), ends_[0]);
    SSL_set_fd(client_.get(), ends_[1]);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
    if (session != nullptr) session->Offer(client_.get());
  }
  ~Line() {
    for (const int end : ends_) ::close(end);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  SSL* server() { return server_.get(); }
  SSL* client() { return client_.get(); }
  /// Whether both ends are content. Tickets are read too.
  bool Greet() {
    int server = 0, client = 0;
    for (int i = 0; i < 10 && (server != 1 || client != 1); ++i) {
      if (client != 1) client = SSL_do_handshake(client_.get());
      if (server != 1) server = SSL_do_handshake(server_.get());
    }
    char octet = 0;
    EXPECT_LE(SSL_read(client_.get(), &octet, 1), 0);
    return server == 1 && client == 1;
  }
  bool resumed() { return SSL_session_reused(server_.get()) == 1; }

 private:
  int ends_[2] = {-1, -1};
  TlsHandle server_, client_;
};

class Tls : public testing::Test {
 protected:
  Identity Issue(const std::string& name) const {
    return *IssueCertificate(ca, name, false, "", kDays);
  }
  TlsContext Server() const {
    auto context = MakeTlsContext(true, *IssueCertificate(ca, "central", true, "localhost", kDays),
                                  ca.certificate_pem);
    ServeTickets(context->get(), "the master of this process", Time());
    return std::move(*context);
  }
  TlsContext Client(const std::string& name) const {
    return std::move(*MakeTlsContext(false, Issue(name), ca.certificate_pem));
  }
  const Identity ca = *MakeCa("root", kDays);
};

TEST_F(Tls, BothSidesShowACertificateAndNothingElse) {
  const auto server = Server(), client = Client("terminal:1001");
  Line line(server.get(), client.get());
  ASSERT_TRUE(line.Greet());
  EXPECT_FALSE(line.resumed());
  EXPECT_EQ(PeerCommonName(line.server()), "terminal:1001");
  EXPECT_EQ(PeerCommonName(line.client()), "central");
  // OpenSSL gives a server the chain without the leaf, and a client all of it.
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(line.server())), 0) << "the root was sent along";
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(line.client())), 1);
}

TEST_F(Tls, AStrangerIsNotLetIn) {
  const auto server = Server();
  const Identity other = *MakeCa("root", kDays);
  const auto stranger = MakeTlsContext(
      false, *IssueCertificate(other, "terminal:1001", false, "", kDays), ca.certificate_pem);
  Line line(server.get(), stranger->get());
  EXPECT_FALSE(line.Greet());
  EXPECT_EQ(PeerCommonName(line.server()), "");
  const auto deceived = MakeTlsContext(false, Issue("terminal:1001"), other.certificate_pem);
  Line other_line(server.get(), deceived->get());
  EXPECT_FALSE(other_line.Greet());
  EXPECT_EQ(
      MakeTlsContext(false, {Issue("a").certificate_pem, Issue("b").key_pem}, ca.certificate_pem)
          .error()
          .code,
      base::ErrorCode::kBadCertificate);
}

TEST_F(Tls, OneTicketServesManyConnectionsOfAllServers) {
  const auto client = Client("terminal:1001");
  const auto one = Server(), another = Server();
  TlsSession session;
  {
    Line first(one.get(), client.get(), &session);
    ASSERT_TRUE(first.Greet());
    EXPECT_FALSE(first.resumed());
  }  // the line dies without a farewell
  for (int i = 0; i < 4; ++i) {
    Line next((i % 2 == 0 ? another : one).get(), client.get(), &session);
    ASSERT_TRUE(next.Greet());
    EXPECT_TRUE(next.resumed()) << i;
    EXPECT_EQ(PeerCommonName(next.server()), "terminal:1001");
  }
  TlsSession none;
  Line fresh(one.get(), client.get(), &none);
  ASSERT_TRUE(fresh.Greet());
  EXPECT_FALSE(fresh.resumed());
}

// Twelve hours later a ticket is good for the next one, and a day later for nothing.
TEST_F(Tls, TicketsGetOld) {
  const auto server = Server(), client = Client("terminal:1001");
  TlsSession session, kept;
  const auto resumed = [&](TlsSession& ticket) {
    Line line(server.get(), client.get(), &ticket);
    EXPECT_TRUE(line.Greet());
    EXPECT_EQ(PeerCommonName(line.server()), "terminal:1001");
    return line.resumed();
  };
  EXPECT_FALSE(resumed(session));
  EXPECT_FALSE(resumed(kept));
  Time().now.ms += kTwelveHoursMs;
  EXPECT_TRUE(resumed(session)) << "and renewed";
  Time().now.ms += kTwelveHoursMs;
  EXPECT_TRUE(resumed(session));
  EXPECT_FALSE(resumed(kept)) << "a day old";
  EXPECT_TRUE(resumed(kept)) << "of the full handshake";
}

TEST_F(Tls, AConnectionMayShowAnotherCertificate) {
  const auto server = Server(), client = Client("terminal:1001");
  const auto other = TlsIdentity::Read(Issue("terminal:1002"));
  ASSERT_TRUE(other.has_value());
  Line line(server.get(), client.get());
  ASSERT_TRUE(other->Use(line.client()).has_value());
  ASSERT_TRUE(line.Greet());
  EXPECT_EQ(PeerCommonName(line.server()), "terminal:1002");
  EXPECT_FALSE(TlsIdentity::Read({"", ""}).has_value());
}

}  // namespace
}  // namespace lottery::crypto
