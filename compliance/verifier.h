// The stranger at work: what it knows so far, and one step a document. Each step names the file in
// which something is wrong. verify.cc has the folder as a whole, verify_draw.cc a draw up to its
// numbers, verify_statement.cc what it paid, verify_refund.cc what is owed when it was cancelled.
#pragma once

#include "compliance/as_of.h"
#include "compliance/own_statement.h"
#include "compliance/public_folder.h"
#include "compliance/recompute.h"
#include "protocol/consent.h"
#include "protocol/escrow.h"

namespace lottery::compliance {

using base::ErrorCode;
using protocol::DrawId;

/// Later than any cosignature.
inline constexpr std::int64_t kAnyTime = std::int64_t{1} << 60;
/// Two clocks that tell the same moment: a paper's and its leaf's, a leaf's and its cosignature's.
inline constexpr std::int64_t kSameMomentMs = 5'000;
/// Tickets in the sample, or all where there are fewer.
inline constexpr std::uint64_t kLeastSampled = 200;
/// A cosignature's time is cut to whole seconds.
inline constexpr std::int64_t kCosignedBehindMs = kSameMomentMs + base::kSecondMs;

// Everything known so far about one draw.
struct DrawFacts {
  DrawId draw;
  std::string name, log_folder;
  protocol::Plan plan;
  protocol::Seal seal;
  protocol::DrawCertificate certificate;
  protocol::Statement statement;
  Digest plan_hash, seal_hash, certificate_hash, statement_hash;
  std::string statement_text;  // of a cancelled draw: none, and no certificate
  bool settled = false;        // there is a statement
  crypto::Checkpoint sealed;
  // By file: of sales, seal and fallback; older than the outcome by the margin.
  std::vector<std::pair<std::string, crypto::Note>> older_notes;
  std::optional<UtcTime> opened;
  Deviations deviations;
  protocol::Way way;
  protocol::Escrow escrow;  // empty where the plan has none
  std::optional<SalesView> sales;
};

class Verifier {
 public:
  Verifier(const std::string& folder, const std::string& root, const std::string& entries,
           Outside outside = {})
      : files_(folder), root_(root), entries_(entries), outside_(std::move(outside)) {}
  Result<base::json::object> Run();

  // What stands after Run.
  const protocol::Trust& trust() const { return trust_; }
  const AuditView& audit() const { return audit_; }
  const std::map<DrawId, DrawFacts>& draws() const { return draws_; }

 private:
  Status CheckTrust();
  Status CheckAudit();
  Status CheckAsOf() const;
  Status CheckDraw(DrawFacts& d);
  Status CheckPlan(DrawFacts& d);
  Status CheckSeal(DrawFacts& d);
  Status CheckSealFigures(const DrawFacts& d) const;
  Status CheckSealed(DrawFacts& d);
  Status CheckEntries(DrawFacts& d);
  Status CheckDeviation(DrawFacts& d, protocol::Deviation::Kind kind,
                        std::optional<protocol::Seen>& out);
  Status CheckWay(DrawFacts& d);
  Status CheckEscrow(DrawFacts& d);
  std::optional<std::uint64_t> RetiredAt(const Bytes& vrf_key) const;
  Status CheckOpened(const DrawFacts& d, const std::string& file);
  Status CheckRefund(DrawFacts& d);
  Status CheckCertificate(DrawFacts& d);
  Status CheckLoggedPulse(const DrawFacts& d, const std::string& pulse);
  Status CheckStatement(DrawFacts& d);
  Status CheckSalesAgreement(const DrawFacts& d);
  Status CheckAgreement(DrawFacts& d, const std::string& stage);
  Status CheckNothingHidden() const;
  Status CheckAuditorsFolder() const;
  void Remark(const DrawFacts& d, const char* zh, const char* en);
  Result<protocol::Consent> ReadConsent(const DrawFacts& d, const std::string& name);
  Status CheckTickets();
  Status CheckAllocations(const std::vector<protocol::Statement>& statements);
  Status CheckOpening();
  Result<crypto::SignedCheckpoint> AuditProof(const std::string& name,
                                              const AuditView::Entry& entry);
  Status CheckQuorum(const crypto::Note& note, const protocol::Plan& plan,
                     std::int64_t latest_allowed_ms, const std::string& where);
  Status CheckCosignedAfter(const crypto::Note& note, UtcTime newest, const std::string& where);
  Result<crypto::SignedCheckpoint> OpenCheckpoint(const std::string& text,
                                                  const std::string& origin,
                                                  const std::string& where);
  static Status CheckSame(const crypto::Checkpoint& shown, const crypto::Checkpoint& sealed,
                          const std::string& where);
  Result<const AuditView::Entry*> FirstLeaf(const char* kind, const DrawFacts& d,
                                            ErrorCode otherwise);

  PublicFolder files_;
  std::string root_, entries_;
  Outside outside_;
  AsOf as_of_;
  protocol::Trust trust_;
  AuditView audit_;
  std::map<DrawId, DrawFacts> draws_;
  std::map<std::string, PrizeBasis> basis_;  // by game: what the next draw starts from
  std::int64_t checked_tickets_ = 0;
  base::json::array remarks_;       // what is in order and should be known all the same
  std::set<std::string> remarked_;  // files whose idle signature lines stand among the remarks
};

template <typename T>
auto Named(T result, const std::string& file) {
  if (!result) result.error() = InFile(std::move(result.error()), file);
  return result;
}

}  // namespace lottery::compliance
