// Where each draw stands by the audit log alone: which leaf may follow which, and the times that
// decide whether a sale was in time.
#pragma once

#include <map>
#include <optional>

#include "protocol/documents.h"
#include "protocol/draw_life.h"

namespace lottery::compliance {

class DrawLives {
 public:
  struct Life {
    protocol::DrawState state = protocol::DrawState::kPlanned;
    base::UtcTime close;                       // the plan's
    std::optional<base::UtcTime> opened = {};  // time of the open leaf
    bool closed = false, sealed = false, pulsed = false, certified = false;
    std::uint64_t size = 0;  // of the close leaf
    base::Digest root = {};
    /// What its tickets are owed by: statement or refund, whose signature is looked at elsewhere.
    struct Paper {
      base::Digest hash;
      std::uint64_t tickets = 0;
      std::optional<base::UtcTime> claim_until;  // prizes only
      base::Money prizes;                        // likewise
      bool first_format = false;
    };
    std::optional<Paper> paper = {};
    bool IsOnSaleAt(base::UtcTime time) const { return opened && *opened <= time && time < close; }
  };
  /// Takes the next leaf of the log; kinds that are no step of a draw change nothing. Rules P-16,
  /// S-01, B-07, D-02, Z-01, Z-02 and Z-08 to Z-14 of docs/verification.md. Errors: kPlanSwapped,
  /// kSealSwapped, kBeaconReplaced, kBadDrawCertificate for a second one; kBadPlan for one that is
  /// entered after its close; kIllegalTransition for every other leaf that may not stand there;
  /// those of reading a plan's envelope.
  base::Status Take(const std::string& kind, base::UtcTime time, const base::json::object& body);
  /// Whether a statement or refund was of format 2: from then on tickets are paid by the payer.
  bool names_sales() const { return names_sales_; }
  /// Null for a draw that is not planned, or whose plan was withdrawn.
  const Life* Find(const protocol::DrawId& draw) const;

 private:
  base::Status Plan(const protocol::DrawId& draw, base::UtcTime time,
                    const base::json::object& body);
  base::Status TakePaper(const std::string& kind, const base::json::object& body, Life& life);
  std::map<protocol::DrawId, Life> lives_;
  bool names_sales_ = false;  // a statement or refund was of format 2: none of format 1 may follow
  bool overseen_ = false;     // a plan named overseers: none may do without from then on
};

}  // namespace lottery::compliance
