// Load of many terminals from one process: each has its own TLS connection and one order
// outstanding at most, from a chain of orders signed before the run, as real terminals make them.
// Receipts are kept and every one is verified after its phase: a load that kept the whole run's
// would be most of the machine's memory.
#pragma once

#include <netinet/in.h>

#include <deque>
#include <functional>
#include <queue>
#include <vector>

#include "base/json.h"
#include "bench/issuance/orders.h"
#include "bench/issuance/receipts.h"
#include "protocol/net/connection.h"

namespace lottery::bench {

/// One stretch of the run. Arrivals come at `rate` a second whatever the server does (open loop);
/// a rate of 0 keeps `window` orders under way instead, to find the maximum.
struct Phase {
  std::string name;
  double rate = 0;
  int window = 0;
  double seconds = 0;
  int orders_each = 0;          // that a terminal signs for it
  std::uint32_t only_draw = 0;  // 0: the first four draws in turn, some for several
  std::int64_t close_ms = 0;    // of only_draw, which closes meanwhile
  bool kills = false;           // central and its database die: whoever loses the line comes back
};

struct LoadConfig {
  std::string address;
  crypto::Identity ca;
  base::Bytes record_key;
  std::string operator_name;
  std::uint32_t first_terminal = 0;
  int terminals = 0;
  std::vector<std::uint32_t> draws;  // open, in order
};

struct PhaseResult {
  std::int64_t sold = 0, busy = 0, refused_closed = 0, refused_other = 0, unanswered = 0;
  std::int64_t lines_lost = 0;
  std::int64_t told_to_wait = 0;          // with a receipt
  std::int64_t sold_after_close = 0;      // by the leaf's time; none may be
  std::int64_t refused_before_close = 0;  // sent before, refused by name as closed
  std::string refusal;                    // the last of refused_other
  double seconds = 0;
  // Processor time of one verification while the phase ran, sample by sample. Their median counts:
  // a host that takes the processor away in the middle of one makes it look a hundred times as
  // dear.
  std::vector<std::int64_t> verify_ns;
  std::vector<std::int64_t> from_intent_us, from_send_us;
  std::vector<std::int64_t> sold_by_terminal;
  base::json::object ToJson(const std::string& name);
};

/// What one terminal has signed for the phase, and got.
struct Signed {
  base::Bytes frame;         // Submit
  base::ByteView receipt{};  // in Load's memory; empty until sold
};
struct Terminal {
  std::uint32_t id = 0;
  base::Bytes key_id;
  std::vector<Signed> orders;
  std::size_t next = 0;
  // The last order before these, of the chain it signs.
  base::Digest head;
  std::uint64_t sequence = 0;
  std::mt19937_64 rng;
  std::shared_ptr<protocol::net::Connection> connection;
  std::int64_t intent_us = 0, sent_us = 0;
  int outstanding = 0, most_outstanding = 0;
  int lines = 0;  // connections it had
  bool open = false, free = false, under_way = false, ended = false;
  crypto::TlsIdentity identity;
  crypto::TlsSession session;
};

class Load : public protocol::net::Connection::Owner {
 public:
  Load(const LoadConfig& config, const base::Clock& clock);
  void Connect();
  /// Signs everything `phase` can need, two threads; what was left of the one before is dropped.
  void SignOrders(const Phase& phase);
  PhaseResult Run(const Phase& phase);
  /// Every receipt of the phase that was run last, two threads. Their memory is the next one's.
  void Verify();
  const Receipts& verified() const { return verified_; }
  int most_outstanding() const;
  void Close();

  void OnOpen(const std::shared_ptr<protocol::net::Connection>& connection) override;
  void OnFrame(const std::shared_ptr<protocol::net::Connection>& connection, protocol::Frame frame,
               base::UtcTime read_at) override;
  void OnBroken(const std::shared_ptr<protocol::net::Connection>&, const base::Error&) override {}
  void OnClosed(const std::shared_ptr<protocol::net::Connection>& connection,
                const base::Error& reason) override;

 private:
  void Share(const std::function<void(Terminal&, std::size_t half)>& work);
  void SignFor(Terminal& terminal, const Phase& phase, std::int64_t now_ms);
  bool Dial(Terminal& terminal);
  void Free(Terminal& terminal);
  void Redial(std::int64_t now_us);
  void Send(Terminal& terminal);
  bool Start(std::int64_t intent_us);
  void Answered(Terminal& terminal, const protocol::Frame& frame);
  std::int64_t Arrive(std::int64_t started, std::int64_t now, std::int64_t arrivals);
  void SendAgain(std::int64_t now_us);
  void SampleVerify(std::int64_t now_us);

  const LoadConfig& config_;
  const base::Clock& clock_;
  protocol::net::Reactor reactor_;
  crypto::TlsContext context_;
  sockaddr_in address_{};
  std::vector<std::unique_ptr<Terminal>> terminals_;
  std::deque<Terminal*> free_;
  struct Retry {
    std::int64_t at_us;
    Terminal* terminal;
    int line;  // of the connection that was refused: a new one has sent the order again already
    bool operator>(const Retry& other) const { return at_us > other.at_us; }
  };
  std::priority_queue<Retry, std::vector<Retry>, std::greater<>> retries_;
  PhaseResult* result_ = nullptr;
  // Receipts of a phase, in memory touched beforehand: what a page costs the kernel is not the
  // sale's.
  std::vector<char> memory_;
  std::size_t used_ = 0;
  Receipts verified_;
  crypto::SigningKey sample_key_ = crypto::SigningKey::Generate();
  base::Bytes sample_ = base::Bytes(220, 'm'), sample_signature_ = sample_key_.Sign(sample_);
  std::int64_t next_sample_us_ = 0;
  std::deque<Terminal*> lost_;  // their lines
  std::int64_t redial_us_ = 0;
  int dialling_ = 0;
  const Phase* phase_ = nullptr;
  int under_way_ = 0;
  std::string broken_;
};

}  // namespace lottery::bench
