// The second computation: outcome, winners, prizes and the split, from the sales view and the
// public documents. Settlement's statement must equal what comes out here.
#pragma once

#include "compliance/sales_view.h"
#include "protocol/deviation.h"

namespace lottery::compliance {

/// What of the audit log decides how a draw is held; null where nothing is logged.
struct Deviations {
  std::optional<protocol::Seen> deferral, fallback, cancellation;
  Result<protocol::Way> WayOf(const protocol::Plan& plan, const Digest& plan_hash) const {
    return protocol::WayOf(plan, plan_hash, deferral ? &*deferral : nullptr,
                           fallback ? &*fallback : nullptr,
                           cancellation ? &*cancellation : nullptr);
  }
};
/// A deviation's entry in the audit log: signed by two officials, and in time by the log's own
/// clock. Errors: kBadSignature, kBadDeviation, kTooLateToDeviate.
Result<protocol::Deviation> ReadDeviation(const AuditView::Entry& entry,
                                          const protocol::Trust& trust, const protocol::Plan& plan);

/// What a draw's outcome must be, from plan, seal and either pulse and contributions or the
/// officials' entries at the ball machine. `pulse_file` is not looked at for balls. Returns when
/// the draw could first be known: every counted cosignature must be older by the plan's margin.
/// Errors: kWrongMethod, kTooLateToDeviate, kBeaconReplaced, kBadPulse, kBadContribution,
/// kOutcomeWrong, kBadDrawCertificate, kBadBallEntry, kEntriesDiffer, kBadDeviation.
Result<base::UtcTime> CheckOutcome(const protocol::Plan& plan, const Digest& plan_hash,
                                   const Digest& seal_hash, const Deviations& deviations,
                                   const std::string& pulse_file,
                                   const std::string& beacon_certificate_pem,
                                   const protocol::DrawCertificate& certificate);

/// Fixed prize of a tier in fen, by tier - 1; 0 for the two that share the pool.
inline constexpr std::int64_t kOwnFixedFen[7] = {0, 0, 300'000, 20'000, 1'000, 500, 500};

/// End of the 60th calendar day, the day of the draw being the first, Beijing time (Regulations
/// art. 25).
base::UtcTime OwnClaimUntil(base::UtcTime drawn);

struct PrizeBasis {
  std::int64_t pool_before_fen = 0;
  bool special_rule = false;
  /// 3d, by jurisdiction: pool and adjustment fund, in fen.
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> pools;
};
/// What the draw after one with this statement, or the first draw, starts from.
PrizeBasis BasisAfter(const protocol::Statement& statement);
PrizeBasis BasisOf(const protocol::Opening& opening);

/// Everything a statement says that follows from sales, outcome and the pool before. `at`, the
/// documents' hashes and the rule book are copied from `like`.
Result<protocol::Statement> Recompute(const SalesView& sales,
                                      const protocol::DrawCertificate& certificate,
                                      const PrizeBasis& basis, const protocol::Statement& like);
/// The figures of a 3d statement that follow from its jurisdictions and winning lines.
void FillD3(const std::map<std::string, OwnD3Pool>& pools, const OwnWins& lines,
            protocol::Statement& statement);
/// Winners in order of index; voided tickets win nothing.
Result<std::vector<protocol::Winner>> Winners(const SalesView& sales,
                                              const protocol::DrawCertificate& certificate,
                                              const protocol::Statement& prizes);
/// Names the first figure in which a statement differs from ours: kVoidedPaid when it is what
/// paying voided tickets would give, kOldRule, kFenMoved, kStatementForged.
Status CompareStatement(const SalesView& sales, const protocol::DrawCertificate& certificate,
                        const PrizeBasis& basis, const protocol::Statement& theirs);

}  // namespace lottery::compliance
