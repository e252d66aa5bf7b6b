// The control's own picture of the logs, built leaf by leaf from what was signed: keys from the
// audit log, sales and voids from a draw's log. Shares nothing with the programs it checks but the
// words on the wire.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "compliance/own_game.h"
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
  };
  crypto::MerkleTree tree;
  std::vector<Entry> entries;
  std::unordered_map<Bytes, TerminalKey> keys;          // by key id
  std::map<std::string, std::set<std::int64_t>> draws;  // planned, by game: the calendar
  struct Withdrawn {
    std::uint64_t plan = 0, withdrawal = 0;  // entries
  };
  std::vector<Withdrawn> withdrawn;  // whose signatures CheckWithdrawals looks at

  /// Errors: kEntryInvalid, kEntryTime.
  Status Add(base::ByteView leaf);
  /// The first entry of `kind` for a draw: the one that counts. A plan that was withdrawn is none.
  /// Null when there is none.
  const Entry* First(std::string_view kind, const protocol::DrawId& draw) const;
  int Count(std::string_view kind, const protocol::DrawId& draw) const;
  /// When the draw was opened for sale: time of its first "open" entry. Nothing when it was not.
  std::optional<UtcTime> OpenedAt(const protocol::DrawId& draw) const;
  /// The planned draw in front of `draw` that was not cancelled; nothing when it is the first.
  std::optional<protocol::DrawId> Before(const protocol::DrawId& draw) const;
  /// Whether `count` draws in a row from `first` include `draw`.
  bool Covers(const std::string& game, std::int64_t first, std::int64_t count,
              std::int64_t draw) const;

 private:
  Status Withdraw(const Entry& entry);
  bool Counts(const Entry& entry, std::string_view kind, const protocol::DrawId& draw) const;
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
  };
  std::unordered_map<std::uint32_t, Outlet> outlets;  // by terminal
  UtcTime first_leaf;                                 // time of leaf 0

  /// Makes room for a log of a size that was claimed; for so many leaves at most.
  static constexpr std::uint64_t kMostExpected = std::uint64_t{1} << 25;
  void Expect(std::uint64_t leaves);
  /// Verifies signature, shape, price and time order, then counts. HOT: bench/settlement
  /// Errors: kEntryInvalid, kEntryTime, kBadSignature.
  Status Add(base::ByteView leaf, const AuditView& audit);
  protocol::SaleTotals Totals() const;
  /// In order of terminal.
  std::vector<protocol::TerminalTotals> List() const;

 private:
  Status AddOrder(const wire::TerminalMessage& message, const Digest& hash, UtcTime time,
                  Outlet& outlet, const AuditView& audit);
  Status AddVoid(const wire::TerminalMessage& message, UtcTime time, Outlet& outlet);
  struct FirstOctets {
    std::size_t operator()(const Digest& hash) const;
  };
  std::unordered_map<Digest, std::uint32_t, FirstOctets> by_hash_;  // position in sales
  protocol::MessageReader reader_;
  UtcTime last_;
};

}  // namespace lottery::compliance
