// A demonstration beacon: pulses of the NIST 2.0 format, really signed, one a period of the demo
// clock. A real draw pins a beacon nobody in the lottery runs.
#pragma once

#include <map>
#include <mutex>

#include "base/clock.h"
#include "crypto/pulse.h"
#include "crypto/secret.h"
#include "protocol/net/http.h"

namespace lottery::compliance {

class DemoBeacon {
 public:
  /// Pre: period_ms > 0.
  DemoBeacon(crypto::Identity identity, std::uint32_t period_ms, const base::Clock& clock);
  /// GET /pulse/<ms>: the pulse of that instant (a multiple of the period), 404 before its time.
  protocol::net::HttpAnswer Serve(const protocol::net::HttpRequest& request);

 private:
  base::Result<std::string> Make(std::int64_t index);
  crypto::Bytes LocalRandom(std::int64_t index) const;
  const crypto::Identity identity_;
  const std::uint32_t period_ms_;
  const base::Clock& clock_;
  const crypto::SecretBytes secret_ = crypto::SecretBytes::Random(32);
  std::mutex mutex_;
  std::map<std::int64_t, std::string> made_;      // guarded by mutex_
  std::map<std::int64_t, crypto::Bytes> output_;  // guarded by mutex_
};

}  // namespace lottery::compliance
