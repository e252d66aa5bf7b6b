#include "compliance/own_game.h"

#include <fmt/format.h>

#include <algorithm>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kLineFen = 200;
constexpr std::int64_t kMaxOrderFen = 2'000'000;
constexpr int kMaxBets = 5;
constexpr std::uint32_t kMaxMultiplier = 99, kMaxDraws = 10;

tl::unexpected<base::Error> Invalid(std::string detail) {
  return Fail(ErrorCode::kEntryInvalid, std::move(detail));
}

const OwnGame* GameOf(const std::string& game) {
  if (game == "ssq") return &kOwnSsq;
  if (game == "3d") return &kOwnD3;
  if (game == "qlc") return &kOwnQlc;
  return game == "kl8" ? &kOwnKl8 : nullptr;
}

std::int64_t DrawPriceFen(const wire::Order& order, std::size_t lines) {
  return static_cast<std::int64_t>(lines) * kLineFen *
         static_cast<std::int64_t>(order.multiplier());
}

// The lines of one draw of an order in which everything holds, the price included.
Result<std::vector<OwnLine>> CheckedLines(const wire::Order& order) {
  const OwnGame* game = GameOf(order.game());
  if (game == nullptr) return Invalid("not an order of a game there is");
  if (order.multiplier() < 1 || order.multiplier() > kMaxMultiplier)
    return Invalid("multiplier is not 1 to 99");
  if (order.draw_count() < 1 || order.draw_count() > kMaxDraws)
    return Invalid("draw count is not 1 to 10");
  if (order.bets_size() < 1 || order.bets_size() > kMaxBets)
    return Invalid("an order has 1 to 5 bets");
  std::vector<OwnLine> lines;
  for (const auto& bet : order.bets()) LOTTERY_TRY_VOID(game->expand(bet, lines));
  const std::int64_t price =
      DrawPriceFen(order, lines.size()) * static_cast<std::int64_t>(order.draw_count());
  if (price > kMaxOrderFen) return Invalid(fmt::format("{} fen is above the ticket limit", price));
  if (price != order.price_fen())
    return Invalid(fmt::format("price {} fen, not {}", order.price_fen(), price));
  return lines;
}

}  // namespace

Result<std::int64_t> OwnOrderPrice(const wire::Order& order) {
  LOTTERY_TRY(const auto lines, CheckedLines(order));
  return DrawPriceFen(order, lines.size());
}

Result<OwnWins> OwnOrderWins(const wire::Order& order, const OwnOutcome& outcome) {
  LOTTERY_TRY(const auto lines, CheckedLines(order));
  const OwnGame& game = *GameOf(order.game());
  if (!game.legal(outcome)) return Fail(ErrorCode::kOutcomeWrong, "no outcome of " + order.game());
  OwnWins wins{};
  for (const OwnLine& line : lines) {
    const int tier = game.tier(line, outcome);
    if (tier > 0)
      wins[static_cast<std::size_t>(tier - 1)] += static_cast<std::int64_t>(order.multiplier());
  }
  return wins;
}

Result<std::array<std::int64_t, 10>> OwnSalesByPick(const wire::Order& order) {
  LOTTERY_TRY(const auto lines, CheckedLines(order));
  std::array<std::int64_t, 10> sales{};
  for (const OwnLine& line : lines)
    sales[static_cast<std::size_t>(line.play - 1)] += DrawPriceFen(order, 1);
  return sales;
}

Result<std::vector<int>> OwnNumbers(const std::string& octets, int lowest, int highest,
                                    const char* what) {
  if (octets.size() > static_cast<std::size_t>(highest - lowest + 1))
    return Invalid(fmt::format("too many {}", what));
  std::vector<int> numbers;
  for (const char c : octets) {
    const int number = static_cast<unsigned char>(c);
    if (number < lowest || number > highest)
      return Invalid(fmt::format("{}: {} is out of range", what, number));
    if (!numbers.empty() && number <= numbers.back())
      return Invalid(fmt::format("{} do not ascend", what));
    numbers.push_back(number);
  }
  return numbers;
}

bool OwnAscending(const std::vector<int>& numbers, std::size_t count, int highest) {
  if (numbers.size() != count) return false;
  int last = 0;
  for (const int n : numbers) {
    if (n <= last || n > highest) return false;
    last = n;
  }
  return true;
}

int OwnHits(const std::vector<int>& numbers, const std::vector<int>& drawn) {
  int hits = 0;
  for (const int n : numbers) {
    if (std::find(drawn.begin(), drawn.end(), n) != drawn.end()) ++hits;
  }
  return hits;
}

Status OwnCheckPicks(const std::vector<int>& bankers, const std::vector<int>& others,
                     std::size_t picks) {
  if (bankers.empty()) {
    if (others.size() < picks) return Invalid(fmt::format("fewer than {} numbers", picks));
    return {};
  }
  if (bankers.size() >= picks) return Invalid(fmt::format("{} bankers", bankers.size()));
  if (bankers.size() + others.size() <= picks)
    return Invalid(fmt::format("no more than {} numbers with bankers", picks));
  for (const int banker : bankers) {
    for (const int other : others) {
      if (other == banker) return Invalid(fmt::format("{} is banker and drag", other));
    }
  }
  return {};
}

}  // namespace lottery::compliance
