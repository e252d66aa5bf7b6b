#include "terminal/slip.h"

#include "base/members.h"
#include "base/text.h"
#include "games/order.h"
#include "protocol/names.h"
#include "terminal/bet_text.h"

namespace lottery::terminal {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kLargestBall =
    255;  // one octet each on the wire; the rule book says which exist

Result<std::string> Octets(base::Members& bet, std::string_view key, bool needed) {
  if (!needed && !bet.Has(key)) return std::string();
  LOTTERY_TRY(const auto list, bet.Array(key));
  std::string out;
  for (const auto& n : list) {
    if (!n.is_int64() || n.get_int64() < 0 || n.get_int64() > kLargestBall)
      return Fail(ErrorCode::kBadJson, "member \"" + std::string(key) + "\" holds whole numbers");
    out.push_back(static_cast<char>(n.get_int64()));
  }
  return out;
}

// One bet of a slip: a text, or for ssq an object of lists.
Result<wire::Bet> ReadBet(std::string_view game, const json::value& item, std::size_t at) {
  if (item.is_string()) return ParseBetText(game, item.get_string());
  const std::string where = "bets[" + std::to_string(at) + "]";
  if (!item.is_object())
    return Fail(ErrorCode::kBadJson, where + " is neither a text nor an object");
  if (games::IsGame(game) && game != protocol::kSsq)
    return Fail(ErrorCode::kBadJson, where + " is an object, which only ssq has");
  base::Members members(item.get_object(), where);
  wire::Bet bet;
  LOTTERY_TRY(*bet.mutable_ssq()->mutable_reds(), Octets(members, "reds", true));
  LOTTERY_TRY(*bet.mutable_ssq()->mutable_blues(), Octets(members, "blues", true));
  LOTTERY_TRY(*bet.mutable_ssq()->mutable_red_bankers(), Octets(members, "bankers", false));
  LOTTERY_TRY_VOID(members.Done());
  return bet;
}

// A game that does not exist is refused by name later; its slip costs nothing.
std::int64_t LinePrice(std::string_view game) {
  return games::IsGame(game) ? games::LinePriceFen(game) : 0;
}

constexpr std::int64_t kMostInMember =
    0xffffffff;  // what the wire can say; the rule book says what is legal

}  // namespace

std::string SlipId(std::string_view line) {
  const auto object = base::ParseJsonObject(line);
  const auto id = object ? base::GetString(*object, "id") : Fail(ErrorCode::kBadJson);
  return id ? *id : std::string();
}

Result<Slip> ParseSlip(std::string_view line, bool checked) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(line));
  base::Members members(o);
  Slip slip;
  LOTTERY_TRY(slip.id, members.Text("id"));
  if (const auto said = base::CheckSaid("id", slip.id); !said)
    return Fail(ErrorCode::kBadJson, said.error().detail);
  LOTTERY_TRY(const auto game, members.Text("game"));
  LOTTERY_TRY(const auto draw, members.Int("draw", 0, kMostInMember));
  LOTTERY_TRY(const auto draws, members.IntOr("draws", 1, 0, kMostInMember));
  LOTTERY_TRY(const auto multiplier, members.IntOr("multiplier", 1, 0, kMostInMember));
  LOTTERY_TRY(slip.take_back, members.BoolOr("void", false));
  LOTTERY_TRY(const auto bets, members.Array("bets"));
  slip.order.set_game(game);
  slip.order.set_first_draw(static_cast<std::uint32_t>(draw));
  slip.order.set_draw_count(static_cast<std::uint32_t>(draws));
  slip.order.set_multiplier(static_cast<std::uint32_t>(multiplier));
  std::int64_t lines = 0;
  for (std::size_t i = 0; i < bets.size(); ++i) {
    LOTTERY_TRY(auto bet, ReadBet(game, bets[i], i));
    lines += games::LinesOf(bet);  // 0 for a bet that the rule book will refuse
    *slip.order.add_bets() = std::move(bet);
  }
  // Beyond the legal ranges no price fits; the slip is refused for its multiplier or draws first.
  const bool priceable = multiplier <= games::kMaxMultiplier && draws <= games::kMaxDraws &&
                         bets.size() <= games::kMaxBets;
  const std::int64_t price = !priceable ? 0 : lines * multiplier * draws * LinePrice(game);
  LOTTERY_TRY(const auto stated, members.IntOr("price_fen", price, 0, INT64_MAX));
  slip.order.set_price_fen(stated);
  LOTTERY_TRY_VOID(members.Done());
  if (checked) LOTTERY_TRY_VOID(games::CheckOrder(slip.order).map([](const auto&) {}));
  return slip;
}

}  // namespace lottery::terminal
