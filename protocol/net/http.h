// HTTP/1.1 without TLS for what is public anyway: checkpoints, tiles, witness requests.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace lottery::protocol::net {

using base::Result;

struct HttpRequest {
  std::string method, target, body;
};
struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

inline constexpr std::size_t kMaxHttpBody = 1 << 20;
inline constexpr std::size_t kMaxHttpHeader = 8 << 10;
inline constexpr std::size_t kMaxHttpAnswer = kMaxHttpBody * 64;

/// What strangers may take of a server. Its connections never take more than a quarter of the
/// descriptors the process may have when it starts: the rest is for those it is there for.
struct HttpLimits {
  std::size_t connections = 512;            // open at once
  std::size_t connections_an_address = 32;  // of them from one address
  int idle_ms = 5'000;      // nothing of the next request has come; less than the other
  int request_ms = 10'000;  // from its first octet to its last, and for taking the answer
  std::size_t header_octets = kMaxHttpHeader;
  std::size_t body_octets = kMaxHttpBody;
};

/// Serves until destroyed. A HEAD reaches the handler as a GET and is answered without the body.
/// Beyond its limits it refuses: 408 a request that comes too slowly, 413 and 431 one too large,
/// 503 a connection too many. An exception out of the handler is a 500.
class HttpServer {
 public:
  /// Runs on the server's own threads, at most `threads` at once.
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;
  /// Port 0 takes any free one; `nice` is its threads', see base/thread.h. Errors: kDisconnected
  /// when the port is taken.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& host, unsigned short port,
                                                   int threads, Handler handler, int nice = 0,
                                                   HttpLimits limits = {});
  virtual ~HttpServer() = default;
  virtual unsigned short port() const = 0;
};

/// `url` is http://host:port/path. `timeout_ms` is for all of it but looking up the name. Errors:
/// kUsage, kTimeout, kDisconnected, also for an answer of more than `max_body` octets.
Result<HttpAnswer> HttpCall(const std::string& method, const std::string& url,
                            const std::string& body, int timeout_ms,
                            std::size_t max_body = kMaxHttpAnswer);

}  // namespace lottery::protocol::net
