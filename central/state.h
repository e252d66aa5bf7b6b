// What the sequencer knows, and what a batch does to the world. Plain values: the store, the
// simulator and the server drive the same machine through them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/secret.h"
#include "protocol/documents.h"
#include "protocol/draw_life.h"
#include "protocol/leaf.h"
#include "protocol/message.h"

namespace lottery::central {

using base::Bytes;
using base::Digest;
using base::Error;
using base::Money;
using base::Result;
using base::UtcTime;
using protocol::DrawId;
using protocol::DrawState;
using protocol::SaleTotals;

inline constexpr std::int32_t kAuditLog = 0;
inline constexpr std::int64_t kVoidWindowMs = 5 * 60 * 1000;
inline constexpr std::int64_t kVoidBeforeCloseMs = 60 * 1000;
inline constexpr std::int64_t kTerminalClockToleranceMs = 10 * 60 * 1000;

/// Where one leaf of an accepted message is.
struct Part {
  std::int32_t log = 0;
  std::uint64_t index = 0;
  UtcTime time;
  bool operator==(const Part&) const = default;
};

/// An accepted message: enough to make its receipt again.
struct Accepted {
  std::uint64_t record = 0;
  std::vector<Part> parts;
};
Bytes EncodeParts(const std::vector<Part>& parts);
Result<std::vector<Part>> DecodeParts(base::ByteView bytes);

struct Terminal {
  std::uint32_t id = 0;
  std::string name, jurisdiction;
  Bytes public_key, key_id;
  bool suspended = false;
  std::uint64_t sequence = 0;  // of the last accepted message
  Digest head;                 // its hash
  Money balance;
  Accepted last;
  std::uint64_t alarmed = 0;  // highest sequence a clone alarm was raised for
};

struct Log {
  std::int32_t id = 0;
  std::string origin;
  std::optional<DrawId> draw;
  crypto::MerkleTree tree;
  UtcTime last;                                // time of the last leaf
  std::map<std::uint32_t, SaleTotals> totals;  // by terminal
  std::uint64_t witnessed = 0;                 // largest size with a quorum
  std::int64_t witnessed_ms = 0;               // its youngest counted cosignature
  std::string witnessed_note;
};

struct Draw {
  DrawId id;
  std::int32_t log = 0;
  DrawState state = DrawState::kPlanned;
  int steps = 1;
  UtcTime close;
  Digest plan;                  // hash of the plan's body
  std::uint64_t plan_leaf = 0;  // in the audit log
  std::string plan_text;
  Digest seal;  // hash of the seal's body, once sealed
};

/// An order young enough to be voided, by log and index of its first leaf.
struct RecentOrder {
  std::uint32_t terminal = 0;
  Digest hash;
  UtcTime accepted;
  Money price, per_draw;
  std::vector<Part> parts;
  bool voided = false;
};

struct State {
  std::map<std::uint32_t, Terminal> terminals;
  std::vector<Log> logs;         // by id
  std::map<DrawId, Draw> draws;  // calendar order within a game
  std::map<std::pair<std::int32_t, std::uint64_t>, RecentOrder> recent;
  std::map<std::string, std::int64_t> credits;  // bank references already applied
  std::uint64_t record_number = 0;
  Digest record_hash;
  std::uint64_t epoch = 0;
};

/// A message that passed decoding, signature and the rule book on its I/O thread.
struct TerminalInput {
  protocol::SignedMessage message;
  UtcTime stamp;                 // when its last octet was read
  Money per_draw;                // orders: price of one draw
  std::optional<Accepted> past;  // for a number below the head: what the store knows
};
/// A row of the inbox, or what the publisher saw (kind "witnessed", id 0).
struct CommandInput {
  std::int64_t id = 0;
  std::string kind, body, by;
};
using Input = std::variant<TerminalInput, CommandInput>;

/// Answer to an input: an error, or for messages where the leaves are (`fresh` when this batch made
/// them), or for commands a JSON object.
struct Reply {
  Result<Accepted> accepted = base::Fail(base::ErrorCode::kInternal);
  bool fresh = false;
  std::string answer;  // commands
};

struct LeafRow {
  std::int32_t log;
  std::uint64_t index;
  Bytes body;
};
struct TileRow {
  std::int32_t log;
  std::uint64_t index;
  Bytes hashes;
};
struct AcceptedRow {
  std::uint32_t terminal;
  std::uint64_t sequence;
  Bytes parts;
};
struct SealRow {
  DrawId draw;
  std::int32_t log;
  std::string envelope;
  Bytes terminals;
};
struct StepRow {
  DrawId draw;
  int ordinal;
  std::string state;
  UtcTime at;
  std::string reason;
};

/// Everything one batch wants to become true, in one transaction.
struct Effects {
  std::vector<LeafRow> leaves;
  std::vector<TileRow> tiles;
  std::vector<AcceptedRow> accepted;
  std::vector<Log> new_logs;  // id, origin, draw only
  std::vector<Draw> new_draws;
  std::vector<Terminal> new_terminals;
  std::vector<std::pair<std::uint32_t, std::string>>
      terminal_steps;  // suspended flag is the terminal's
  std::vector<StepRow> steps;
  std::vector<SealRow> seals;
  std::vector<DrawId> reopened;  // certified: the partition comes back
  std::vector<std::pair<std::int64_t, std::string>> inbox_answers;
  std::set<std::uint32_t> changed_terminals;
  std::set<std::pair<std::int32_t, std::uint32_t>> changed_totals;
  std::vector<std::string> changed_credits;
  Bytes record;  // empty when nothing is to be committed
  Bytes heads;
  std::vector<Reply> replies;  // one an input, in order
  bool Empty() const { return record.empty(); }
};

/// Terminal heads, totals and bank references: those a batch changed, or all of them for a
/// snapshot.
Bytes EncodeHeads(const State& state, const Effects& changed);
Bytes EncodeSnapshot(const State& state);
/// Overwrites what the blob names. Errors: kFileCorrupt.
base::Status ApplyHeads(State& state, base::ByteView blob);

}  // namespace lottery::central
