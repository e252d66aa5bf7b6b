#include "games/order.h"

#include <algorithm>
#include <map>

#include "games/d3_prize.h"
#include "games/ssq_prize.h"
#include "protocol/names.h"

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// Lines of one unit. Errors: kIllegalBet.
Result<std::int64_t> CheckBet(std::string_view game, const wire::Bet& bet) {
  if (game == protocol::kSsq && bet.has_ssq()) {
    const SsqBet ssq = FromWire(bet.ssq());
    LOTTERY_TRY_VOID(CheckSsqBet(ssq));
    return SsqLines(ssq);
  }
  if (game == protocol::kD3 && bet.has_d3()) {
    const D3Bet d3 = FromWire(bet.d3());
    LOTTERY_TRY_VOID(CheckD3Bet(d3));
    return D3Lines(d3);
  }
  return Fail(ErrorCode::kIllegalBet, "not a bet of this game");
}

std::vector<NumberLines> NumbersOf(const wire::Order& order) {
  std::map<D3Number, std::int64_t> lines;
  for (const auto& bet : order.bets())
    ForD3Numbers(FromWire(bet.d3()), [&](D3Number n) { lines[n] += order.multiplier(); });
  std::vector<NumberLines> out;
  for (const auto& [number, count] : lines) out.push_back({number, count});
  return out;
}

}  // namespace

SsqBet FromWire(const wire::SsqBet& bet) { return {bet.red_bankers(), bet.reds(), bet.blues()}; }

D3Bet FromWire(const wire::D3Bet& bet) {
  return {static_cast<D3Bet::Play>(bet.play()),
          bet.hundreds(),
          bet.tens(),
          bet.units(),
          bet.doubles(),
          bet.singles(),
          bet.digits()};
}

std::int64_t LinesOf(const wire::Bet& bet) {
  const auto lines = CheckBet(bet.has_d3() ? protocol::kD3 : protocol::kSsq, bet);
  return lines ? *lines : 0;
}

std::int64_t LinePriceFen(std::string_view game) {
  return game == protocol::kD3 ? kD3LinePriceFen : kSsqLinePriceFen;
}

Result<OrderFacts> CheckOrder(const wire::Order& order) {
  if (order.game() != protocol::kSsq && order.game() != protocol::kD3)
    return Fail(ErrorCode::kUnknownGame, order.game());
  if (order.bets_size() < 1 || order.bets_size() > kMaxBets)
    return Fail(ErrorCode::kTooManyBets, "1 to 5 bets");
  if (order.multiplier() < 1 || order.multiplier() > kMaxMultiplier)
    return Fail(ErrorCode::kIllegalMultiplier);
  if (order.draw_count() < 1 || order.draw_count() > kMaxDraws)
    return Fail(ErrorCode::kIllegalDrawCount);
  OrderFacts facts;
  for (const auto& bet : order.bets()) {
    LOTTERY_TRY(const auto lines, CheckBet(order.game(), bet));
    facts.lines += lines;
  }
  facts.lines *= order.multiplier();  // at most 5 * 17 721 088 * 99
  facts.per_draw = Money::FromFen(facts.lines * LinePriceFen(order.game()));
  LOTTERY_TRY(const Money price, facts.per_draw.Mul(order.draw_count()));
  if (price.fen() > kMaxTicketFen) return Fail(ErrorCode::kTicketLimit);
  if (price.fen() != order.price_fen()) {
    return Fail(ErrorCode::kWrongPrice, "the bets cost " + std::to_string(price.fen()) + " fen");
  }
  if (order.game() == protocol::kD3) facts.numbers = NumbersOf(order);
  return facts;
}

Result<Outcome> MakeOutcome(std::string_view game, const std::vector<int>& numbers, int blue) {
  const bool octets =
      std::all_of(numbers.begin(), numbers.end(), [](int n) { return n >= 0 && n <= 255; });
  if (!octets || blue < 0 || blue > 255) return Fail(ErrorCode::kBadOutcome);
  const auto fill = [&](auto& places) {
    std::transform(numbers.begin(), numbers.end(), places.begin(),
                   [](int n) { return static_cast<std::uint8_t>(n); });
  };
  if (game == protocol::kSsq) {
    SsqOutcome outcome;
    if (numbers.size() != outcome.reds.size()) return Fail(ErrorCode::kBadOutcome, "six reds");
    fill(outcome.reds);
    outcome.blue = static_cast<std::uint8_t>(blue);
    LOTTERY_TRY_VOID(CheckSsqOutcome(outcome));
    return outcome;
  }
  if (game != protocol::kD3) return Fail(ErrorCode::kUnknownGame, std::string(game));
  D3Outcome outcome;
  if (numbers.size() != outcome.digits.size() || blue != 0)
    return Fail(ErrorCode::kBadOutcome, "three digits");
  fill(outcome.digits);
  LOTTERY_TRY_VOID(CheckD3Outcome(outcome));
  return outcome;
}

Wins OrderWinners(const wire::Order& order, const Outcome& outcome) {
  const auto* ssq = std::get_if<SsqOutcome>(&outcome);
  Wins total{};
  for (const auto& bet : order.bets()) {
    const Wins wins = ssq != nullptr ? SsqWinners(FromWire(bet.ssq()), *ssq)
                                     : D3Winners(FromWire(bet.d3()), std::get<D3Outcome>(outcome));
    for (std::size_t tier = 0; tier < wins.size(); ++tier)
      total[tier] += wins[tier] * order.multiplier();
  }
  return total;
}

Result<std::string> RuleBookText(std::string_view game) {
  if (game == protocol::kSsq) return SsqRuleBookText();
  if (game == protocol::kD3) return D3RuleBookText();
  return Fail(ErrorCode::kUnknownGame, std::string(game));
}

PlayName GameName(std::string_view game) {
  if (game == protocol::kD3) return {"福彩3D", "Welfare 3D"};
  return {"双色球", "Double Colour Ball"};
}

}  // namespace lottery::games
