// 派奖: money of the adjustment fund that a plan adds to one draw, said before the first sale.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/money.h"
#include "protocol/names.h"

namespace lottery::protocol {

/// Most a promotion adds to a draw, in fen: ten billion yuan, above any pool there was.
inline constexpr std::int64_t kMostPromotionFen = 1'000'000'000'000;
/// No game has more prize tiers.
inline constexpr int kMostPromotedTier = 40;

struct Promotion {
  /// For each winning line of a tier so much on top of its prize; where that is above `budget` in
  /// all, the budget is shared among the lines in whole yuan and the rest stays in the fund.
  struct Bonus {
    int tier = 0;
    base::Money each, budget;
    auto operator<=>(const Bonus&) const = default;
  };
  std::string document;        // the approval on record; empty: there is no promotion
  base::Money injection;       // into the pool the draw leaves
  std::vector<Bonus> bonuses;  // ascending by tier

  bool exists() const { return !document.empty(); }
  /// What it can cost: the injection and every budget. Each is at most kMostPromotionFen.
  base::Money Most() const;
  base::json::object ToJson() const;
  auto operator<=>(const Promotion&) const = default;
};

/// Errors: kBadJson; kBadPlan for a sum outside its range, and for 3d, whose money is a
/// jurisdiction's.
base::Result<Promotion> ParsePromotion(const base::json::object& object, const DrawId& draw);

}  // namespace lottery::protocol
