// HTTP/1.1 without TLS for what is public anyway: checkpoints, tiles, witness requests.
#pragma once

#include <atomic>
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
inline constexpr int kHttpTimeoutMs = 10'000;

/// Serves until destroyed. The handler runs on the server's own threads, at most `threads` at once.
class HttpServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;
  /// Port 0 takes any free one; `nice` is its threads', see base/thread.h. Errors: kDisconnected
  /// when the port is taken.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& host, unsigned short port,
                                                   int threads, Handler handler, int nice = 0);
  virtual ~HttpServer() = default;
  virtual unsigned short port() const = 0;
};

/// `url` is http://host:port/path. Errors: kDisconnected, kTimeout.
Result<HttpAnswer> HttpCall(const std::string& method, const std::string& url,
                            const std::string& body, int timeout_ms);

}  // namespace lottery::protocol::net
