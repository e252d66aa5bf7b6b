#include "protocol/net/http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>
#include <vector>

#include "base/thread.h"

namespace lottery::protocol::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using base::ErrorCode;
using base::Fail;
using boost::system::error_code;
namespace {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::ip::tcp::socket socket, const HttpServer::Handler& handler)
      : stream_(std::move(socket)), handler_(handler) {}

  void Read() {
    parser_.emplace();
    parser_->body_limit(kMaxHttpBody);
    stream_.expires_after(std::chrono::milliseconds(kHttpTimeoutMs));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    const auto& request = parser_->get();
    HttpAnswer answer = handler_(
        {std::string(request.method_string()), std::string(request.target()), request.body()});
    response_ = {};
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.keep_alive(request.keep_alive());
    response_.body() = std::move(answer.body);
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->Read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  const HttpServer::Handler& handler_;
};

class Server : public HttpServer {
 public:
  Server(Handler handler) : acceptor_(context_), handler_(std::move(handler)) {}

  ~Server() override {
    context_.stop();
    for (auto& thread : threads_) thread.join();
  }

  bool Listen(const std::string& host, unsigned short port, int threads, int nice) {
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return false;
    const asio::ip::tcp::endpoint endpoint(address, port);
    acceptor_.open(endpoint.protocol(), error);
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    acceptor_.bind(endpoint, error);
    if (error) return false;
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return false;
    Accept();
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, nice] {
        base::BeNice(nice);
        context_.run();
      });
    }
    return true;
  }

  unsigned short port() const override { return acceptor_.local_endpoint().port(); }

 private:
  void Accept() {
    acceptor_.async_accept(asio::make_strand(context_),
                           [this](error_code error, asio::ip::tcp::socket socket) {
                             if (!error)
                               std::make_shared<Session>(std::move(socket), handler_)->Read();
                             if (error != asio::error::operation_aborted) Accept();
                           });
  }

  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_;
  Handler handler_;
  std::vector<std::thread> threads_;
};

struct Url {
  std::string host, port, target;
};

Result<Url> ParseUrl(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  const auto slash = url.find('/', kScheme.size());
  const auto authority =
      url.substr(kScheme.size(), slash == std::string::npos ? slash : slash - kScheme.size());
  const auto colon = authority.rfind(':');
  if (!url.starts_with(kScheme) || colon == std::string::npos)
    return Fail(ErrorCode::kUsage, "a URL is http://host:port/path");
  return Url{authority.substr(0, colon), authority.substr(colon + 1),
             slash == std::string::npos ? "/" : url.substr(slash)};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& host, unsigned short port,
                                                      int threads, Handler handler, int nice) {
  auto server = std::make_unique<Server>(std::move(handler));
  if (!server->Listen(host, port, threads, nice))
    return Fail(ErrorCode::kDisconnected, "cannot listen on " + host + ":" + std::to_string(port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

Result<HttpAnswer> HttpCall(const std::string& method, const std::string& url,
                            const std::string& body, int timeout_ms) {
  LOTTERY_TRY(const Url parts, ParseUrl(url));
  asio::io_context context;
  beast::tcp_stream stream(context);
  error_code error;
  asio::ip::tcp::resolver resolver(context);
  const auto found = resolver.resolve(parts.host, parts.port, error);
  if (error) return Fail(ErrorCode::kDisconnected, url + ": " + error.message());
  http::request<http::string_body> request(http::string_to_verb(method), parts.target, 11);
  request.set(http::field::host, parts.host);
  request.body() = body;
  request.prepare_payload();
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxHttpBody * 64);
  beast::flat_buffer buffer;
  error = asio::error::would_block;
  stream.expires_after(std::chrono::milliseconds(timeout_ms));
  stream.async_connect(found, [&](error_code failed, const asio::ip::tcp::endpoint&) {
    if (failed) return void(error = failed);
    http::async_write(stream, request, [&](error_code unsent, std::size_t) {
      if (unsent) return void(error = unsent);
      http::async_read(stream, buffer, parser,
                       [&](error_code unread, std::size_t) { error = unread; });
    });
  });
  context.run();
  if (error == beast::error::timeout) return Fail(ErrorCode::kTimeout, url);
  if (error) return Fail(ErrorCode::kDisconnected, url + ": " + error.message());
  const auto& response = parser.get();
  return HttpAnswer{static_cast<int>(response.result_int()),
                    std::string(response[http::field::content_type]), response.body()};
}

}  // namespace lottery::protocol::net
