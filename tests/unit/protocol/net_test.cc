// Sockets, many at a time, and the connections on them: once by one system call for all, once by a
// call each.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <future>
#include <map>
#include <thread>

#include "protocol/net/connection.h"

namespace lottery::protocol::net {
namespace {

using namespace std::chrono_literals;

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    LOTTERY_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
    ours = Descriptor(fds[0]);
    theirs = Descriptor(fds[1]);
  }
  Descriptor ours, theirs;
};

class Net : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !ManySockets().together()) GTEST_SKIP() << "no io_uring here";
  }
};
INSTANTIATE_TEST_SUITE_P(Ways, Net, testing::Bool(),
                         [](const auto& way) { return way.param ? "OneCall" : "CallEach"; });

TEST_P(Net, ReceivesWhatEachHas) {
  ManySockets sockets(GetParam());
  EXPECT_EQ(sockets.together(), GetParam());
  std::vector<Pair> pairs(ManySockets::kMost);
  std::vector<std::array<char, 8>> buffers(pairs.size());
  std::vector<ManySockets::Part> parts;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::string text(i, static_cast<char>('a' + i));
    if (i % 4 == 1) pairs[i].theirs.Close();
    if (i % 4 > 1) {
      ASSERT_EQ(::write(pairs[i].theirs.get(), text.data(), i), static_cast<int>(i));
    }
    parts.push_back({i == 8 ? -1 : pairs[i].ours.get(), buffers[i].data(), 8, 99});
  }
  sockets.Receive(parts);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::array<std::ptrdiff_t, 4> wanted{
        i == 8 ? -EBADF : -EAGAIN, 0, static_cast<std::ptrdiff_t>(std::min<std::size_t>(i, 8)),
        static_cast<std::ptrdiff_t>(std::min<std::size_t>(i, 8))};
    EXPECT_EQ(parts[i].done, wanted[i % 4]) << i;
    if (parts[i].done > 0) {
      EXPECT_EQ(buffers[i][0], static_cast<char>('a' + i));
    }
  }
}

TEST_P(Net, SendsWhatEachTakes) {
  ManySockets sockets(GetParam());
  std::vector<Pair> pairs(ManySockets::kMost);
  std::string large(8 << 20, 'x');
  std::vector<ManySockets::Part> parts;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 3) pairs[i].theirs.Close();
    parts.push_back({pairs[i].ours.get(), large.data(), i == 5 ? large.size() : i + 1, 99});
  }
  sockets.Send(parts);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 3) {
      EXPECT_EQ(parts[i].done, -EPIPE);  // and no signal
    } else if (i == 5) {
      EXPECT_GT(parts[i].done, 0);
      EXPECT_LT(parts[i].done, static_cast<std::ptrdiff_t>(large.size()));
    } else {
      EXPECT_EQ(parts[i].done, static_cast<std::ptrdiff_t>(i + 1));
    }
  }
  sockets.Send(std::span(parts).subspan(5, 1));
  EXPECT_EQ(parts[5].done, -EAGAIN);
  sockets.Send({});
}

struct SetClock : base::Clock {
  base::UtcTime Now() const override { return now; }
  base::UtcTime now{1'000};
};

// Ends of TLS connections: servers, which echo frames, in one reactor, clients in another.
struct House : Connection::Owner {
  explicit House(bool together) : reactor(clock, together), outside(clock, together) {
    const auto ca = *crypto::MakeCa("test", 2);
    const auto issue = [&](const char* name, bool serves) {
      return *crypto::IssueCertificate(ca, name, serves, serves ? "localhost" : "", 2);
    };
    server = std::move(*crypto::MakeTlsContext(true, issue("central", true), ca.certificate_pem));
    client =
        std::move(*crypto::MakeTlsContext(false, issue("terminal:1", false), ca.certificate_pem));
    const auto other = *crypto::MakeCa("other", 2);
    stranger = std::move(*crypto::MakeTlsContext(
        false, *crypto::IssueCertificate(other, "terminal:1", false, "", 2), ca.certificate_pem));
  }
  ~House() override {
    reactor.Clear();
    outside.Clear();
  }

  // The client's end; the server's is the newest of `servers`.
  std::shared_ptr<Connection> Dial(SSL_CTX* context) {
    Pair pair;
    auto theirs = std::make_shared<Connection>(reactor, std::move(pair.theirs), server.get(), true,
                                               kMaxAnswerOctets, *this);
    auto ours = std::make_shared<Connection>(outside, std::move(pair.ours), context, false,
                                             kMaxAnswerOctets, *this);
    theirs->Start();
    ours->Start();
    servers.push_back(theirs);
    return ours;
  }
  void RunUntil(const std::function<bool()>& done) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      ASSERT_TRUE(outside.Poll(1ms));
      ASSERT_TRUE(reactor.Poll(1ms));
      ASSERT_LT(std::chrono::steady_clock::now(), until);
    }
  }
  // Clients do nothing meanwhile.
  void RunServers() {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(reactor.Poll(1ms));
  }
  bool IsServer(const Connection* c) const {
    return std::any_of(servers.begin(), servers.end(), [&](const auto& s) { return s.get() == c; });
  }
  void OnOpen(const std::shared_ptr<Connection>&) override { ++opened; }
  void OnFrame(const std::shared_ptr<Connection>& c, Frame frame, base::UtcTime at) override {
    EXPECT_EQ(at.ms, clock.now.ms);
    if (!IsServer(c.get())) {
      got[c.get()].push_back(std::move(frame.body));
      return;
    }
    c->Send(EncodeFrame(FrameType::kReceipt, frame.body));
    if (frame.body == "last") c->CloseAfterSending({base::ErrorCode::kSessionReplaced, "asked"});
  }
  void OnBroken(const std::shared_ptr<Connection>& c, const base::Error&) override {
    c->Send(EncodeFrame(FrameType::kRefusal, "broken"));
  }
  void OnClosed(const std::shared_ptr<Connection>& c, const base::Error& reason) override {
    EXPECT_FALSE(closed.contains(c.get())) << "told twice";
    closed[c.get()] = reason;
  }

  SetClock clock;
  Reactor reactor, outside;
  crypto::TlsContext server, client, stranger;
  std::vector<std::shared_ptr<Connection>> servers;
  std::map<const Connection*, std::vector<Bytes>> got;
  std::map<const Connection*, base::Error> closed;
  int opened = 0;
};

// Frames from one octet to several records and more than a socket takes at once, on more lines than
// one call moves, sent before the handshake is done.
TEST_P(Net, EveryFrameComesBackInOrder) {
  House house(GetParam());
  std::vector<std::shared_ptr<Connection>> clients;
  const std::size_t lines = 3 * ManySockets::kMost + 1;
  for (std::size_t i = 0; i < lines; ++i) clients.push_back(house.Dial(house.client.get()));
  std::vector<std::vector<Bytes>> sent(lines);
  for (std::size_t i = 0; i < lines; ++i) {
    for (const std::size_t size :
         {std::size_t{1}, i, 5'000 + i, i == 7 ? std::size_t{2'000'000} : 17'000}) {
      sent[i].push_back(Bytes(size, static_cast<char>('A' + i)));
      clients[i]->Send(EncodeFrame(FrameType::kSubmit, sent[i].back()));
    }
  }
  house.RunUntil([&] {
    return std::all_of(clients.begin(), clients.end(),
                       [&](const auto& c) { return house.got[c.get()].size() == 4; });
  });
  for (std::size_t i = 0; i < lines; ++i) EXPECT_EQ(house.got[clients[i].get()], sent[i]) << i;
  EXPECT_EQ(house.opened, static_cast<int>(2 * lines));
  EXPECT_TRUE(house.closed.empty());
}

TEST_P(Net, TheLastAnswerArrivesBeforeTheEnd) {
  House house(GetParam());
  const auto client = house.Dial(house.client.get()), other = house.Dial(house.client.get());
  client->Send(EncodeFrame(FrameType::kSubmit, "last") + EncodeFrame(FrameType::kSubmit, "later"));
  other->Send(Bytes("\x7f\xff\xff\xff!", 5));  // a length nobody may announce
  house.RunUntil([&] { return house.closed.size() == 4; });
  EXPECT_EQ(house.got[client.get()], std::vector<Bytes>{"last"});
  EXPECT_EQ(house.got[other.get()], std::vector<Bytes>{"broken"});
  EXPECT_EQ(house.closed[house.servers[0].get()].code, base::ErrorCode::kSessionReplaced);
  EXPECT_EQ(house.closed[house.servers[1].get()].code, base::ErrorCode::kFrameTooLarge);
  EXPECT_EQ(house.closed[client.get()].code, base::ErrorCode::kDisconnected);
}

TEST_P(Net, AStrangerIsToldWhy) {
  House house(GetParam());
  const auto client = house.Dial(house.stranger.get());
  house.RunUntil([&] { return house.closed.size() == 2; });
  EXPECT_EQ(house.closed[house.servers[0].get()].code, base::ErrorCode::kTlsFailure);
  EXPECT_NE(house.closed[client.get()].detail.find("alert"), std::string::npos)
      << house.closed[client.get()].detail;
}

// What is posted runs, to the end of many turns; what came is not looked at until there is room.
TEST_P(Net, WhoIsFullReadsNothing) {
  House house(GetParam());
  const auto client = house.Dial(house.client.get());
  house.RunUntil([&] { return house.opened == 2; });
  std::atomic<bool> full{true};
  std::thread runs([&] { house.reactor.Run({}, {}, [&] { return full.load(); }); });
  client->Send(EncodeFrame(FrameType::kSubmit, "waits"));
  for (int i = 0; i < 20; ++i) {
    std::promise<void> ran;
    house.reactor.Post([&] { ran.set_value(); });
    ASSERT_TRUE(house.outside.Poll(1ms));
    ran.get_future().wait();
  }
  EXPECT_TRUE(house.got[client.get()].empty());
  full = false;
  while (house.got[client.get()].empty()) ASSERT_TRUE(house.outside.Poll(1ms));
  EXPECT_EQ(house.got[client.get()], std::vector<Bytes>{"waits"});
  house.reactor.Stop();
  runs.join();
}

// A request and the peer's goodbye in one piece: the answer still goes.
TEST_P(Net, AGoodbyeDoesNotSwallowTheAnswer) {
  House house(GetParam());
  const auto client = house.Dial(house.client.get());
  house.RunUntil([&] { return house.opened == 2; });
  house.clock.now.ms += 5;
  client->Send(EncodeFrame(FrameType::kSubmit, "question"));
  SSL_shutdown(client->ssl());
  house.RunUntil([&] { return house.closed.size() == 2; });
  EXPECT_EQ(house.got[client.get()], std::vector<Bytes>{"question"});
}

TEST_P(Net, WhoLeavesIsNoticed) {
  House house(GetParam());
  const auto client = house.Dial(house.client.get());
  house.RunUntil([&] { return house.opened == 2; });
  client->Close({base::ErrorCode::kDisconnected, ""});
  house.RunUntil([&] { return house.closed.size() == 2; });
  EXPECT_EQ(house.closed[house.servers[0].get()].code, base::ErrorCode::kDisconnected);
}

// A peer that does not read for a while gets all of it later; one for whom too much waits is let
// go, and a last answer that it does not take is not waited for. Others are served meanwhile.
TEST_P(Net, WhoDoesNotReadHoldsUpNobody) {
  House house(GetParam());
  const auto slow = house.Dial(house.client.get()), deaf = house.Dial(house.client.get()),
             dull = house.Dial(house.client.get());
  house.RunUntil([&] { return house.opened == 6; });
  const Bytes body(1 << 20, 'x'), frame = EncodeFrame(FrameType::kReceipt, body);
  for (int i = 0; i < 4; ++i) house.servers[0]->Send(frame);
  house.servers[1]->Send(frame);
  house.servers[2]->Send(frame);
  house.RunServers();  // sockets are full now
  EXPECT_GT(static_cast<Reactor::Stream&>(*house.servers[0]).Unsent().size(), body.size());
  house.servers[2]->CloseAfterSending({base::ErrorCode::kSessionReplaced, ""});
  EXPECT_TRUE(house.servers[2]->closed());
  for (int i = 1; i < 20; ++i) {
    house.servers[1]->Send(frame);
    if (i < 8) {
      EXPECT_FALSE(house.servers[1]->closed());
    }
  }
  EXPECT_EQ(house.closed[house.servers[1].get()].detail, "the peer does not read its answers");
  const auto prompt = house.Dial(house.client.get());
  prompt->Send(EncodeFrame(FrameType::kSubmit, "hello"));
  house.RunUntil([&] {
    return house.got[slow.get()].size() == 4 && house.closed.size() == 4 &&
           house.got[prompt.get()].size() == 1;
  });
  EXPECT_EQ(house.got[slow.get()], std::vector<Bytes>(4, body));
  EXPECT_EQ(house.got[prompt.get()], std::vector<Bytes>{"hello"});
  EXPECT_TRUE(house.got[dull.get()].empty());
  EXPECT_FALSE(slow->closed());
}

}  // namespace
}  // namespace lottery::protocol::net
