#include "games/order.h"

#include <algorithm>
#include <map>

#include "games/ssq_lines.h"
#include "protocol/names.h"

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// Lines of one unit of a bet whose game the bet itself says. Errors: kIllegalBet.
Result<std::int64_t> CheckBet(const wire::Bet& bet) {
  const auto checked = [](const auto& value, auto check, auto lines) -> Result<std::int64_t> {
    LOTTERY_TRY_VOID(check(value));
    return lines(value);
  };
  switch (bet.play_case()) {
    case wire::Bet::kSsq:
      return checked(FromWire(bet.ssq()), CheckSsqBet, SsqLines);
    case wire::Bet::kD3:
      return checked(FromWire(bet.d3()), CheckD3Bet, D3Lines);
    case wire::Bet::kQlc:
      return checked(FromWire(bet.qlc()), CheckQlcBet, QlcLines);
    case wire::Bet::kKl8:
      return checked(FromWire(bet.kl8()), CheckKl8Bet, Kl8Lines);
    case wire::Bet::PLAY_NOT_SET:
      break;
  }
  return Fail(ErrorCode::kIllegalBet, "no bet");
}

wire::Bet::PlayCase PlayCaseOf(std::string_view game) {
  if (game == protocol::kSsq) return wire::Bet::kSsq;
  if (game == protocol::kD3) return wire::Bet::kD3;
  if (game == protocol::kQlc) return wire::Bet::kQlc;
  return game == protocol::kKl8 ? wire::Bet::kKl8 : wire::Bet::PLAY_NOT_SET;
}

std::vector<NumberLines> NumbersOf(const wire::Order& order) {
  std::map<D3Number, std::int64_t> lines;
  for (const auto& bet : order.bets())
    ForD3Numbers(FromWire(bet.d3()), [&](D3Number n) { lines[n] += order.multiplier(); });
  std::vector<NumberLines> out;
  for (const auto& [number, count] : lines) out.push_back({number, count});
  return out;
}

// What a slip may hold, as the newest version of its game says.
struct Bounds {
  std::int64_t bets, multiplier, draws, ticket_fen, line_fen;
};
const Bounds& BoundsOf(std::string_view game) {
  static const auto all = [] {
    std::array<Bounds, kGames.size()> bounds{};
    for (std::size_t i = 0; i < kGames.size(); ++i) {
      const auto& rule = NewestRule(kGames[i]);
      bounds[i] = {rule.Get("max_bets"), rule.Get("max_multiplier"), rule.Get("max_draws"),
                   rule.Get("max_ticket_yuan") * 100, rule.Get("line_price_fen")};
      LOTTERY_CHECK(bounds[i].bets <= kMaxBets && bounds[i].multiplier <= kMaxMultiplier &&
                    bounds[i].draws <= kMaxDraws);
    }
    return bounds;
  }();
  const auto found = std::find(kGames.begin(), kGames.end(), game);
  LOTTERY_CHECK(found != kGames.end());
  return all[static_cast<std::size_t>(found - kGames.begin())];
}

// `numbers` into the places of an outcome; false when there are more or fewer, or no octets.
template <std::size_t N>
bool Fill(const std::vector<int>& numbers, std::array<std::uint8_t, N>& places) {
  if (numbers.size() != N) return false;
  for (std::size_t i = 0; i < N; ++i) {
    if (numbers[i] < 0 || numbers[i] > 255) return false;
    places[i] = static_cast<std::uint8_t>(numbers[i]);
  }
  return true;
}

Wins BetWinners(const wire::Bet& bet, const Outcome& outcome) {
  switch (outcome.index()) {
    case 0:
      return SsqWinners(FromWire(bet.ssq()), std::get<SsqOutcome>(outcome));
    case 1:
      return D3Winners(FromWire(bet.d3()), std::get<D3Outcome>(outcome));
    case 2:
      return QlcWinners(FromWire(bet.qlc()), std::get<QlcOutcome>(outcome));
    default:
      return Kl8Winners(FromWire(bet.kl8()), std::get<Kl8Outcome>(outcome));
  }
}

}  // namespace

SsqBet FromWire(const wire::SsqBet& bet) { return {bet.red_bankers(), bet.reds(), bet.blues()}; }

D3Bet FromWire(const wire::D3Bet& bet) {
  return {bet.play() > 15 ? D3Bet::Play{} : static_cast<D3Bet::Play>(bet.play()),
          bet.hundreds(),
          bet.tens(),
          bet.units(),
          bet.doubles(),
          bet.singles(),
          bet.digits(),
          bet.sums(),
          static_cast<int>(std::min(bet.choice(), 3U))};
}

QlcBet FromWire(const wire::QlcBet& bet) { return {bet.bankers(), bet.numbers()}; }

Kl8Bet FromWire(const wire::Kl8Bet& bet) {
  return {static_cast<int>(std::min(bet.pick(), 255U)), bet.bankers(), bet.numbers()};
}

std::int64_t LinesOf(const wire::Bet& bet) { return CheckBet(bet).value_or(0); }

PlayName PlayOf(const wire::Bet& bet) {
  switch (bet.play_case()) {
    case wire::Bet::kSsq:
      return SsqPlay(FromWire(bet.ssq()));
    case wire::Bet::kD3:
      return D3Play(FromWire(bet.d3()));
    case wire::Bet::kQlc:
      return QlcPlay(FromWire(bet.qlc()));
    case wire::Bet::kKl8:
      return Kl8Play(FromWire(bet.kl8()));
    case wire::Bet::PLAY_NOT_SET:
      break;
  }
  return {};
}

std::int64_t LinePriceFen(std::string_view game) { return BoundsOf(game).line_fen; }

Result<OrderFacts> PriceOrder(const wire::Order& order) {
  const auto play = PlayCaseOf(order.game());
  if (play == wire::Bet::PLAY_NOT_SET) return Fail(ErrorCode::kUnknownGame, order.game());
  const Bounds& most = BoundsOf(order.game());
  if (order.bets_size() < 1 || order.bets_size() > most.bets)
    return Fail(ErrorCode::kTooManyBets, "1 to " + std::to_string(most.bets) + " bets");
  if (order.multiplier() < 1 || order.multiplier() > most.multiplier)
    return Fail(ErrorCode::kIllegalMultiplier);
  if (order.draw_count() < 1 || order.draw_count() > most.draws)
    return Fail(ErrorCode::kIllegalDrawCount);
  OrderFacts facts;
  for (const auto& bet : order.bets()) {
    if (bet.play_case() != play) return Fail(ErrorCode::kIllegalBet, "not a bet of this game");
    LOTTERY_TRY(const auto lines, CheckBet(bet));
    facts.lines += lines;
  }
  facts.lines *= order.multiplier();  // at most 5 * C(80,10) * 99
  facts.per_draw = Money::FromFen(facts.lines * most.line_fen);
  LOTTERY_TRY(const Money price, facts.per_draw.Mul(order.draw_count()));
  if (price.fen() > most.ticket_fen) return Fail(ErrorCode::kTicketLimit);
  if (price.fen() != order.price_fen()) {
    return Fail(ErrorCode::kWrongPrice, "the bets cost " + std::to_string(price.fen()) + " fen");
  }
  return facts;
}

Result<OrderFacts> CheckOrder(const wire::Order& order) {
  LOTTERY_TRY(auto facts, PriceOrder(order));
  if (order.game() == protocol::kD3) facts.numbers = NumbersOf(order);
  return facts;
}

Result<Outcome> MakeOutcome(std::string_view game, const std::vector<int>& numbers, int extra) {
  const auto refuse = [](const char* why) { return Fail(ErrorCode::kBadOutcome, why); };
  const bool has_extra = game == protocol::kSsq || game == protocol::kQlc;
  if (!IsGame(game)) return Fail(ErrorCode::kUnknownGame, std::string(game));
  if (extra < 0 || extra > 255 || (!has_extra && extra != 0)) return refuse("the extra number");
  if (game == protocol::kSsq) {
    SsqOutcome outcome;
    if (!Fill(numbers, outcome.reds)) return refuse("six reds");
    outcome.blue = static_cast<std::uint8_t>(extra);
    LOTTERY_TRY_VOID(CheckSsqOutcome(outcome));
    return outcome;
  }
  if (game == protocol::kQlc) {
    QlcOutcome outcome;
    if (!Fill(numbers, outcome.basic)) return refuse("seven numbers");
    outcome.special = static_cast<std::uint8_t>(extra);
    LOTTERY_TRY_VOID(CheckQlcOutcome(outcome));
    return outcome;
  }
  if (game == protocol::kKl8) {
    Kl8Outcome outcome;
    if (!Fill(numbers, outcome.numbers)) return refuse("twenty numbers");
    LOTTERY_TRY_VOID(CheckKl8Outcome(outcome));
    return outcome;
  }
  D3Outcome outcome;
  if (!Fill(numbers, outcome.digits)) return refuse("three digits");
  LOTTERY_TRY_VOID(CheckD3Outcome(outcome));
  return outcome;
}

Wins OrderWinners(const wire::Order& order, const Outcome& outcome) {
  Wins total{};
  const auto* ssq = std::get_if<SsqOutcome>(&outcome);
  for (const auto& bet : order.bets()) {
    if (const auto& b = bet.ssq(); ssq && IsSsqLine(b.red_bankers(), b.reds(), b.blues())) {
      const int tier = SsqMatcher::TierOf(SsqMatcher(*ssq).PlaceOf(ToSsqLine(b.reds(), b.blues())));
      if (tier != 0) total[static_cast<std::size_t>(tier - 1)] += order.multiplier();
      continue;
    }
    const Wins wins = BetWinners(bet, outcome);
    for (std::size_t tier = 0; tier < wins.size(); ++tier)
      total[tier] += wins[tier] * order.multiplier();
  }
  return total;
}

std::array<Money, kKl8MostPick> SalesByPick(const wire::Order& order) {
  std::array<Money, kKl8MostPick> sales;
  for (const auto& bet : order.bets()) {
    auto& sum = sales[bet.kl8().pick() - 1];
    sum = base::SumOrDie(sum, Money::FromFen(Kl8Lines(FromWire(bet.kl8())) * order.multiplier() *
                                             LinePriceFen(protocol::kKl8)));
  }
  return sales;
}

}  // namespace lottery::games
