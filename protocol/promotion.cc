#include "protocol/promotion.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;

base::json::object Promotion::ToJson() const {
  base::json::array list;
  for (const auto& b : bonuses) {
    list.push_back(base::json::object{
        {"tier", b.tier}, {"each_fen", b.each.fen()}, {"budget_fen", b.budget.fen()}});
  }
  return {{"document", document}, {"injection_fen", injection.fen()}, {"bonuses", std::move(list)}};
}

Money Promotion::Most() const {
  Money most = injection;
  for (const auto& b : bonuses) most = base::SumOrDie(most, b.budget);
  return most;
}

Result<Promotion> ParsePromotion(const base::json::object& object, const DrawId& draw) {
  const auto refuse = [](const char* why) {
    return Fail(ErrorCode::kBadPlan, std::string("promotion: ") + why);
  };
  // Prizes are in whole yuan.
  const auto sum = [](Money amount) {
    return amount >= Money() && amount.fen() <= kMostPromotionFen && amount.fen() % 100 == 0;
  };
  Promotion p;
  LOTTERY_TRY(p.document, base::GetSaid(object, "document"));
  LOTTERY_TRY(p.injection, base::GetMoney(object, "injection_fen"));
  LOTTERY_TRY_VOID(ForObjects(object, "bonuses", [&](const base::json::object& o) -> base::Status {
    Promotion::Bonus b;
    LOTTERY_TRY(const auto tier, base::GetInt(o, "tier"));
    LOTTERY_TRY(b.each, base::GetMoney(o, "each_fen"));
    LOTTERY_TRY(b.budget, base::GetMoney(o, "budget_fen"));
    const int before = p.bonuses.empty() ? 0 : p.bonuses.back().tier;
    if (tier <= before || tier > kMostPromotedTier) return refuse("its tiers");
    b.tier = static_cast<int>(tier);
    if (!sum(b.each) || !sum(b.budget) || b.each == Money() || b.budget < b.each)
      return refuse("a bonus is in whole yuan, and its budget covers one line");
    p.bonuses.push_back(b);
    return {};
  }));
  if (p.document.empty()) return refuse("it names its approval");
  if (!sum(p.injection)) return refuse("an injection is in whole yuan");
  if (p.injection == Money() && p.bonuses.empty()) return refuse("it adds nothing");
  if (draw.game == kD3) return refuse("the pools of 3d are each jurisdiction's own");
  return p;
}

}  // namespace lottery::protocol
