#include "games/order.h"

#include "protocol/names.h"

namespace lottery::games {
using base::ErrorCode;
using base::Fail;

SsqBet FromWire(const wire::SsqBet& bet) { return {bet.red_bankers(), bet.reds(), bet.blues()}; }

Result<OrderFacts> CheckOrder(const wire::Order& order) {
  if (order.game() != protocol::kSsq) return Fail(ErrorCode::kUnknownGame, order.game());
  if (order.bets_size() < 1 || order.bets_size() > kMaxBets)
    return Fail(ErrorCode::kTooManyBets, "1 to 5 bets");
  if (order.multiplier() < 1 || order.multiplier() > kMaxMultiplier)
    return Fail(ErrorCode::kIllegalMultiplier);
  if (order.draw_count() < 1 || order.draw_count() > kMaxDraws)
    return Fail(ErrorCode::kIllegalDrawCount);
  OrderFacts facts;
  for (const auto& bet : order.bets()) {
    if (!bet.has_ssq()) return Fail(ErrorCode::kIllegalBet, "not a bet of this game");
    const SsqBet ssq = FromWire(bet.ssq());
    LOTTERY_TRY_VOID(CheckSsqBet(ssq));
    facts.lines += SsqLines(ssq);
  }
  facts.lines *= order.multiplier();  // at most 5 * 17 721 088 * 99
  facts.per_draw = Money::FromFen(facts.lines * kSsqLinePriceFen);
  LOTTERY_TRY(const Money price, facts.per_draw.Mul(order.draw_count()));
  if (price.fen() > kMaxTicketFen) return Fail(ErrorCode::kTicketLimit);
  if (price.fen() != order.price_fen()) {
    return Fail(ErrorCode::kWrongPrice, "the bets cost " + std::to_string(price.fen()) + " fen");
  }
  return facts;
}

SsqWins OrderWinners(const wire::Order& order, const SsqOutcome& outcome) {
  SsqWins total{};
  for (const auto& bet : order.bets()) {
    const SsqWins wins = SsqWinners(FromWire(bet.ssq()), outcome);
    for (std::size_t tier = 0; tier < wins.size(); ++tier)
      total[tier] += wins[tier] * order.multiplier();
  }
  return total;
}

}  // namespace lottery::games
