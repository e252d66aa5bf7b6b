// The terminals' port among peers that never shake hands.
#include "central/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "crypto/ca.h"
#include "tests/sim/memory_store.h"

namespace lottery::central {
namespace {
using protocol::net::Descriptor;

constexpr const char* kOperator = "o.example";

struct SetClock : base::Clock {
  std::atomic<std::int64_t> ms{1'800'000'000'000};
  UtcTime Now() const override { return {ms}; }
};

// Central's server on an engine without a database.
struct Central {
  Central() {
    trust.operator_name = kOperator;
    secrets.mac_key.emplace("mac key");
    store.AddLog(NewLog(0, protocol::AuditOrigin(kOperator), std::nullopt));
    engine = std::make_unique<Engine>(kOperator, trust, secrets, record_key, store, clock);
    LOTTERY_CHECK(engine->Start().has_value());
    desk = std::make_unique<Desk>("", *engine, clock);
    const auto ca = crypto::MakeCa("root", 1).value();
    const auto own = crypto::IssueCertificate(ca, "central", true, "127.0.0.1", 1).value();
    claims = std::make_unique<ClaimDesk>("", "", trust, clock);
    server = std::make_unique<Server>(crypto::MakeTlsContext(true, own, ca.certificate_pem).value(),
                                      *engine, *desk, *claims, clock, 1);
    server->handshake_ms = 500;
    LOTTERY_CHECK(server->Listen("127.0.0.1", 0).has_value());
  }
  ~Central() {
    engine->Stop();
    desk->Stop();
  }
  SetClock clock;
  protocol::Trust trust;
  Secrets secrets;
  const crypto::SigningKey record_key = crypto::SigningKey::Generate();
  tests::MemoryStore store;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Desk> desk;
  std::unique_ptr<ClaimDesk> claims;
  std::unique_ptr<Server> server;
};

Descriptor NewSocket() { return Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

void Connect(const Descriptor& socket, unsigned short port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  LOTTERY_CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
}

// Whether the server closes a connection on which nothing is said; waits as long as that may take.
bool IsClosed(const Descriptor& socket) {
  const timeval most{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  char octet = 0;
  return ::recv(socket.get(), &octet, 1, 0) == 0;
}

TEST(Server, AClockThatIsSetBackKeepsNoHandshakeAlive) {
  Central central;
  const Descriptor before = NewSocket(), after = NewSocket();
  central.clock.ms += 1'800'000;
  Connect(before, central.server->port());
  std::promise<void> admitted;
  central.server->AfterAllRead([&] { admitted.set_value(); });
  admitted.get_future().wait();
  central.clock.ms -= 1'800'000;
  Connect(after, central.server->port());
  EXPECT_TRUE(IsClosed(before));
  EXPECT_TRUE(IsClosed(after));
}

double ProcessorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(Server, WithoutDescriptorsItRests) {
  Central central;
  std::vector<Descriptor> peers;
  for (int i = 0; i < 8; ++i) peers.push_back(NewSocket());
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  const int next = ::dup(0);
  ::close(next);
  rlimit few = old;
  few.rlim_cur = static_cast<rlim_t>(next) + 2;  // two of the eight can be accepted
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  for (const auto& peer : peers) Connect(peer, central.server->port());
  const double before = ProcessorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  const double used = ProcessorSeconds() - before;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_LT(used, 0.1);
  for (const auto& peer : peers) EXPECT_TRUE(IsClosed(peer));  // each of them was accepted
}

}  // namespace
}  // namespace lottery::central
