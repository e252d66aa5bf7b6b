// Load of many terminals from one process: each has its own TLS connection and exactly one order
// outstanding, a chain of signed orders as real terminals make them. Receipts are kept and verified
// after the run.
#pragma once

#include <boost/asio/io_context.hpp>
#include <random>
#include <vector>

#include "base/json.h"
#include "protocol/net/connection.h"
#include "terminal/till.h"

namespace lottery::bench {

struct LoadConfig {
  std::string address, keys_folder,
      ca_file;            // keys_folder holds load.pem, load.key.pem per terminal range
  base::Bytes seed_base;  // terminal keys are derived: SHA-256(seed, id)
  base::Bytes record_key;
  std::uint32_t first_terminal = 0;
  int connections = 0;
  int seconds = 0;
  std::uint32_t draw = 0;
};

/// Key of a load terminal, so that the driver can enrol it without ten thousand files.
crypto::SigningKey LoadKey(base::ByteView seed, std::uint32_t terminal);

struct LoadResult {
  std::int64_t sold = 0, busy = 0, refused = 0, wrong_receipts = 0;
  double seconds = 0;
  std::vector<std::int64_t> latency_us;  // from first send to receipt
  int max_outstanding = 0;
  std::int64_t order_octets = 0;
};

LoadResult RunLoad(const LoadConfig& config, const base::Clock& clock);

}  // namespace lottery::bench
