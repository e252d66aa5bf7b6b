// What the sequencer knows, and what a batch does to the world. Plain values: the store, the
// simulator and the server drive the same machine through them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "central/change.h"
#include "crypto/merkle.h"
#include "protocol/documents.h"
#include "protocol/draw_life.h"
#include "protocol/leaf.h"
#include "protocol/message.h"

namespace lottery::central {

using base::Error;
using protocol::DrawId;
using protocol::DrawState;
using protocol::SaleTotals;

inline constexpr std::int32_t kAuditLog = 0;
inline constexpr std::int64_t kVoidWindowMs = 5 * 60 * 1000;
inline constexpr std::int64_t kVoidBeforeCloseMs = 60 * 1000;
inline constexpr std::int64_t kTerminalClockToleranceMs = 10 * 60 * 1000;
/// A clock that is so far behind the newest leaf has been set back: nothing is accepted until it
/// has caught up.
inline constexpr std::int64_t kClockBackMs = 500;

/// An accepted message: enough to make its receipt again.
struct Accepted {
  std::uint64_t record = 0;
  Parts parts;
};

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

/// Lines sold of each number in one jurisdiction, and how many may be: 0 is no limit.
struct NumberBook {
  std::int64_t limit = 0;
  std::map<games::D3Number, std::int64_t> lines;
};

struct Log {
  std::int32_t id = 0;
  std::string origin;
  std::optional<DrawId> draw;
  crypto::MerkleTree tree;
  UtcTime last;                                          // time of the last leaf
  std::unordered_map<std::uint32_t, SaleTotals> totals;  // by terminal
  SaleTotals sum;  // of them, kept so that monitoring need not add up 180 000 terminals
  std::map<std::string, NumberBook> books;  // by jurisdiction; of games with limits
  std::uint64_t witnessed = 0;              // largest size with a quorum
  std::int64_t witnessed_ms = 0;            // when that quorum had cosigned
  std::string witnessed_note;
};
Log NewLog(std::int32_t id, std::string origin, std::optional<DrawId> draw);

struct Draw {
  DrawId id;
  std::int32_t log = 0;
  DrawState state = DrawState::kPlanned;
  int steps = 1;
  UtcTime close;
  Digest plan;                  // hash of the plan's body
  std::uint64_t plan_leaf = 0;  // in the audit log
  std::string plan_text;
  Digest seal;                    // hash of the seal's body, once sealed
  UtcTime round;                  // once deferred: the beacon round in force
  UtcTime fallback_at;            // once the ball machine decides instead: when that was logged
  Digest certificate, statement;  // hashes of the bodies, once certified and settled or refunded
  Digest owed_root;               // of the tickets the statement or refund lists
  std::uint64_t owed_tickets = 0;
  Money owed;  // by the statement; of a refund nothing, for it has no end
  UtcTime claim_until;
};

/// What the notes on payments of a log begin with: with a blank in front, which no bank's reference
/// has.
inline std::string PaidFront(const std::string& origin) { return " paid " + origin + " "; }

struct State {
  std::unordered_map<std::uint32_t, Terminal> terminals;
  std::vector<Log> logs;            // by id
  std::map<DrawId, Draw> draws;     // calendar order within a game
  std::map<Place, UtcTime> voided;  // first leaves of orders taken back, as long as that can happen
  std::set<Bytes> retired;          // VRF keys opened from escrow
  std::map<DrawId, Digest> withdrawn;  // hash of the last withdrawal, which the next plan names
  /// Fen by bank reference already applied; by PaidFront and the leaf's index, of payments.
  std::map<std::string, std::int64_t> credits;
  std::uint64_t record_number = 0;
  Digest record_hash;
  std::uint64_t epoch = 0;
};

/// Does to the working state what `changes` says; the sequencer and every recovery go through here.
/// `record` is the batch record the changes were committed with. Errors: kFileCorrupt.
base::Status ApplyChanges(State& state, base::ByteView changes, std::uint64_t record);
void ApplyAccepted(State& state, const AcceptedChange& change, std::uint64_t record);
/// Pre: its logs are known. Errors: kFileCorrupt when more is taken back than was sold.
base::Status ApplyNumbers(State& state, const NumbersChange& change);
/// The whole working state as changes from nothing.
Bytes EncodeSnapshot(const State& state);

/// An order somebody wants to take back, as it is stored.
struct StoredOrder {
  std::uint32_t terminal = 0;
  std::uint64_t sequence = 0;
  Digest hash;
  UtcTime accepted;
  Money price, per_draw;
  Parts parts;
  std::vector<games::NumberLines> numbers = {};  // as in games::OrderFacts
};
/// What the store must be asked before `input` can be sequenced: nothing, or what holds a number
/// below the head, or the order a void names.
enum class Need { kNothing, kPast, kOrder };
/// What had to be looked up in the store before a message can be sequenced.
struct LookedUp {
  Need need = Need::kNothing;
  std::optional<Accepted> past;      // of a number below the terminal's head
  std::optional<StoredOrder> order;  // of a void
};

/// A message that passed decoding, signature and the rule book on its I/O thread.
struct TerminalInput {
  protocol::SignedMessage message;
  UtcTime stamp;                                 // when its last octet was read
  Money per_draw;                                // orders: price of one draw
  std::shared_ptr<const LookedUp> looked_up;     // null: not looked up
  std::vector<games::NumberLines> numbers = {};  // orders: as in games::OrderFacts
};
Need NeedOf(const State& state, const TerminalInput& input);

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
  Digest s;            // orders: central's half of the secret code
  std::string answer;  // commands
};

/// Consecutive leaves one batch appended to one log: an entry bundle of C2SP tlog-tiles.
struct LeafRun {
  std::int32_t log = 0;
  std::uint64_t first = 0;
  std::int32_t count = 0;
  Bytes bundle;
};
/// 256 leaf hashes with their root; a sealed log's last row holds fewer and no root.
struct TileRow {
  std::int32_t log = 0;
  std::uint64_t index = 0;
  Bytes hashes, root;
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

/// A plan taken back: the signed paper, and the leaf that holds it.
struct Withdrawn {
  DrawId draw;
  std::uint64_t leaf = 0;
  std::string envelope;
};

/// Everything one batch wants to become true, in one transaction.
struct Effects {
  std::vector<LeafRun> runs;
  std::vector<TileRow> tiles;
  std::vector<Log> new_logs;  // id, origin, draw only
  std::vector<Draw> new_draws;
  std::vector<Terminal> new_terminals;
  std::vector<std::pair<std::uint32_t, std::string>>
      terminal_steps;  // suspended flag is the terminal's
  std::vector<StepRow> steps;
  std::vector<SealRow> seals;
  std::vector<std::pair<Bytes, std::string>> retired;  // VRF key, official
  std::vector<Withdrawn> withdrawn;
  std::vector<DrawId> reopened;  // certified or cancelled: the partition comes back
  std::vector<std::pair<std::int64_t, std::string>> inbox_answers;
  Bytes changes;               // of the working state, see change.h
  Bytes record;                // empty when nothing is to be committed
  Bytes heads;                 // of the logs it appended to
  UtcTime at;                  // the record's time
  std::vector<Reply> replies;  // one an input, in order
  bool Empty() const { return record.empty(); }
};

}  // namespace lottery::central
