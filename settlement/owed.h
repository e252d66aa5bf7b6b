// The tickets of a draw that are owed money, as rows a claim finds. Up to four processors write
// them before the transaction that settles, into parts of the table that belong to the draw alone
// and that nobody reads; that transaction takes the parts into the table with the statement.
// What an attempt that came to nothing left is thrown away by the next.
#pragma once

#include "settlement/owed_root.h"
#include "settlement/sealed.h"

namespace lottery::settlement {

class OwedList {
 public:
  /// What a ticket is owed: its prize, or what it cost; nothing when it is not to be listed.
  using Owes = std::function<protocol::Winner(const Candidate&, const std::vector<Won>&)>;

  /// Outside of a transaction, under SettlingLock. `owes` is called from several threads.
  /// Errors: kDatabaseRefused when the draw has its statement.
  static Result<OwedList> Write(base::pg::Session& session, const DrawId& draw,
                                const SealedSales& sales, const Jurisdictions& jurisdictions,
                                const Owes& owes);
  /// From here on the list is the draw's, with the roots of its tiles. In the transaction of its
  /// statement, after that. Errors: as Session::Exec.
  Status Take(base::pg::Session& session, const std::vector<OwedTile>& tiles) const;

 private:
  OwedList(DrawId draw, std::string firsts) : draw_(std::move(draw)), firsts_(std::move(firsts)) {}
  DrawId draw_;
  std::string firsts_;  // lowest index of each part, as an array
};

}  // namespace lottery::settlement
