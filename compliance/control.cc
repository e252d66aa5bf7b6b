#include "compliance/control.h"

#include <algorithm>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;

Status Control::FollowAudit(std::uint64_t size) {
  LOTTERY_TRY_VOID(follower_.ForEntries(protocol::AuditOrigin(operator_name_), audit_.tree.size(),
                                        size,
                                        [&](base::ByteView leaf) { return audit_.Add(leaf); }));
  withdrawals_ = CheckWithdrawals(audit_, trust_);
  return {};
}

// The audit log up to where central says it is; or, before it agrees, up to what it cosigned.
Status Control::CatchUp(const wire::Logs& logs) {
  for (const auto& log : logs.logs()) {
    if (log.origin() != protocol::AuditOrigin(operator_name_)) continue;
    const std::uint64_t size = cosigned_ ? std::min(cosigned_->size, log.size()) : log.size();
    if (size > audit_.tree.size()) LOTTERY_TRY_VOID(FollowAudit(size));
  }
  if (cosigned_ && (audit_.tree.size() != cosigned_->size || audit_.tree.Root() != cosigned_->root))
    return Fail(ErrorCode::kSplitView, "not the audit log that was cosigned");
  return withdrawals_;
}

Status Control::AskAudit(const std::function<Status(const AuditView&)>& question) {
  const std::lock_guard lock(mutex_);
  LOTTERY_TRY(const auto logs, follower_.Logs());
  LOTTERY_TRY_VOID(CatchUp(logs));
  return question(audit_);
}

Status Control::CheckTimes(const std::string& origin, std::uint64_t index, base::UtcTime time,
                           std::uint64_t held, base::UtcTime held_at) const {
  const bool ahead = time.ms > clock_.Now().ms + kLeafAheadMs;
  // A time held from a clock that was ahead for a while says nothing.
  const bool known = held_at.ms != 0 && held_at <= clock_.Now();
  const bool behind = index >= held && known && time.ms < held_at.ms - kLeafBehindMs;
  return ahead || behind
             ? Status(Fail(ErrorCode::kEntryTime, origin + " leaf " + std::to_string(index)))
             : Status();
}

Status Control::Examine(const crypto::Checkpoint& checkpoint, std::uint64_t held,
                        base::UtcTime held_at) {
  const std::lock_guard lock(mutex_);
  const auto fits = [&](const crypto::MerkleTree& tree) {
    return tree.RootAt(checkpoint.size) == checkpoint.root
               ? Status()
               : Fail(ErrorCode::kSplitView, checkpoint.origin);
  };
  const std::string audit_origin = protocol::AuditOrigin(operator_name_);
  if (checkpoint.origin == audit_origin) {
    if (checkpoint.size > audit_.tree.size()) LOTTERY_TRY_VOID(FollowAudit(checkpoint.size));
    LOTTERY_TRY_VOID(base::Status(withdrawals_));
    for (std::uint64_t i = held; i < checkpoint.size; ++i)
      LOTTERY_TRY_VOID(CheckTimes(audit_origin, i, audit_.entries[i].time, held, held_at));
    return fits(audit_.tree);
  }
  LOTTERY_TRY(const auto logs, follower_.Logs());
  LOTTERY_TRY_VOID(CatchUp(logs));  // terminal keys come from the audit log
  auto& view = sales_[checkpoint.origin];
  view.origin = checkpoint.origin;
  const std::uint64_t had = view.tree.size();
  if (checkpoint.size > had) {
    const auto add = [&](base::ByteView raw) -> Status {
      LOTTERY_TRY(const auto leaf, protocol::ViewSaleLeaf(raw));
      LOTTERY_TRY_VOID(CheckTimes(checkpoint.origin, view.tree.size(), leaf.time, held, held_at));
      return view.Add(raw, audit_);
    };
    LOTTERY_TRY_VOID(follower_.ForEntries(checkpoint.origin, had, checkpoint.size, add));
  }
  return fits(view.tree);
}

// The close leaf says how long the log is and what its root is, the own cosignature that every leaf
// was looked at while it came; central's word for either is not asked.
Result<SalesView> Control::ReadSales(const protocol::DrawId& draw, const Cosigned& cosigned,
                                     const protocol::Agreement* agreed) {
  const std::lock_guard lock(mutex_);
  SalesView view;
  view.origin = protocol::OriginOf(operator_name_, draw);
  view.signatures_checked = agreed != nullptr;
  cosigned_ = cosigned.audit;
  LOTTERY_TRY(const auto logs, follower_.Logs());
  LOTTERY_TRY_VOID(CatchUp(logs));
  const auto* life = audit_.lives.Find(draw);
  if (life == nullptr) return Fail(ErrorCode::kDrawUnknown, view.origin);
  if (!life->closed)
    return Fail(ErrorCode::kNotAgreed, view.origin + ": no close is cosigned yet; ask again");
  if (cosigned.sales.size < life->size)
    return Fail(ErrorCode::kNotAgreed, view.origin + ": " + std::to_string(cosigned.sales.size) +
                                           " of " + std::to_string(life->size) +
                                           " leaves are cosigned; ask again");
  if (cosigned.sales.size != life->size || cosigned.sales.root != life->root)
    return Fail(ErrorCode::kControlDisagrees, view.origin + ": another log than was closed");
  view.Expect(life->size);
  LOTTERY_TRY_VOID(follower_.ForEntries(
      view.origin, 0, life->size, [&](base::ByteView leaf) { return view.Add(leaf, audit_); }));
  if (view.tree.Root() != life->root)
    return Fail(ErrorCode::kSplitView, "not the leaves that were cosigned: " + view.origin);
  if (agreed != nullptr &&
      (agreed->draw != draw || agreed->size != life->size || agreed->root != life->root))
    return Fail(ErrorCode::kControlDisagrees, "not what was agreed on: " + view.origin);
  return view;
}

protocol::Agreement Control::AgreeOn(const protocol::DrawId& draw, const SalesView& view) const {
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
