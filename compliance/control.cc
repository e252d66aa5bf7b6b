#include "compliance/control.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;

Status Control::FollowAudit(std::uint64_t size) {
  LOTTERY_TRY(const auto leaves,
              follower_.Entries(protocol::AuditOrigin(operator_name_), audit_.tree.size(), size));
  for (const auto& leaf : leaves) LOTTERY_TRY_VOID(audit_.Add(leaf));
  return {};
}

Status Control::Examine(const crypto::Checkpoint& checkpoint, base::UtcTime last_cosigned) {
  const std::lock_guard lock(mutex_);
  const base::UtcTime now = clock_.Now();
  if (checkpoint.origin == protocol::AuditOrigin(operator_name_)) {
    if (checkpoint.size > audit_.tree.size()) LOTTERY_TRY_VOID(FollowAudit(checkpoint.size));
    return audit_.tree.RootAt(checkpoint.size) == checkpoint.root
               ? Status()
               : Fail(ErrorCode::kSplitView, checkpoint.origin);
  }
  LOTTERY_TRY(const auto logs, follower_.Logs());
  for (const auto& log :
       logs.logs()) {  // terminal keys come from the audit log: bring it up to date first
    if (log.origin() == protocol::AuditOrigin(operator_name_) && log.size() > audit_.tree.size())
      LOTTERY_TRY_VOID(FollowAudit(log.size()));
  }
  auto& view = sales_[checkpoint.origin];
  view.origin = checkpoint.origin;
  const std::uint64_t had = view.tree.size();
  if (checkpoint.size > had) {
    LOTTERY_TRY(const auto leaves, follower_.Entries(checkpoint.origin, had, checkpoint.size));
    for (const auto& raw : leaves) {
      LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(raw));
      const bool late = leaf.time.ms > now.ms + kLeafAheadMs;
      const bool early =
          had != 0 && last_cosigned.ms != 0 && leaf.time.ms < last_cosigned.ms - kLeafBehindMs;
      if (late || early)
        return Fail(ErrorCode::kEntryTime,
                    checkpoint.origin + " leaf " + std::to_string(view.tree.size()));
      LOTTERY_TRY_VOID(view.Add(raw, audit_));
    }
  }
  return view.tree.RootAt(checkpoint.size) == checkpoint.root
             ? Status()
             : Fail(ErrorCode::kSplitView, checkpoint.origin);
}

Result<SalesView> Control::ReadSales(const protocol::DrawId& draw) {
  const std::lock_guard lock(mutex_);
  SalesView view;
  view.origin = protocol::OriginOf(operator_name_, draw);
  LOTTERY_TRY(const auto logs, follower_.Logs());
  for (const auto& log : logs.logs()) {
    if (log.origin() == protocol::AuditOrigin(operator_name_))
      LOTTERY_TRY_VOID(FollowAudit(log.size()));
  }
  for (const auto& log : logs.logs()) {
    if (log.origin() != view.origin) continue;
    if (!log.closed()) return Fail(ErrorCode::kIllegalTransition, view.origin + " is still open");
    LOTTERY_TRY(const auto leaves, follower_.Entries(view.origin, 0, log.size()));
    for (const auto& leaf : leaves) LOTTERY_TRY_VOID(view.Add(leaf, audit_));
    return view;
  }
  return Fail(ErrorCode::kDrawUnknown, view.origin);
}

Result<protocol::Agreement> Control::AgreeOnSales(const protocol::DrawId& draw) {
  LOTTERY_TRY(const auto view, ReadSales(draw));
  protocol::Agreement agreement;
  agreement.draw = draw;
  agreement.stage = "sales";
  agreement.origin = view.origin;
  agreement.size = view.tree.size();
  agreement.root = view.tree.Root();
  agreement.totals = view.Totals();
  agreement.terminals_root = protocol::TerminalsRoot(view.List());
  agreement.at = clock_.Now();
  return agreement;
}

}  // namespace lottery::compliance
