// The issuance core: a pure state machine. Apply takes what is queued, in order, and says what must
// become true in one transaction; nothing here reads a clock, a socket or a database. After a
// commit that did not return clean the owner throws the machine away and recovers a new one from
// the store.
#pragma once

#include <boost/container/static_vector.hpp>
#include <unordered_set>

#include "central/state.h"
#include "games/order.h"
#include "protocol/expiry.h"
#include "protocol/payment.h"

namespace lottery::central {

using Draws = boost::container::static_vector<const Draw*, games::kMaxDraws>;

/// Keys the core needs and what a draw's seal names.
struct Secrets {
  std::optional<crypto::HmacKey> mac_key;  // makes s
  std::optional<crypto::SigningKey> seal;  // signs seal statements
  std::string program_version;
  std::map<std::string, Digest> rule_books;  // by game
};

/// A log a batch appended to: the right edge of its tree afterwards, its place among the record's
/// heads and the path from there. Receipts prove by them.
struct TouchedLog {
  std::int32_t log = 0;
  crypto::MerkleTree::Edge edge;
  std::uint32_t head = 0;
  Bytes head_path;
};

class Sequencer {
 public:
  /// Invariants: a log's size equals its leaves; sum of balances = credits - debits; sequence
  /// numbers of a terminal are gapless. Not thread-safe.
  Sequencer(std::string operator_name, protocol::Trust trust, const Secrets& secrets, State state);

  /// Pre: what NeedOf names was looked up. HOT: bench/issuance
  Effects Apply(const std::vector<Input>& batch, UtcTime now);

  const State& state() const { return state_; }
  const std::string& operator_name() const { return operator_name_; }
  /// Logs of the last batch with their edges.
  const std::vector<TouchedLog>& touched() const { return touched_; }
  /// The leaf of part `i` of an accepted message: the same octets every time.
  Bytes LeafOf(const protocol::SignedMessage& message, const Accepted& accepted,
               std::size_t i) const;
  /// Central's half of the secret code of an accepted order.
  Digest SecretOf(const protocol::SignedMessage& message, const Accepted& accepted) const;
  /// The same of the exchange ticket that `claim` asks for.
  Digest ExchangeSecretOf(const protocol::SignedMessage& claim) const;

 private:
  struct Batch;
  Reply ApplyMessage(Batch& batch, const TerminalInput& input);
  base::Status Repeat(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                      Accepted& accepted);
  base::Status Sell(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                    UtcTime time, Reply& reply);
  base::Status CheckNumbers(const Draws& draws, const std::string& jurisdiction,
                            const std::vector<games::NumberLines>& numbers) const;
  base::Status TakeBack(Batch& batch, const Terminal& terminal, const TerminalInput& input,
                        UtcTime time, Reply& reply);
  void Note(Batch& batch, const Terminal& terminal, const TerminalInput& input, UtcTime time,
            Reply& reply);
  Result<Draws> DrawsOf(const wire::Order& order, UtcTime time) const;
  Result<const StoredOrder*> OrderToVoid(const TerminalInput& input, std::uint32_t terminal,
                                         UtcTime time, Place& place) const;
  void RaiseCloneAlarm(Batch& batch, const Terminal& terminal, std::uint64_t sequence);
  void Finish(Batch& batch, const Terminal& terminal, const TerminalInput& input,
              AcceptedChange change, Reply& reply);
  void SweepVoided(UtcTime now);

  // commands.cc
  Result<base::json::object> ApplyCommand(Batch& batch, const CommandInput& input);
  static base::Status CheckHandedIn(const std::string& kind, const std::string& by,
                                    const base::json::object& body);
  Result<base::json::object> Enrol(Batch& batch, const base::json::object& body);
  Result<base::json::object> Suspend(Batch& batch, const base::json::object& body, bool suspended);
  Result<base::json::object> Credit(Batch& batch, const base::json::object& body);
  base::Status CheckOverseers(const protocol::Plan& plan) const;
  Result<base::json::object> AddPlan(Batch& batch, const base::json::object& body);
  Result<base::json::object> WithdrawPlan(Batch& batch, const base::json::object& body);
  Result<base::json::object> Open(Batch& batch, const base::json::object& body);
  Result<base::json::object> LimitNumbers(Batch& batch, const base::json::object& body);
  Result<base::json::object> Close(Batch& batch, const base::json::object& body);
  // draw_steps.cc
  Result<base::json::object> SealDraw(Batch& batch, const base::json::object& body);
  Result<base::json::object> Deviate(Batch& batch, const base::json::object& body,
                                     const std::string& kind);
  struct Certified {
    protocol::DrawCertificate certificate;
    std::string pulse;  // the beacon's file; empty where balls decided
  };
  Result<Certified> CheckCertificate(const Draw& draw, const base::json::object& body,
                                     UtcTime now) const;
  void RetireOpened(Batch& batch, const Draw& draw, const protocol::DrawCertificate& certificate);
  void Owe(Batch& batch, Draw& draw, protocol::DrawState to);
  protocol::Unclaimed UnclaimedOf(const Draw& draw) const;
  Result<base::json::object> Advance(Batch& batch, const base::json::object& body,
                                     const std::string& kind);
  // commands.cc
  Result<base::json::object> Witnessed(const base::json::object& body);
  Result<base::json::object> TakePayment(Batch& batch, const base::json::object& body);
  base::Status CheckClaimed(const protocol::Payment& payment, const base::json::object& body) const;
  base::Status CheckOwed(const Draw& draw, const protocol::Payment& payment,
                         const base::json::object& body) const;
  Result<Draw*> FindDraw(const base::json::object& body);
  void Step(Batch& batch, Draw& draw, DrawState to, const std::string& reason);
  std::uint64_t AppendAudit(Batch& batch, const std::string& kind, const std::string& by,
                            base::json::object body);

  std::uint64_t Append(Batch& batch, Log& log, base::ByteView leaf, UtcTime time);
  void FinishBatch(Batch& batch);
  Bytes AuditLeafOf(const protocol::SignedMessage& message, UtcTime time) const;

  std::string operator_name_;
  protocol::Trust trust_;
  const Secrets& secrets_;
  State state_;
  std::unordered_set<Bytes> terminal_keys_;  // of all terminals: no two have the same
  std::vector<TouchedLog> touched_;
  UtcTime swept_;
  UtcTime newest_;  // of all leaves of all logs: the next leaf is never older
};

/// A batch under construction.
struct Sequencer::Batch {
  UtcTime now;  // never before a leaf
  bool clock_is_back = false;
  Effects effects;
  std::vector<int> run_of_log;  // by log id: position in effects.runs, -1 when untouched
  base::ByteWriter changes;
  base::ByteWriter leaf;  // of the message being applied
  std::string by;         // of the command being applied
};

std::vector<protocol::TerminalTotals> TotalsByTerminal(const Log& log);
SaleTotals SumOf(const Log& log);

}  // namespace lottery::central
