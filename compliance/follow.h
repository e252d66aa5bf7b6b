// Reads logs from central as an authenticated auditor: entries as committed, over the terminals'
// own protocol.
#pragma once

#include <functional>

#include "compliance/sales_view.h"
#include "protocol/net/client.h"

namespace lottery::compliance {

class Follower {
 public:
  Follower(std::string address, crypto::TlsContext context)
      : address_(std::move(address)), context_(std::move(context)) {}
  /// Calls `each` with the leaves [from, size) of `origin`, in order, until it fails. Errors:
  /// kDisconnected, kTimeout; kLeafMissing when central gives fewer; those of `each`.
  Status ForEntries(const std::string& origin, std::uint64_t from, std::uint64_t size,
                    const std::function<Status(base::ByteView)>& each);
  Result<wire::Logs> Logs();

 private:
  Result<protocol::Frame> Call(protocol::FrameType type, const Bytes& body);
  std::string address_;
  crypto::TlsContext context_;
  crypto::TlsSession session_;
  std::optional<protocol::net::Client> client_;
};

}  // namespace lottery::compliance
