#include "games/kl8.h"

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// Hits that win in each play, as the columns of the prize table.
constexpr std::array<std::array<bool, kKl8MostPick + 1>, kKl8MostPick + 1> kWins = [] {
  std::array<std::array<bool, kKl8MostPick + 1>, kKl8MostPick + 1> wins{};
  constexpr std::array<std::size_t, kKl8MostPick + 1> kLeast = {0, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5};
  for (std::size_t pick = 1; pick <= kKl8MostPick; ++pick) {
    for (std::size_t hits = kLeast[pick]; hits <= pick; ++hits) wins[pick][hits] = true;
    wins[pick][0] = pick >= 7;
  }
  return wins;
}();

constexpr std::array<std::array<int, kKl8MostPick + 1>, kKl8MostPick + 1> kTier = [] {
  std::array<std::array<int, kKl8MostPick + 1>, kKl8MostPick + 1> tier{};
  int next = 1;
  for (std::size_t pick = 1; pick <= kKl8MostPick; ++pick) {
    for (std::size_t hits = pick + 1; hits-- > 0;) {
      if (kWins[pick][hits]) tier[pick][hits] = next++;
    }
  }
  return tier;
}();
static_assert(kTier[kKl8MostPick][0] == kKl8Tiers);

}  // namespace

base::Status CheckKl8Bet(const Kl8Bet& bet) {
  if (bet.pick < 1 || bet.pick > kKl8MostPick) return Fail(ErrorCode::kIllegalBet, "pick 1 to 10");
  if (!Ascending(bet.bankers, 1, kKl8Numbers) || !Ascending(bet.numbers, 1, kKl8Numbers))
    return Fail(ErrorCode::kIllegalBet, "numbers are 1-80, ascending, each once");
  if (!Disjoint(bet.bankers, bet.numbers))
    return Fail(ErrorCode::kIllegalBet, "a banker is also in the drag set");
  const auto bankers = static_cast<int>(bet.bankers.size());
  const auto all = bankers + static_cast<int>(bet.numbers.size());
  if (bankers >= bet.pick && bankers > 0)
    return Fail(ErrorCode::kIllegalBet, "fewer bankers than are picked");
  if (all < bet.pick + (bankers == 0 ? 0 : 1))
    return Fail(ErrorCode::kIllegalBet, "too few numbers");
  return {};
}

std::int64_t Kl8Lines(const Kl8Bet& bet) {
  return Choose(static_cast<int>(bet.numbers.size()),
                bet.pick - static_cast<int>(bet.bankers.size()));
}

int Kl8Tier(int pick, int hits) {
  LOTTERY_CHECK(pick >= 1 && pick <= kKl8MostPick && hits >= 0 && hits <= pick);
  return kTier[static_cast<std::size_t>(pick)][static_cast<std::size_t>(hits)];
}

Wins Kl8Winners(const Kl8Bet& bet, const Kl8Outcome& outcome) {
  DrawnSet drawn;
  for (const auto n : outcome.numbers) drawn.Add(n);
  const Matches m{bet.pick, static_cast<int>(bet.bankers.size()), drawn.HitsOf(bet.bankers),
                  static_cast<int>(bet.numbers.size()), drawn.HitsOf(bet.numbers)};
  Wins wins{};
  for (int hits = m.banker_hits; hits <= bet.pick; ++hits) {
    if (const int tier = Kl8Tier(bet.pick, hits); tier != 0)
      wins[static_cast<std::size_t>(tier - 1)] = m.LinesWith(hits);
  }
  return wins;
}

base::Status CheckKl8Outcome(const Kl8Outcome& outcome) {
  const base::ByteView numbers(reinterpret_cast<const char*>(outcome.numbers.data()),
                               outcome.numbers.size());
  if (!Ascending(numbers, 1, kKl8Numbers))
    return Fail(ErrorCode::kBadOutcome, "twenty of 80, ascending");
  return {};
}

PlayName Kl8Play(const Kl8Bet& bet) {
  static constexpr const char* kCount[] = {"一", "二", "三", "四", "五",
                                           "六", "七", "八", "九", "十"};
  if (bet.pick < 1 || bet.pick > kKl8MostPick) return {};
  PlayName name{std::string("选") + kCount[bet.pick - 1], "pick " + std::to_string(bet.pick)};
  if (!bet.bankers.empty()) return {name.zh + "胆拖", name.en + ", banker"};
  if (static_cast<int>(bet.numbers.size()) > bet.pick)
    return {name.zh + "复式", name.en + ", multiple"};
  return name;
}

}  // namespace lottery::games
