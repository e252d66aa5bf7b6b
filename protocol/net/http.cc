#include "protocol/net/http.h"

#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/thread.h"

namespace lottery::protocol::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using base::ErrorCode;
using base::Fail;
using boost::system::error_code;
namespace {

/// Without descriptors or memory the next attempt fails as the last one did.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr std::size_t kDrainedAtOnce = 4096;
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

HttpLimits WithinDescriptors(HttpLimits limits) {
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
    limits.connections = std::min<std::size_t>(limits.connections, descriptors.rlim_cur / 4);
  return limits;
}

// Connections that are open, of all and of each address. Thread-safe.
class Places {
 public:
  explicit Places(const HttpLimits& limits) : limits_(limits) {}
  bool Take(const asio::ip::address& who) {
    const std::lock_guard lock(mutex_);
    if (taken_ >= limits_.connections) return false;
    const auto of = of_.try_emplace(who, 0).first;
    if (of->second >= limits_.connections_an_address) return false;
    ++of->second;
    ++taken_;
    return true;
  }
  void Leave(const asio::ip::address& who) {
    const std::lock_guard lock(mutex_);
    --taken_;
    const auto of = of_.find(who);
    if (--of->second == 0) of_.erase(of);
  }

 private:
  const HttpLimits limits_;
  std::mutex mutex_;
  std::size_t taken_ = 0;                        // guarded by mutex_
  std::map<asio::ip::address, std::size_t> of_;  // guarded by mutex_
};

// One connection, on its strand, until it is closed. Holds a place as long as it lives.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const asio::ip::address& who, Places& places,
          const HttpLimits& limits, const HttpServer::Handler& handler)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        who_(who),
        places_(places),
        limits_(limits),
        handler_(handler) {}
  ~Session() { places_.Leave(who_); }
  auto executor() { return socket_.get_executor(); }

  // Until the first octet of a request.
  void Await() {
    if (buffer_.size() != 0) return Read();
    GiveUpAfter(limits_.idle_ms);
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
      if (!error) self->Read();
    });
  }

 private:
  void Read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.header_octets));
    parser_->body_limit(limits_.body_octets);
    GiveUpAfter(limits_.request_ms);
    http::async_read(
        socket_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->OnRead(error); });
  }

  void OnRead(error_code error) {
    if (!error) return Answer();
    if (gave_up_) return Send({408, "text/plain; charset=utf-8", "too slow\n"}, false);
    if (error == http::error::header_limit)
      return Send({431, "text/plain; charset=utf-8", "header too large\n"}, false);
    if (error == http::error::body_limit)
      return Send({413, "text/plain; charset=utf-8", "body too large\n"}, false);
    const bool malformed =
        error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message;
    if (malformed) Send({400, "text/plain; charset=utf-8", "not HTTP\n"}, false);
  }

  void Answer() {
    const auto& request = parser_->get();
    const bool head = request.method() == http::verb::head;
    HttpAnswer answer{500, "text/plain; charset=utf-8", "internal error\n"};
    try {
      answer = handler_({head ? "GET" : std::string(request.method_string()),
                         std::string(request.target()), request.body()});
    } catch (const std::exception& e) {
      base::LogError(std::string("an HTTP request was not answered: ") + e.what());
    }
    Send(std::move(answer), request.keep_alive(), head);
  }

  void Send(HttpAnswer answer, bool keep_alive, bool head = false) {
    response_ = {};
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.keep_alive(keep_alive);
    response_.content_length(answer.body.size());
    if (!head) response_.body() = std::move(answer.body);
    GiveUpAfter(limits_.request_ms);
    http::async_write(socket_, response_,
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error || self->gave_up_) return;
                        if (self->response_.keep_alive()) return self->Await();
                        self->socket_.shutdown(tcp::socket::shutdown_send, error);
                        self->GiveUpAfter(self->limits_.idle_ms);
                        self->Drain();
                      });
  }

  // Closing on octets that were not read would take the answer from the peer as well.
  void Drain() {
    buffer_.clear();
    socket_.async_read_some(buffer_.prepare(kDrainedAtOnce),
                            [self = shared_from_this()](error_code error, std::size_t) {
                              if (!error && !self->gave_up_) self->Drain();
                            });
  }

  // What is under way is cancelled then; a later call sets another time for what comes next.
  void GiveUpAfter(int ms) {
    gave_up_ = false;
    timer_.expires_after(std::chrono::milliseconds(ms));
    timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->timer_.expiry() > asio::steady_timer::clock_type::now()) return;
      self->gave_up_ = true;
      self->socket_.cancel(error);
    });
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  bool gave_up_ = false;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  const asio::ip::address who_;
  Places& places_;
  const HttpLimits& limits_;
  const HttpServer::Handler& handler_;
};

class Server : public HttpServer {
 public:
  Server(Handler handler, const HttpLimits& limits)
      : limits_(limits),
        places_(limits),
        handler_(std::move(handler)),
        acceptor_(context_),
        pause_(context_) {}

  ~Server() override {
    context_.stop();
    for (auto& thread : threads_) thread.join();
  }

  bool Listen(const std::string& host, unsigned short port, int threads, int nice) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return false;
    const tcp::endpoint endpoint(address, port);
    acceptor_.open(endpoint.protocol(), error);
    if (error) return false;
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    acceptor_.bind(endpoint, error);
    if (error) return false;
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return false;
    Accept();
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, nice] {
        base::BeNice(nice);
        while (!Run()) {
        }
      });
    }
    return true;
  }

  unsigned short port() const override { return acceptor_.local_endpoint().port(); }

 private:
  // False when an exception ended it; what it belonged to is gone, the others go on.
  bool Run() {
    try {
      context_.run();
      return true;
    } catch (const std::exception& e) {
      base::LogError(std::string("HTTP server: ") + e.what());
      return false;
    }
  }

  void Accept() {
    acceptor_.async_accept(asio::make_strand(context_),
                           [this](error_code error, tcp::socket socket) {
                             if (error == asio::error::operation_aborted) return;
                             if (error && error != asio::error::connection_aborted) return Pause();
                             Accept();
                             if (!error) Admit(std::move(socket));
                           });
  }

  void Pause() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](error_code error) {
      if (!error) Accept();
    });
  }

  // When full the newest is closed: it learns so at once, while in the kernel's queue everybody
  // would wait behind those who hold on to what they have.
  void Admit(tcp::socket socket) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    if (places_.Take(peer.address())) {
      auto session =
          std::make_shared<Session>(std::move(socket), peer.address(), places_, limits_, handler_);
      return asio::post(session->executor(), [session] { session->Await(); });
    }
    socket.non_blocking(true, error);
    socket.write_some(asio::buffer(kTooMany), error);
  }

  const HttpLimits limits_;
  Places places_;  // outlives the sessions, which live in context_
  const Handler handler_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, unsigned short port,
                                                      int threads, Handler handler, int nice,
                                                      HttpLimits limits) {
  auto server = std::make_unique<Server>(std::move(handler), WithinDescriptors(limits));
  if (!server->Listen(host, port, threads, nice))
    return Fail(ErrorCode::kDisconnected, "cannot listen on " + host + ":" + std::to_string(port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace lottery::protocol::net
