// A national draw for the bench of settlement: bought by nobody, signed by no terminal, and real in
// everything else that settlement reads.
#pragma once

#include <random>

#include "base/pg/pg.h"
#include "crypto/tree_hash.h"
#include "protocol/documents.h"
#include "protocol/wire.pb.h"

namespace lottery::bench {

/// Fills `order` for its first draw: five lines in the mean, one in six tickets a multiple or
/// banker bet, some with a multiplier, some for several draws.
void NationalOrder(std::mt19937_64& rng, wire::Order& order);

struct Nation {
  protocol::DrawId draw;
  std::int64_t tickets = 0, terminals = 0;
  std::uint64_t seed = 0;
};

/// The public key of an outlet, whose private one nobody has.
base::Bytes KeyOf(std::uint32_t terminal);
/// "310000"
std::string JurisdictionOf(std::uint32_t terminal);

/// What was written.
struct Written {
  crypto::TreeHash tree;
  protocol::SaleTotals totals;
  std::vector<protocol::TerminalTotals> by_terminal;
  std::int64_t lines = 0;
};

/// Outlets 1 .. terminals over the jurisdictions of the country, and the draw's log with its sold
/// and voided tickets. Errors: as the database's.
base::Status WriteTerminals(base::pg::Session& session, const Nation& nation);
base::Result<Written> WriteLeaves(base::pg::Session& session, const Nation& nation, int log,
                                  const std::string& origin);

}  // namespace lottery::bench
