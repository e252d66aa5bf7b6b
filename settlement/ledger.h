// Postings as values, written through the database's own function.
#pragma once

#include "base/money.h"
#include "base/pg/pg.h"

namespace lottery::settlement {

using base::Money;
using base::Result;
using base::Status;

/// Positive debits, negative credits; a list must sum to zero.
class Postings {
 public:
  void Debit(const std::string& account, Money amount) {
    lines_.emplace_back(account, amount.fen());
  }
  void Credit(const std::string& account, Money amount) {
    lines_.emplace_back(account, -amount.fen());
  }
  /// Errors: kUnbalanced.
  Status Check() const;
  /// Its accounts and amounts as two arrays of the database's.
  std::string AccountsText() const;
  std::string AmountsText() const;
  /// One ledger transaction named `ref`, which is unique for ever. Nothing is written when every
  /// amount is zero.
  Status Post(base::pg::Session& session, const std::string& kind, const std::string& ref,
              std::int64_t at_ms) const;

 private:
  std::vector<std::pair<std::string, std::int64_t>> lines_;
};

Result<Money> BalanceOf(base::pg::Session& session, const std::string& account);

}  // namespace lottery::settlement
