// The issuance core: a pure state machine. Apply takes what is queued, in order, and says what must
// become true in one transaction; nothing here reads a clock, a socket or a database. After a
// commit that did not return clean the owner throws the machine away and recovers a new one from
// the store.
#pragma once

#include "central/state.h"

namespace lottery::central {

/// Keys the core needs and what a draw's seal names.
struct Secrets {
  crypto::SecretBytes mac_key;             // makes s
  std::optional<crypto::SigningKey> seal;  // signs seal statements
  std::string program_version;
  Digest rule_book;
};

class Sequencer {
 public:
  /// Invariants: a log's size equals its leaves; sum of balances = credits - debits; sequence
  /// numbers of a terminal are gapless. Not thread-safe.
  Sequencer(std::string operator_name, protocol::Trust trust, const Secrets& secrets, State state);

  /// HOT: bench/issuance
  Effects Apply(const std::vector<Input>& batch, UtcTime now);

  const State& state() const { return state_; }
  const std::string& operator_name() const { return operator_name_; }
  /// The leaf of part `i` of an accepted message: the same octets every time.
  Bytes LeafOf(const protocol::SignedMessage& message, const Accepted& accepted,
               std::size_t i) const;
  /// Central's half of the secret code of an accepted order.
  Bytes SecretOf(const protocol::SignedMessage& message, const Accepted& accepted) const;

 private:
  struct Batch;
  Reply ApplyMessage(Batch& batch, const TerminalInput& input);
  Result<Accepted> Repeat(Batch& batch, Terminal& terminal, const TerminalInput& input);
  Result<Accepted> Sell(Batch& batch, Terminal& terminal, const TerminalInput& input);
  Result<Accepted> TakeBack(Batch& batch, Terminal& terminal, const TerminalInput& input);
  Accepted Record(Batch& batch, const Terminal& terminal, const TerminalInput& input);
  Result<std::vector<const Draw*>> DrawsOf(const wire::Order& order, UtcTime stamp) const;
  Result<RecentOrder*> FindRecent(const wire::Void& request, std::uint32_t terminal);
  void RaiseCloneAlarm(Batch& batch, Terminal& terminal, std::uint64_t sequence);
  void Finish(Batch& batch, Terminal& terminal, const TerminalInput& input,
              const Accepted& accepted);

  // commands.cc
  Result<base::json::object> ApplyCommand(Batch& batch, const CommandInput& input);
  Result<base::json::object> Enrol(Batch& batch, const base::json::object& body);
  Result<base::json::object> Suspend(Batch& batch, const base::json::object& body, bool suspended);
  Result<base::json::object> Credit(Batch& batch, const base::json::object& body);
  Result<base::json::object> AddPlan(Batch& batch, const base::json::object& body);
  Result<base::json::object> Open(Batch& batch, const base::json::object& body);
  Result<base::json::object> Close(Batch& batch, const base::json::object& body);
  Result<base::json::object> SealDraw(Batch& batch, const base::json::object& body);
  Result<base::json::object> Advance(Batch& batch, const base::json::object& body,
                                     const std::string& kind);
  Result<base::json::object> Witnessed(const base::json::object& body);
  Result<Draw*> FindDraw(const base::json::object& body);
  void Step(Batch& batch, Draw& draw, DrawState to, const std::string& reason);
  std::uint64_t AppendAudit(Batch& batch, const std::string& kind, const std::string& by,
                            base::json::object body);

  std::uint64_t Append(Batch& batch, Log& log, Bytes leaf, UtcTime time);
  void FinishBatch(Batch& batch);
  Bytes AuditLeafOf(const protocol::SignedMessage& message, UtcTime time) const;

  std::string operator_name_;
  protocol::Trust trust_;
  const Secrets& secrets_;
  State state_;
};

/// A batch under construction.
struct Sequencer::Batch {
  UtcTime now;
  Effects effects;
  std::map<std::int32_t, std::uint64_t> touched;  // log -> size before
  std::string by;                                 // of the command being applied
};

std::vector<protocol::TerminalTotals> TotalsByTerminal(const Log& log);
SaleTotals SumOf(const Log& log);

}  // namespace lottery::central
