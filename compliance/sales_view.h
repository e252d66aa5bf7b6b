// The control's own picture of the logs, built leaf by leaf from what was signed: keys from the
// audit log, sales and voids from a draw's log. Shares nothing with the programs it checks but the
// words on the wire.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "compliance/draw_lives.h"
#include "compliance/own_game.h"
#include "compliance/payments.h"
#include "crypto/merkle.h"
#include "protocol/documents.h"
#include "protocol/leaf.h"
#include "protocol/message.h"

namespace lottery::compliance {

using base::Bytes;
using base::Digest;
using base::Status;
using base::UtcTime;

/// What the audit log says, in order.
struct AuditView {
  /// Name of the operator whose log this is; a claim names a log of the same operator. Empty where
  /// the caller does not know it: then claims are not held against it.
  std::string operator_name;
  std::vector<Bytes> payers, settlers;  // public keys of those purposes
  struct Entry {
    std::uint64_t index = 0;
    UtcTime time;
    std::string kind, by;
    base::json::object body;
  };
  struct TerminalKey {
    std::uint32_t terminal = 0;
    std::string jurisdiction;
    Bytes public_key;
    UtcTime enrolled = {};
    std::vector<UtcTime> steps = {};  // suspended, resumed, suspended, ...
    bool IsSuspendedAt(UtcTime time) const;
  };
  crypto::MerkleTree tree;
  std::vector<Entry> entries;
  std::unordered_map<Bytes, TerminalKey> keys;          // by key id
  std::map<std::string, std::set<std::int64_t>> draws;  // planned, by game: the calendar
  struct Withdrawn {
    std::uint64_t plan = 0, withdrawal = 0;  // entries
  };
  DrawLives lives;                   // of draws that are planned
  std::vector<Withdrawn> withdrawn;  // whose signatures CheckWithdrawals looks at
  Payments payments;

  /// Errors: kEntryInvalid, kEntryTime.
  Status Add(base::ByteView leaf);
  /// The first entry of `kind` for a draw: the one that counts. A plan that was withdrawn is none.
  /// Null when there is none.
  const Entry* First(std::string_view kind, const protocol::DrawId& draw) const;
  int Count(std::string_view kind, const protocol::DrawId& draw) const;
  /// When the draw was opened for sale: time of its first "open" entry. Nothing when it was not.
  std::optional<UtcTime> OpenedAt(const protocol::DrawId& draw) const;
  /// Whether a leaf of that kind stands in front of place `index`.
  bool HasBefore(std::string_view kind, std::uint64_t index) const;
  /// The planned draw in front of `draw` that was not cancelled; nothing when it is the first.
  std::optional<protocol::DrawId> Before(const protocol::DrawId& draw) const;
  /// Whether `count` draws in a row from `first` include `draw`.
  bool Covers(const std::string& game, std::int64_t first, std::int64_t count,
              std::int64_t draw) const;
  /// Each of `count` planned draws in a row from `first` was on sale at `time`. Errors:
  /// kPlanNotWitnessed, kDrawClosed, kEntryInvalid.
  Status CheckOnSale(const std::string& game, std::int64_t first, std::int64_t count,
                     UtcTime time) const;

 private:
  Status Enrol(const Entry& entry);
  Status ChangeTerminal(const Entry& entry);
  Status CheckClaim(const Entry& entry) const;
  Status Withdraw(const Entry& entry);
  bool Counts(const Entry& entry, std::string_view kind, const protocol::DrawId& draw) const;
  std::unordered_map<std::uint32_t, Bytes> key_ids_;  // by terminal
  UtcTime last_;
};

/// Every withdrawal of the log is signed by two of those who signed the plan it names. Errors:
/// kBadSignature, kBadPlan, kBadJson.
Status CheckWithdrawals(const AuditView& audit, const protocol::Trust& trust);

struct SalesView {
  struct Sale {
    std::uint64_t index = 0;
    std::uint32_t terminal = 0;
    Bytes order_octets;  // a draw has millions: decoded they would take ten times the memory
    std::int64_t per_draw_fen = 0;
    Digest message_hash;
    UtcTime time;
    std::uint8_t draws = 1;  // the number of draws it covers; it stands in the log of each
    bool voided = false;
    std::uint64_t void_index = 0;
    UtcTime voided_at = {};
    wire::Order Order() const;
  };
  std::string origin;
  /// Signatures were checked when this log was first read: the root tells that it is the same one.
  bool signatures_checked = false;
  crypto::MerkleTree tree;
  std::vector<Sale> sales;  // voided ones included, in order of index
  struct Outlet {
    protocol::SaleTotals totals;
    std::string jurisdiction;
    std::uint64_t sequence = 0;  // of its last message in this log
  };
  std::unordered_map<std::uint32_t, Outlet> outlets;  // by terminal

  /// Makes room for a log of a size that was claimed; for so many leaves at most.
  static constexpr std::uint64_t kMostExpected = std::uint64_t{1} << 25;
  void Expect(std::uint64_t leaves);
  /// Holds the leaf against rules L and V of docs/verification.md, then counts it; a leaf that is
  /// refused changes nothing. HOT: bench/settlement
  /// Errors: kEntryInvalid, kEntryTime, kBadSignature, kTerminalSuspended, kExpired,
  /// kTerminalClockWrong, kSequenceUsed, kPlanNotWitnessed, kDrawClosed, kWrongSecret,
  /// kVoidTooLate, kAlreadyVoided.
  Status Add(base::ByteView leaf, const AuditView& audit);
  /// The order whose message has that hash; null when none is here.
  const Sale* Find(const Digest& message_hash) const;
  protocol::SaleTotals Totals() const;
  UtcTime newest() const { return last_; }  // of all leaves
  /// In order of terminal.
  std::vector<protocol::TerminalTotals> List() const;

 private:
  Result<protocol::DrawId> OwnDraw() const;
  Status AddOrder(const wire::TerminalMessage& message, const Digest& hash,
                  const protocol::SaleLeafView& leaf, protocol::SaleTotals& delta,
                  const AuditView& audit);
  Status AddVoid(const wire::TerminalMessage& message, UtcTime time, protocol::SaleTotals& delta,
                 const AuditView& audit);
  Status CheckVoidable(const wire::TerminalMessage& message, std::uint32_t sale, UtcTime time,
                       const AuditView& audit) const;
  struct FirstOctets {
    std::size_t operator()(const Digest& hash) const;
  };
  std::unordered_map<Digest, std::uint32_t, FirstOctets> by_hash_;  // position in sales
  struct Voidable {
    std::size_t sale;  // position in sales
    UtcTime time;
    Digest s_hash;
  };
  std::deque<Voidable> voidable_;  // the last minutes' sales, one behind the other
  std::optional<protocol::DrawId> draw_;
  protocol::MessageReader reader_;
  UtcTime last_;
};

}  // namespace lottery::compliance
