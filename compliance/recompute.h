// The second computation: outcome, winners, prizes and the split, from the sales view and the
// public documents. Settlement's statement must equal what comes out here.
#pragma once

#include "compliance/sales_view.h"

namespace lottery::compliance {

/// What a draw's outcome must be, from plan, seal, pulse and contributions. Errors:
/// kBeaconReplaced, kBadPulse, kBadContribution, kOutcomeWrong, kBadDrawCertificate.
Status CheckOutcome(const protocol::Plan& plan, const Digest& plan_hash, const Digest& seal_hash,
                    const std::string& pulse_file, const std::string& beacon_certificate_pem,
                    const protocol::DrawCertificate& certificate);

/// Fixed prize of a tier in fen, by tier - 1; 0 for the two that share the pool.
inline constexpr std::int64_t kOwnFixedFen[7] = {0, 0, 300'000, 20'000, 1'000, 500, 500};

/// End of the 60th calendar day, the day of the draw being the first, Beijing time (Regulations
/// art. 25).
base::UtcTime OwnClaimUntil(base::UtcTime drawn);

struct PrizeBasis {
  std::int64_t pool_before_fen = 0;
  bool special_rule = false;
};

/// Everything a statement says that follows from sales, outcome and the pool before. `at`, the
/// documents' hashes and the rule book are copied from `like`.
Result<protocol::Statement> Recompute(const SalesView& sales,
                                      const protocol::DrawCertificate& certificate,
                                      const PrizeBasis& basis, const protocol::Statement& like);
/// Winners in order of index; voided tickets win nothing.
Result<std::vector<protocol::Winner>> Winners(const SalesView& sales,
                                              const protocol::DrawCertificate& certificate,
                                              const protocol::Statement& prizes);
/// Names the first figure in which a statement differs from ours: kVoidedPaid when it is what
/// paying voided tickets would give, kOldRule, kFenMoved, kStatementForged.
Status CompareStatement(const SalesView& sales, const protocol::DrawCertificate& certificate,
                        const PrizeBasis& basis, const protocol::Statement& theirs);

}  // namespace lottery::compliance
