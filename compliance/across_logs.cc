#include "compliance/across_logs.h"

namespace lottery::compliance {
using base::ErrorCode;
using protocol::DrawId;
namespace {

// The draws an order covers, in the order of the plans.
std::vector<DrawId> DrawsOf(const wire::Order& order, const AuditView& audit) {
  std::vector<DrawId> draws;
  const auto calendar = audit.draws.find(order.game());
  if (calendar == audit.draws.end()) return draws;
  auto at = calendar->second.find(order.first_draw());
  for (std::uint32_t i = 0; i < order.draw_count() && at != calendar->second.end(); ++i, ++at)
    draws.push_back({order.game(), static_cast<std::int32_t>(*at)});
  return draws;
}

}  // namespace

Status CheckAcrossLogs(const std::map<DrawId, const SalesView*>& logs, const AuditView& audit) {
  for (const auto& [own, view] : logs) {
    for (const auto& sale : view->sales) {
      if (sale.draws < 2) continue;
      for (const auto& draw : DrawsOf(sale.Order(), audit)) {
        const auto other = logs.find(draw);
        if (draw == own || other == logs.end()) continue;
        const std::string of = view->origin + " leaf " + std::to_string(sale.index);
        const auto* twin = other->second->Find(sale.message_hash);
        if (twin == nullptr)
          return tl::unexpected<base::Error>(
              {ErrorCode::kLeafMissing, "the order of " + of, other->second->origin});
        if (twin->voided != sale.voided)
          return tl::unexpected<base::Error>({ErrorCode::kLeafMissing, "the void of " + of,
                                              (sale.voided ? other->second : view)->origin});
      }
    }
  }
  return {};
}

}  // namespace lottery::compliance
