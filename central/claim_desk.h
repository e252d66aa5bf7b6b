// Claims on central's side: it asks the payer and believes nothing but what settlement, control and
// payer signed. Threads of its own, each with a line to the payer and a database session: a payer
// that is slow or away holds up claims and nothing else.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "base/pg/pg.h"
#include "central/engine.h"
#include "protocol/net/local.h"

namespace lottery::central {

inline constexpr int kClaimThreads = 4;
inline constexpr std::size_t kMostClaimsWaiting = 2'000;

class ClaimDesk {
 public:
  /// `payer` is its socket; empty where there is none, and then no claim is taken.
  ClaimDesk(std::string conninfo, std::string payer, const protocol::Trust& trust,
            const base::Clock& clock)
      : conninfo_(std::move(conninfo)), payer_(std::move(payer)), trust_(trust), clock_(clock) {}
  ~ClaimDesk() { Stop(); }
  void Start();
  /// Ends the threads and forgets what waits.
  void Stop();

  /// Asks whether a claim could be paid; nothing changes. Runs `done` on a thread of the desk with
  /// the refusal, if there is one: kPayerUnavailable, kBusy, or the payer's.
  void CheckClaim(const protocol::SignedMessage& message, std::function<void(base::Status)> done);
  /// Has an accepted claim paid, once; a repeat answers what was paid then.
  void PayClaim(const protocol::SignedMessage& message, wire::Receipt receipt,
                std::function<void(Outcome)> done);

 private:
  /// What one thread works with.
  struct Line {
    std::optional<base::pg::Session> session;
    std::optional<protocol::net::LocalClient> payer;
  };
  using Work = std::function<void(Line&)>;
  bool Post(Work work);
  void Loop();
  Result<base::pg::Session*> Open(Line& line);
  Result<wire::PayAnswer> Ask(Line& line, const wire::PayRequest& request);
  Result<std::vector<Place>> PartsOf(Line& line, const wire::Claim& claim);
  base::Status Check(Line& line, const protocol::SignedMessage& message);
  base::Status NeedsNoExchange(Line& line, const wire::Claim& claim);
  base::Status AddParts(Line& line, const std::vector<Place>& parts, wire::PayRequest& request);
  base::Status AddExchange(Line& line, const Place& first, const wire::PayAnswer& answer,
                           wire::Receipt& receipt);
  Result<wire::Receipt> Pay(Line& line, const protocol::SignedMessage& message,
                            wire::Receipt receipt);

  const std::string conninfo_, payer_;
  const protocol::Trust& trust_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> work_;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace lottery::central
