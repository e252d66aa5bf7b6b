#include "terminal/slip.h"

#include <algorithm>

#include "games/order.h"
#include "protocol/names.h"

namespace lottery::terminal {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
namespace {

Result<std::string> Octets(const json::object& bet, std::string_view key, bool needed) {
  if (!needed && !bet.contains(key)) return std::string();
  LOTTERY_TRY(const auto list, base::GetArray(bet, key));
  std::string out;
  for (const auto& n : list) {
    if (!n.is_int64() || n.get_int64() < 0 || n.get_int64() > 255)
      return Fail(ErrorCode::kBadJson, std::string(key) + " holds numbers");
    out.push_back(static_cast<char>(n.get_int64()));
  }
  return out;
}

std::int64_t IntOr(const json::object& slip, std::string_view key, std::int64_t otherwise) {
  const auto value = base::GetInt(slip, key);
  return value ? *value : otherwise;
}

}  // namespace

Result<Slip> ParseSlip(std::string_view line, bool checked) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(line));
  Slip slip;
  LOTTERY_TRY(slip.id, base::GetString(o, "id"));
  LOTTERY_TRY(const auto game, base::GetString(o, "game"));
  LOTTERY_TRY(const auto draw, base::GetInt(o, "draw"));
  LOTTERY_TRY(const auto bets, base::GetArray(o, "bets"));
  slip.order.set_game(game);
  slip.order.set_first_draw(static_cast<std::uint32_t>(draw));
  slip.order.set_draw_count(static_cast<std::uint32_t>(IntOr(o, "draws", 1)));
  slip.order.set_multiplier(static_cast<std::uint32_t>(IntOr(o, "multiplier", 1)));
  slip.take_back = o.contains("void") && o.at("void") == true;
  std::int64_t lines = 0;
  for (const auto& item : bets) {
    if (item.is_string()) {
      LOTTERY_TRY(*slip.order.add_bets(), ParseBetText(game, item.get_string()));
      lines += games::LinesOf(slip.order.bets(slip.order.bets_size() - 1));
      continue;
    }
    if (!item.is_object()) return Fail(ErrorCode::kBadJson, "bets holds objects or texts");
    auto* bet = slip.order.add_bets()->mutable_ssq();
    LOTTERY_TRY(*bet->mutable_reds(), Octets(item.get_object(), "reds", true));
    LOTTERY_TRY(*bet->mutable_blues(), Octets(item.get_object(), "blues", true));
    LOTTERY_TRY(*bet->mutable_red_bankers(), Octets(item.get_object(), "bankers", false));
    const auto legal = games::FromWire(*bet);
    if (games::CheckSsqBet(legal)) lines += games::SsqLines(legal);
  }
  // Beyond the legal ranges no price fits; the slip is refused for its multiplier or draws first.
  const bool priceable = slip.order.multiplier() <= games::kMaxMultiplier &&
                         slip.order.draw_count() <= games::kMaxDraws;
  const std::int64_t price = !priceable ? 0
                                        : lines * slip.order.multiplier() *
                                              slip.order.draw_count() * games::LinePriceFen(game);
  slip.order.set_price_fen(IntOr(o, "price_fen", price));
  if (checked) LOTTERY_TRY_VOID(games::CheckOrder(slip.order).map([](const auto&) {}));
  return slip;
}

namespace {

// A word of digits, ascending whatever order they were typed in. Errors: kIllegalBet.
Result<std::string> Digits(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c < '0' || c > '9') return Fail(ErrorCode::kIllegalBet, "digits 0-9");
    out.push_back(static_cast<char>(c - '0'));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<wire::Bet> ParseD3(std::string_view text) {
  std::vector<std::string> words;
  bool group3 = false, group6 = false;
  for (const auto part : base::Split(text, ' ')) {
    if (part.empty()) continue;
    if (words.empty() && (part == "g3" || part == "g6") && !group3 && !group6) {
      (part == "g3" ? group3 : group6) = true;
      continue;
    }
    LOTTERY_TRY(auto word, Digits(part));
    words.push_back(std::move(word));
  }
  wire::Bet bet;
  auto* d3 = bet.mutable_d3();
  using Play = games::D3Bet::Play;
  const auto play = group3 ? Play::kGroup3 : group6 ? Play::kGroup6 : Play::kSingle;
  d3->set_play(static_cast<std::uint32_t>(play));
  if (group6) {
    std::string all;
    for (const auto& word : words) all += word;
    std::sort(all.begin(), all.end());
    d3->set_digits(all);
  } else if (group3) {
    // "D D S", "D S" or "SET".
    const bool twice = words.size() == 3 && words[0] == words[1];
    if (words.empty() || (words.size() > 2 && !twice))
      return Fail(ErrorCode::kIllegalBet, "g3: the doubled digit twice, then the other");
    d3->set_doubles(words.front());
    d3->set_singles(words.back());
  } else {
    if (words.size() != 3) return Fail(ErrorCode::kIllegalBet, "hundreds, tens, units");
    d3->set_hundreds(words[0]);
    d3->set_tens(words[1]);
    d3->set_units(words[2]);
  }
  LOTTERY_TRY_VOID(games::CheckD3Bet(games::FromWire(*d3)));
  return bet;
}

std::string D3Text(const wire::D3Bet& bet) {
  const auto word = [](const std::string& octets) {
    std::string out;
    for (const char c : octets) out += static_cast<char>('0' + c);
    return out;
  };
  if (!bet.digits().empty()) return word(bet.digits());
  if (!bet.doubles().empty())
    return word(bet.doubles()) + " " + word(bet.doubles()) + " " + word(bet.singles());
  return word(bet.hundreds()) + " " + word(bet.tens()) + " " + word(bet.units());
}

Result<wire::Bet> ParseSsq(std::string_view text) {
  const auto plus = text.find('+');
  if (plus == std::string_view::npos) return Fail(ErrorCode::kIllegalBet, "reds + blues");
  const auto bar = text.substr(0, plus).find('|');
  wire::Bet bet;
  auto* ssq = bet.mutable_ssq();
  if (bar != std::string_view::npos) {
    LOTTERY_TRY(*ssq->mutable_red_bankers(), games::ParseNumbers(text.substr(0, bar)));
  }
  const auto from = bar == std::string_view::npos ? 0 : bar + 1;
  LOTTERY_TRY(*ssq->mutable_reds(), games::ParseNumbers(text.substr(from, plus - from)));
  LOTTERY_TRY(*ssq->mutable_blues(), games::ParseNumbers(text.substr(plus + 1)));
  return bet;
}

}  // namespace

Result<wire::Bet> ParseBetText(std::string_view game, std::string_view text) {
  if (game == protocol::kD3) return ParseD3(text);
  if (game == protocol::kSsq) return ParseSsq(text);
  return Fail(ErrorCode::kUnknownGame, std::string(game));
}

games::PlayName PlayOf(const wire::Bet& bet) {
  return bet.has_d3() ? games::D3Play(games::FromWire(bet.d3()))
                      : games::SsqPlay(games::FromWire(bet.ssq()));
}

std::string BetText(const wire::Bet& bet) {
  if (bet.has_d3()) return D3Text(bet.d3());
  const auto list = [](const std::string& octets) {
    std::string out;
    for (const char c : octets) {
      const int n = static_cast<std::uint8_t>(c);
      out += (out.empty() ? "" : " ") + std::string(n < 10 ? "0" : "") + std::to_string(n);
    }
    return out;
  };
  const auto& ssq = bet.ssq();
  const std::string bankers = ssq.red_bankers().empty() ? "" : list(ssq.red_bankers()) + " | ";
  return bankers + list(ssq.reds()) + " + " + list(ssq.blues());
}

}  // namespace lottery::terminal
