// Reads logs from central as an authenticated auditor: entries as committed, over the terminals'
// own protocol.
#pragma once

#include "compliance/sales_view.h"
#include "protocol/net/client.h"

namespace lottery::compliance {

class Follower {
 public:
  Follower(std::string address, crypto::TlsContext context)
      : address_(std::move(address)), context_(std::move(context)) {}
  /// Leaves [from, size) of `origin`, in order. Errors: kDisconnected, kTimeout; kLeafMissing when
  /// central gives fewer.
  Result<std::vector<Bytes>> Entries(const std::string& origin, std::uint64_t from,
                                     std::uint64_t size);
  Result<wire::Logs> Logs();

 private:
  Result<protocol::Frame> Call(protocol::FrameType type, const Bytes& body);
  std::string address_;
  crypto::TlsContext context_;
  crypto::TlsSession session_;
  std::optional<protocol::net::Client> client_;
};

}  // namespace lottery::compliance
