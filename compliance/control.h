// The independent control: follows the logs as they grow, is one of the witnesses, and gives or
// withholds its signed word before the seal and before payment. Never reads settlement's tables.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "compliance/follow.h"
#include "compliance/own_statement.h"

namespace lottery::compliance {

inline constexpr std::int64_t kLeafAheadMs =
    5000;  // a leaf stamped later than this ahead of our clock is refused
inline constexpr std::int64_t kLeafBehindMs =
    5000;  // or this much before the last checkpoint we cosigned

class Control {
 public:
  Control(protocol::Trust trust, Follower follower, const base::Clock& clock)
      : trust_(std::move(trust)),
        operator_name_(trust_.operator_name),
        follower_(std::move(follower)),
        clock_(clock) {
    audit_.operator_name = operator_name_;
    audit_.payers = trust_.KeysFor("payer");
    audit_.settlers = trust_.KeysFor("settlement");
  }

  /// Follows `checkpoint`'s log to its size and accepts it only if every new leaf verifies and the
  /// root is the same. What a witness asks before it cosigns.
  /// `held` of the log's leaves were cosigned at `held_at`: those after may not be older than that
  /// by more than kLeafBehindMs, in a draw's log and in the audit log.
  Status Examine(const crypto::Checkpoint& checkpoint, std::uint64_t held, base::UtcTime held_at);

  /// What this control cosigned last.
  struct Cosigned {
    crypto::Checkpoint audit, sales;
  };
  /// Reads a whole draw afresh and says what is in it. Of the audit log it reads what is cosigned
  /// and no more; the draw's log must be cosigned to the end that its close leaf names. With what
  /// the control agreed on before, signatures are not checked again, and the log must be that one.
  /// Errors: those of the leaves; kNotAgreed while close or end are not cosigned yet;
  /// kControlDisagrees, kSplitView when it is another log.
  Result<SalesView> ReadSales(const protocol::DrawId& draw, const Cosigned& cosigned,
                              const protocol::Agreement* agreed);
  const AuditView& audit() const { return audit_; }
  /// Calls `question` with the audit log as far as central has it now. From any thread.
  Status AskAudit(const std::function<Status(const AuditView&)>& question);
  /// The closed draw's figures, to be signed.
  protocol::Agreement AgreeOn(const protocol::DrawId& draw, const SalesView& sales) const;

 private:
  Status FollowAudit(std::uint64_t size);
  Status CatchUp(const wire::Logs& logs);
  Status CheckTimes(const std::string& origin, std::uint64_t index, base::UtcTime time,
                    std::uint64_t held, base::UtcTime held_at) const;
  const protocol::Trust trust_;
  const std::string operator_name_;
  Follower follower_;
  const base::Clock& clock_;
  std::mutex mutex_;
  AuditView audit_;  // guarded by mutex_
  std::optional<crypto::Checkpoint>
      cosigned_;        // guarded: where the audit log is read to, if not all
  Status withdrawals_;  // of audit_ as it is: a log that was refused once is refused again
  std::map<std::string, SalesView> sales_;  // guarded by mutex_, by origin
};

}  // namespace lottery::compliance
