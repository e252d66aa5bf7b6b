// What every settlement of a draw starts from: its seal, and its sales re-hashed to that seal.
#pragma once

#include <optional>

#include "settlement/settle.h"

namespace lottery::settlement {

/// A draw as it was sealed, with its plan.
struct SealedDraw {
  protocol::Plan plan;
  protocol::Seal seal;
  Digest seal_hash;
  crypto::Checkpoint checkpoint;
};
/// Errors: kBadSeal, kBadSignature.
Result<SealedDraw> OpenSeal(base::pg::Session& session, const protocol::Trust& trust,
                            const DrawId& draw);

/// The draw's sales as sold; with an outcome the tickets it makes win, without one every ticket
/// that was not voided. Errors: kSealMismatch naming the leaf.
Result<SealedSales> ReadSales(base::pg::Session& session, const SealedDraw& sealed,
                              const std::optional<games::Outcome>& outcome);

/// Of every enrolled terminal. Errors: kSealMismatch naming one that sold and is none.
Result<Jurisdictions> ReadJurisdictions(base::pg::Session& session, const DrawId& draw,
                                        const SealedSales& sales);

/// What stands beside a step of the draw's life; empty where it was never taken.
Result<std::string> StepReason(base::pg::Session& session, const DrawId& draw,
                               const std::string& state);

/// A statement that returns no rows.
Status Run(base::pg::Session& session, const std::string& sql,
           const std::vector<base::pg::Param>& params);
/// "a:b:c"
std::string Account(std::initializer_list<std::string> parts);

}  // namespace lottery::settlement
