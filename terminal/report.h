// What a till did, added up again from its journal each time: of a shift, of a day.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "protocol/documents.h"
#include "terminal/journal.h"

namespace lottery::terminal {

using base::Money;
using base::UtcTime;

struct Report {
  std::int64_t orders = 0, voids = 0, claims = 0, refused = 0, skipped = 0, reprints = 0;
  Money sold, voided, paid;
  /// Money that should have come in: sold - voided - paid.
  Money Net() const;
  /// Of what was sold and not taken back, by an agreed rate; rounded down to a fen.
  Money Commission(int permille) const;
  bool operator==(const Report&) const = default;
};

struct Shift {
  std::string cashier;
  UtcTime from, until;  // until is 0 while it is open
  Report report;
  bool differs = false;  // what was written at its end is not what its entries add up to
};

struct SoldOrder {
  Digest hash;  // of the message
  Money price;
  Bytes order;  // wire::Order, to be bought again
};
/// What the till has receipts for in one draw's log.
struct OwnDraw {
  struct Leaf {
    std::uint64_t index = 0;
    Digest hash;
  };
  protocol::SaleTotals totals;
  std::vector<Leaf> leaves;
};
struct Reports {
  std::vector<Shift> shifts;            // in order; entries before the first sign-on are in none
  std::map<std::int64_t, Report> days;  // by base::BeijingDay of the message's time
  /// Orders this till sold, by origin and index of the first leaf.
  std::map<std::pair<std::string, std::uint64_t>, SoldOrder> orders;
  /// By origin; forgotten once checked against the draw's seal.
  std::map<std::string, OwnDraw> draws;
  std::set<std::string> checked;  // origins
  bool open() const { return !shifts.empty() && shifts.back().until.ms == 0; }
};

/// One reading of a journal from its first entry on, in order.
class ReportReader {
 public:
  /// Errors: kFileCorrupt.
  Status Take(const base::json::object& entry);
  const Reports& reports() const { return out_; }

 private:
  template <typename Change>
  Status Count(Change change);
  Status Intend(const base::json::object& entry);
  Status Accepted(const base::json::object& entry);
  Status Sold(const base::json::object& entry, const wire::Order& order);
  Status TakenBack(const base::json::object& entry, const std::string& order_hash);
  Status Checked(const base::json::object& entry);
  Status SignOn(const base::json::object& entry);
  Status SignOff(const base::json::object& entry);

  Reports out_;
  std::optional<protocol::SignedMessage> message_;
  UtcTime time_;
  struct Price {
    Money all, a_draw;
  };
  std::unordered_map<std::string, Price> prices_;  // by the order's hash
};

/// What a shift's end writes into the journal, and how it is read.
base::json::object ToJson(const Report& report);

}  // namespace lottery::terminal
