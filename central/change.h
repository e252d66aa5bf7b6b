// Changes of the working state: terminal heads, balances, totals, bank references, voids. Each
// batch stores its own beside its record; a snapshot is the same language from nothing. Applying
// all of them in order gives the state back, and the sequencer itself changes the state only by
// applying them. Small numbers are varints: a sale's change is about 60 octets.
#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/money.h"
#include "games/order.h"

namespace lottery::central {

using base::Bytes;
using base::Digest;
using base::Money;
using base::Result;
using base::UtcTime;

/// A leaf's place.
struct Place {
  std::int32_t log = 0;
  std::uint64_t index = 0;
  auto operator<=>(const Place&) const = default;
};
/// Where one leaf of an accepted message is, and its time.
struct Part : Place {
  UtcTime time;
  bool operator==(const Part&) const = default;
};

/// One a draw; most messages have one, which needs no memory of its own.
using Parts = boost::container::small_vector<Part, 1>;

/// First octet of a change. Stored: never reuse a number.
enum class ChangeKind : std::uint8_t {
  kOrder = 1,  // accepted messages
  kVoid = 2,
  kNote = 3,  // a skip or a claim
  kBalance = 4,
  kReference = 5,
  kAlarm = 6,
  kTerminal = 7,  // snapshots
  kTotals = 8,
  kVoided = 9,
  kNumbers = 10,  // lines sold or taken back by number, where numbers have sales limits
  kNumberLimit = 11,
};

/// Lines by number that an order added to the book of its jurisdiction in each of its logs, or a
/// void took out.
struct NumbersChange {
  std::vector<std::int32_t> logs;
  std::string jurisdiction;
  bool taken_back = false;
  std::vector<games::NumberLines> numbers;
};

/// What an accepted message did to its terminal, and to the totals of its logs.
struct AcceptedChange {
  ChangeKind kind = ChangeKind::kOrder;  // kOrder, kVoid or kNote
  std::uint32_t terminal = 0;
  std::uint64_t sequence = 0;
  Digest hash;
  Money balance;   // afterwards
  Money per_draw;  // sold or taken back in each of the logs
  Parts parts;
  Place voided;  // kVoid: first leaf of the order taken back
};

void WriteAccepted(base::ByteWriter& w, const AcceptedChange& change);
void WriteBalance(base::ByteWriter& w, std::uint32_t terminal, Money balance);
void WriteReference(base::ByteWriter& w, std::string_view reference, Money amount);
void WriteAlarm(base::ByteWriter& w, std::uint32_t terminal, std::uint64_t sequence);

void WriteNumbers(base::ByteWriter& w, const NumbersChange& change);
NumbersChange ReadNumbers(base::ByteReader& r);
/// `lines` 0: no limit.
void WriteNumberLimit(base::ByteWriter& w, std::int32_t log, std::string_view jurisdiction,
                      std::int64_t lines);

/// Reads what follows the kind's octet. A reader that ran out says so by ok().
AcceptedChange ReadAccepted(base::ByteReader& r, ChangeKind kind);
Parts ReadParts(base::ByteReader& r);
void WriteParts(base::ByteWriter& w, const Parts& parts);

/// The accepted message number `sequence` of `terminal` among a batch's changes, if it is there.
/// Errors: kFileCorrupt.
Result<std::optional<Parts>> FindInChanges(base::ByteView changes, std::uint32_t terminal,
                                           std::uint64_t sequence);
/// (terminal, sequence) of every accepted message among a batch's changes, in order. Errors:
/// kFileCorrupt.
Result<std::vector<std::pair<std::uint32_t, std::uint64_t>>> ListAccepted(base::ByteView changes);

}  // namespace lottery::central
