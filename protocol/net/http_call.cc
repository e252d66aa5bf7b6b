// The client's side of http.h: one request, one answer, one deadline.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "protocol/net/http.h"

namespace lottery::protocol::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using base::ErrorCode;
using base::Fail;
using boost::system::error_code;
namespace {

struct Url {
  std::string host, port, target;
};

Result<Url> ParseUrl(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  const auto bad = Fail(ErrorCode::kUsage, "a URL is http://host:port/path");
  if (!url.starts_with(kScheme)) return bad;
  const auto slash = std::min(url.find('/', kScheme.size()), url.size());
  const auto authority = url.substr(kScheme.size(), slash - kScheme.size());
  const auto colon = authority.rfind(':');
  if (colon == std::string::npos) return bad;
  return Url{authority.substr(0, colon), authority.substr(colon + 1),
             slash == url.size() ? "/" : url.substr(slash)};
}

Result<HttpAnswer> Call(const std::string& method, const std::string& url, const std::string& body,
                        int timeout_ms, std::size_t max_body) {
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
  parser.body_limit(max_body);
  parser.header_limit(kMaxHttpHeader);
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

}  // namespace

// Asio throws where there is no descriptor left to begin with.
Result<HttpAnswer> HttpCall(const std::string& method, const std::string& url,
                            const std::string& body, int timeout_ms, std::size_t max_body) {
  try {
    return Call(method, url, body, timeout_ms, max_body);
  } catch (const std::exception& e) {
    return Fail(ErrorCode::kDisconnected, url + ": " + e.what());
  }
}

}  // namespace lottery::protocol::net
