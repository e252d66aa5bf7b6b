// The tickets of a draw that are owed money, as rows a claim finds: listed once, before the draw's
// statement, into a part of the table that belongs to the draw alone.
#pragma once

#include "base/pg/copy.h"
#include "settlement/settle.h"

namespace lottery::settlement {

class OwedList {
 public:
  /// Errors: kDatabaseRefused when the draw has its list.
  static Result<OwedList> Begin(base::pg::Session& session, const DrawId& draw);
  /// In order of index: its prize, or what it cost. HOT: bench/settlement
  Status Add(const Candidate& ticket, const protocol::Winner& owed,
             const std::string& jurisdiction);
  /// From here on the list is closed. Errors: as Session::Exec.
  Status Finish();

 private:
  OwedList(base::pg::Session& session, DrawId draw, base::pg::CopyIn copy)
      : session_(&session), draw_(std::move(draw)), copy_(std::move(copy)) {}
  base::pg::Session* session_;
  DrawId draw_;
  base::pg::CopyIn copy_;
  std::vector<std::int32_t> tiers_, lines_;
};

}  // namespace lottery::settlement
