// Sessions: TLS connections of terminals and auditors. Workers own their connections for life, read
// and answer; checkers, or workers when it is little, decode and verify what was read and hand what
// is sound to the engine.
#pragma once

#include <shared_mutex>
#include <unordered_map>

#include "central/admission.h"
#include "central/checkers.h"
#include "central/claim_desk.h"
#include "central/desk.h"
#include "central/engine.h"
#include "crypto/known_key.h"
#include "protocol/net/connection.h"

namespace lottery::central {

inline constexpr std::size_t kMaxConnections = 18'000;
inline constexpr std::int64_t kHandshakeMs = 10'000;

/// Keys of enrolled terminals, for the checkers. Thread-safe.
class KeyRing {
 public:
  using Key = std::shared_ptr<const crypto::KnownKey>;
  void Add(const Terminal& terminal) {
    const std::lock_guard lock(mutex_);
    Key& key = keys_[terminal.id];
    if (key == nullptr || key->public_key() != terminal.public_key)
      key = std::make_shared<const crypto::KnownKey>(terminal.public_key);
  }
  /// Null of who is not enrolled.
  Key Find(std::uint32_t terminal) const {
    const std::shared_lock lock(mutex_);
    const auto found = keys_.find(terminal);
    return found == keys_.end() ? nullptr : found->second;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::uint32_t, Key> keys_;
};

class Server : public protocol::net::Connection::Owner, public Engine::Answers {
 public:
  Server(crypto::TlsContext context, Engine& engine, Desk& desk, ClaimDesk& claims,
         const base::Clock& clock, int threads);
  ~Server() override;
  /// Errors: kDisconnected when the port is taken. Port 0 takes any.
  base::Status Listen(const std::string& host, unsigned short port);
  unsigned short port() const { return port_; }
  /// Set before Listen: a connection that has not finished its handshake by then goes.
  std::int64_t handshake_ms = kHandshakeMs;
  /// From any thread: runs `then` once every message read by now is in the engine's queue. Before
  /// Listen nothing is read, and `then` waits for it.
  void AfterAllRead(std::function<void()> then);
  /// From any thread: this terminal's messages can be checked from now on.
  void AddKey(const Terminal& terminal) { keys_.Add(terminal); }
  /// From any thread.
  Traffic TrafficNow();

  void OnOpen(const std::shared_ptr<protocol::net::Connection>& connection) override;
  void OnFrame(const std::shared_ptr<protocol::net::Connection>& connection, protocol::Frame frame,
               UtcTime read_at) override;
  void OnBroken(const std::shared_ptr<protocol::net::Connection>& connection,
                const base::Error& error) override;
  void OnClosed(const std::shared_ptr<protocol::net::Connection>& connection,
                const base::Error& reason) override;

  // Engine thread.
  void OnAnswer(const Sender& sender, const TerminalInput& input, Outcome outcome) override;
  void OnBatchAnswered() override;
  void OnLookUp(Sender sender, TerminalInput input, Need need) override;
  int Waiting() const override { return checkers_.waiting(); }
  bool Flooded() const override { return flooded_.load(std::memory_order_relaxed); }
  void OnCommitted(std::chrono::duration<double, std::milli> took) override;

 private:
  struct Worker;
  struct Session;
  struct Listener;
  struct Answer;
  using Peer = std::shared_ptr<protocol::net::Connection>;
  struct Candidate {  // well formed, and its signature not looked at yet
    Peer peer;
    KeyRing::Key key;
    TerminalInput input;
  };
  void AcceptConnections();
  void Admit(Worker& worker, protocol::net::Descriptor socket);
  void WatchListener();
  void Tick(Worker& worker);
  void EndSlowHandshakes(Worker& worker);
  void Submit(const Peer& peer, protocol::Frame frame, UtcTime read_at);
  // check.cc
  Result<Candidate> Decode(Unchecked& from);
  void Check(std::span<Unchecked> messages);
  void Accept(Candidate& candidate, std::vector<Submission>& sound);
  void Reject(const Peer& peer, const base::Error& error);
  static Submission SubmissionOf(Peer peer, TerminalInput input);
  void Enqueue(std::span<Submission> messages);
  void Enqueue(const Peer& peer, TerminalInput input);
  void RefuseClaim(const Peer& peer, const TerminalInput& input, const base::Error& why);
  void Deliver(const Peer& peer, const Digest& hash, const Outcome& outcome);
  void DeliverLater(const Peer& peer, const Digest& hash, Outcome outcome);
  // answers.cc
  void AnswerStatus(const Peer& peer, std::uint32_t terminal_id);
  void AnswerTicket(const Peer& peer, const protocol::Frame& frame);
  void AnswerSeal(const Peer& peer, std::uint32_t terminal_id, const protocol::Frame& frame);
  void AnswerEntries(const Peer& peer, const protocol::Frame& frame);
  void AnswerLogs(const Peer& peer);
  void Send(const Peer& peer, protocol::FrameType type, const google::protobuf::MessageLite& body);
  void SendLater(const Peer& peer, protocol::FrameType type,
                 const google::protobuf::MessageLite& body);
  void Refuse(const Peer& peer, const base::Error& error, const Digest* hash = nullptr);
  std::uint32_t Ask(Session& session);
  std::uint32_t Book(Session& session);
  void Leave(Session& session);
  void Answered(Session& session);
  void ToDesk(const Peer& peer);
  void RefuseBusy(const Peer& peer, std::uint32_t wait_ms);
  void RefuseLater(const Peer& peer, const base::Error& error, const Digest& hash = {});
  static Session& SessionOf(const Peer& peer);

  crypto::TlsContext context_;
  Engine& engine_;
  Desk& desk_;
  ClaimDesk& claims_;
  const base::Clock& clock_;
  KeyRing keys_;
  std::mutex admission_mutex_;
  Admission admission_;  // guarded
  Checkers checkers_;
  protocol::net::Descriptor listening_;
  unsigned short port_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;  // the first one accepts
  std::size_t next_worker_ = 0;
  bool accepting_ = false;  // on the first worker's thread, once it runs
  std::atomic<std::size_t> connections_{0};
  std::atomic<bool> flooded_{false};        // as admission saw it last
  std::atomic<int> enough_{0};              // for the checkers, likewise
  std::atomic<std::uint64_t> sessions_{0};  // ever
  std::mutex sessions_mutex_;
  std::unordered_map<std::uint32_t, std::weak_ptr<protocol::net::Connection>>
      by_terminal_;  // guarded
};

}  // namespace lottery::central
