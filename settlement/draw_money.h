// Where every fen of a settled draw went, as rows the database checks: shares against sales, prizes
// against what covers them, pools against the draw before and against the ledger.
#pragma once

#include "base/pg/pg.h"
#include "settlement/settle.h"

namespace lottery::settlement {

/// Before the draw's postings: the adjustment fund of a national game is read as it stands.
/// Errors: kDatabaseRefused at the end of the transaction when anything does not add up.
Status InsertDrawMoney(base::pg::Session& session, const protocol::Statement& statement);

}  // namespace lottery::settlement
