// The public port among peers that mean no good, and those who mean well between them.
#include "protocol/net/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>
#include <vector>

#include "protocol/net/reactor.h"

namespace lottery::protocol::net {
namespace {

constexpr int kWaitMs = 10'000;  // for what must come; nothing is measured by it

// A client that can do everything wrong.
class Peer {
 public:
  explicit Peer(const char* from = "127.0.0.1") : from_(from), socket_(MakeSocket()) {}
  Peer(unsigned short port, const char* from = "127.0.0.1") : Peer(from) { Connect(port); }
  void Connect(unsigned short port) {
    sockaddr_in own = Address(from_, 0), to = Address("127.0.0.1", port);
    ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&own), sizeof own);
    connected_ = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  bool connected() const { return connected_; }
  void Say(const std::string& text) {
    ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }
  // What comes until the server closes, or until `most` octets are there.
  std::string Hear(std::size_t most = 1 << 20, int wait_ms = kWaitMs) {
    std::string out;
    char piece[4096];
    pollfd waiting{socket_.get(), POLLIN, 0};
    while (out.size() < most && ::poll(&waiting, 1, wait_ms) > 0) {
      const auto n = ::recv(socket_.get(), piece, sizeof piece, 0);
      if (n <= 0) break;
      out.append(piece, static_cast<std::size_t>(n));
    }
    return out;
  }
  // Whether the server has closed the connection by now.
  bool IsClosed() const {
    char octet = 0;
    return ::recv(socket_.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }

 private:
  static int MakeSocket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
  static sockaddr_in Address(const char* host, unsigned short port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    return address;
  }
  const char* from_;
  Descriptor socket_;
  bool connected_ = false;
};

HttpAnswer Echo(const HttpRequest& request) {
  if (request.target == "/throw") throw std::runtime_error("a handler's mistake");
  return {200, "text/plain", request.method + " " + request.target + " " + request.body};
}

std::unique_ptr<HttpServer> StartServer(HttpLimits limits = {}) {
  auto server = HttpServer::Start("127.0.0.1", 0, 1, Echo, 0, limits);
  LOTTERY_CHECK(server.has_value());
  return std::move(*server);
}

std::string Get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

TEST(Http, EachRequestHasItsAnswer) {
  HttpLimits limits;
  limits.request_ms = 300;
  limits.idle_ms = 200;
  limits.body_octets = 10;
  limits.header_octets = 200;
  const auto server = StartServer(limits);
  struct Row {
    const char* what;
    std::string say;
    std::string begins, ends;  // of the answer; empty: closed without one
  };
  const std::string close = "Connection: close\r\n";
  const Row rows[] = {
      {"a GET", Get("/a", close), "HTTP/1.1 200 ", "\r\n\r\nGET /a "},
      {"a HEAD is a GET without its body", "HEAD /abc HTTP/1.1\r\nHost: x\r\n" + close + "\r\n",
       "HTTP/1.1 200 ", "Content-Length: 9\r\n\r\n"},
      {"two on one connection, a HEAD first", "HEAD /a HTTP/1.1\r\n\r\n" + Get("/b", close),
       "HTTP/1.1 200 ", "GET /b "},
      {"the largest body", "POST /p HTTP/1.1\r\n" + close + "Content-Length: 10\r\n\r\n0123456789",
       "HTTP/1.1 200 ", "POST /p 0123456789"},
      {"a body too large", "POST /p HTTP/1.1\r\nContent-Length: 11\r\n\r\n0123456789a",
       "HTTP/1.1 413 ", ""},
      {"a header too large", Get("/" + std::string(300, 'a')), "HTTP/1.1 431 ", ""},
      {"no HTTP at all", "\x16\x03\x01 hello\r\n\r\n", "HTTP/1.1 400 ", ""},
      {"half a request", "GET /a HT", "HTTP/1.1 408 ", ""},
      {"half a body", "POST /p HTTP/1.1\r\nContent-Length: 9\r\n\r\n01", "HTTP/1.1 408 ", ""},
      {"nothing", "", "", ""},
      {"nothing after the first", Get("/a"), "HTTP/1.1 200 ", "GET /a "},
      {"a handler that throws", Get("/throw", close), "HTTP/1.1 500 ", "internal error\n"}};
  for (const auto& row : rows) {
    Peer peer(server->port());
    peer.Say(row.say);
    const std::string heard = peer.Hear();
    EXPECT_TRUE(heard.starts_with(row.begins)) << row.what << ": " << heard;
    EXPECT_TRUE(heard.ends_with(row.ends)) << row.what << ": " << heard;
    EXPECT_EQ(heard.empty(), row.begins.empty()) << row.what << ": " << heard;
    EXPECT_TRUE(peer.IsClosed()) << row.what;
  }
}

// How many descriptors this process may have: so many more than it has, while this lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(int more) {
    LOTTERY_CHECK(::getrlimit(RLIMIT_NOFILE, &old_) == 0);
    const int next = ::dup(0);
    ::close(next);
    rlimit few = old_;
    few.rlim_cur = static_cast<rlim_t>(next + more);
    LOTTERY_CHECK(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &old_); }

 private:
  rlimit old_{};
};

// A process of its own with 120 connections that say nothing and come back when they are closed.
class Flood {
 public:
  Flood() {
    LOTTERY_CHECK(::pipe2(pipe_, O_CLOEXEC) == 0);
    child_ = ::fork();
    if (child_ == 0) Run();
  }
  ~Flood() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    for (const int fd : pipe_) ::close(fd);
    ::munmap(opened_, sizeof *opened_);
  }
  void Start(unsigned short port) { LOTTERY_CHECK(::write(pipe_[1], &port, sizeof port) > 0); }
  int opened() const { return *opened_; }

 private:
  [[noreturn]] void Run() {
    unsigned short port = 0;
    if (::read(pipe_[0], &port, sizeof port) != sizeof port) ::_exit(1);
    std::vector<std::unique_ptr<Peer>> peers(120);
    while (true) {
      for (auto& peer : peers) {
        if (peer && !peer->IsClosed() && peer->Hear(1, 0).empty()) continue;
        peer = std::make_unique<Peer>(port);
        ++*opened_;
      }
    }
  }
  int pipe_[2] = {-1, -1};
  pid_t child_ = 0;
  std::atomic<int>* const opened_ =
      new (::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<int>(0);
};

TEST(Http, IdleConnectionsOfOneAddressKeepNobodyElseOut) {
  Flood flood;
  const FewDescriptors few(40);
  HttpLimits limits;
  limits.connections_an_address = 4;
  const auto server = StartServer(limits);
  flood.Start(server->port());
  while (flood.opened() < 240)
    std::this_thread::yield();  // everybody was there, most of them twice
  for (int i = 0; i < 50; ++i) {
    Peer peer(server->port(), "127.0.0.2");
    peer.Say(Get("/a", "Connection: close\r\n"));
    ASSERT_TRUE(peer.Hear().starts_with("HTTP/1.1 200 ")) << i;
  }
}

TEST(Http, TheNewestIsRefusedWhenFullAndAPlaceThatIsLeftIsTaken) {
  HttpLimits limits;
  limits.connections = 3;
  limits.connections_an_address = 2;
  const auto server = StartServer(limits);
  const auto open = [&](const char* from) {
    auto peer = std::make_unique<Peer>(server->port(), from);
    peer->Say(Get("/a"));
    const std::string heard = peer->Hear(12);
    return std::pair(std::move(peer), heard.substr(0, 12));
  };
  auto first = open("127.0.0.1");
  const auto second = open("127.0.0.1"), third = open("127.0.0.1"), fourth = open("127.0.0.2"),
             fifth = open("127.0.0.3");
  EXPECT_EQ(first.second, "HTTP/1.1 200");
  EXPECT_EQ(second.second, "HTTP/1.1 200");
  EXPECT_EQ(third.second, "HTTP/1.1 503");  // its address has its share
  EXPECT_EQ(fourth.second, "HTTP/1.1 200");
  EXPECT_EQ(fifth.second, "HTTP/1.1 503");  // nobody has any
  first.first.reset();
  std::string heard;
  for (int tries = 0; tries < 1000 && heard != "HTTP/1.1 200"; ++tries)
    heard = open("127.0.0.3").second;
  EXPECT_EQ(heard, "HTTP/1.1 200");
}

double ProcessorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The process has no descriptor left: who waits is served once there is one, and meanwhile nothing
// spins.
TEST(Http, WithoutDescriptorsItRests) {
  const auto server = StartServer();
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 8; ++i) peers.push_back(std::make_unique<Peer>());
  std::optional<FewDescriptors> few(2);  // two of the eight can be accepted
  for (auto& peer : peers) peer->Connect(server->port());
  const double before = ProcessorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const double used = ProcessorSeconds() - before;
  few.reset();
  EXPECT_LT(used, 0.1);
  for (auto& peer : peers) {
    peer->Say(Get("/a", "Connection: close\r\n"));
    EXPECT_TRUE(peer->Hear().starts_with("HTTP/1.1 200 "));
  }
}

TEST(Http, ACallIsBoundedInTimeAndSize) {
  const auto server = StartServer();
  const std::string url = "http://127.0.0.1:" + std::to_string(server->port());
  struct Row {
    std::string url;
    std::size_t most;
    base::ErrorCode code;  // kInternal: an answer
  };
  const Row rows[] = {{url + "/abc", 9, base::ErrorCode::kInternal},
                      {url + "/abc", 8, base::ErrorCode::kDisconnected},
                      {url, 100, base::ErrorCode::kInternal},
                      {"http://127.0.0.1", 100, base::ErrorCode::kUsage},
                      {"http://", 100, base::ErrorCode::kUsage},
                      {"ftp", 100, base::ErrorCode::kUsage},
                      {"", 100, base::ErrorCode::kUsage},
                      {"http://127.0.0.1:1/", 100, base::ErrorCode::kDisconnected}};
  for (const auto& row : rows) {
    const auto answer = HttpCall("GET", row.url, "", kWaitMs, row.most);
    const auto code = answer ? base::ErrorCode::kInternal : answer.error().code;
    EXPECT_EQ(code, row.code) << row.url << " " << row.most;
  }
}

}  // namespace
}  // namespace lottery::protocol::net
