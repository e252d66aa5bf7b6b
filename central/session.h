// A connection and its thread, as the parts of the server see them.
#pragma once

#include <deque>

#include "central/server.h"

namespace lottery::central {

struct Server::Answer {
  Peer peer;
  Digest hash;
  Outcome outcome;
};

struct Server::Worker {
  explicit Worker(const base::Clock& clock) : reactor(clock) {}
  protocol::net::Reactor reactor;
  std::thread thread;
  std::deque<std::pair<std::int64_t, std::weak_ptr<protocol::net::Connection>>>
      handshakes;               // by SteadyMs, oldest first
  std::vector<Answer> answers;  // of the batch being answered; engine's thread
};

// Lives as long as its connection; touched on the connection's thread only, but for `cancelled`.
struct Server::Session {
  Worker* worker = nullptr;
  std::uint64_t number = 0;    // in order of acceptance: handshakes may end in another
  std::uint32_t terminal = 0;  // 0: an auditor
  bool auditor = false;
  bool in_flight = false;
  bool inside = false;  // admission counts it
  /// Invited only after it has waited once: or whoever comes back on a new line always would be.
  Admission::Place place{0, false, true};
  std::atomic<bool> cancelled{false};
};

inline Server::Session& Server::SessionOf(const Peer& peer) {
  return *static_cast<Session*>(peer->attachment.get());
}

}  // namespace lottery::central
