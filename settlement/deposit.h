// A terminal's deposit: money that is in the bank becomes balance at central and a posting in the
// ledger, each once a bank reference, whatever dies in between.
#pragma once

#include "base/json.h"
#include "base/pg/pg.h"

namespace lottery::settlement {

struct Deposit {
  std::uint32_t terminal = 0;
  base::Money amount;     // > 0
  std::string reference;  // the bank's; protocol::CleanReference makes it one
};

/// Hands the deposit to central, waits for its answer, posts it. The same deposit again finishes
/// what was cut off and answers as the first time, with "posted" false when nothing was left to do.
/// Errors: kUsage, kUnknownTerminal, kAlreadyExists when the reference stands for another deposit,
/// kTimeout when central does not answer: repeat later.
base::Result<base::json::object> MakeDeposit(base::pg::Session& session, Deposit deposit,
                                             std::int64_t at_ms, int timeout_ms);

}  // namespace lottery::settlement
