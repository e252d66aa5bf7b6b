#include "compliance/own_game.h"

namespace lottery::compliance {

Result<std::int64_t> OwnOrderPrice(const wire::Order& order) {
  return order.game() == "3d" ? OwnD3PricePerDraw(order) : OwnPricePerDraw(order);
}

Result<OwnWins> OwnOrderWins(const wire::Order& order, const OwnOutcome& outcome) {
  return order.game() == "3d" ? OwnD3Winners(order, outcome) : OwnWinners(order, outcome);
}

}  // namespace lottery::compliance
