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

constexpr std::array<PlayName, kKl8MostPick + 1> kSingle = {{{},
                                                             {"选一", "pick 1"},
                                                             {"选二", "pick 2"},
                                                             {"选三", "pick 3"},
                                                             {"选四", "pick 4"},
                                                             {"选五", "pick 5"},
                                                             {"选六", "pick 6"},
                                                             {"选七", "pick 7"},
                                                             {"选八", "pick 8"},
                                                             {"选九", "pick 9"},
                                                             {"选十", "pick 10"}}};
constexpr std::array<PlayName, kKl8MostPick + 1> kMultiple = {{{},
                                                               {"选一复式", "pick 1, multiple"},
                                                               {"选二复式", "pick 2, multiple"},
                                                               {"选三复式", "pick 3, multiple"},
                                                               {"选四复式", "pick 4, multiple"},
                                                               {"选五复式", "pick 5, multiple"},
                                                               {"选六复式", "pick 6, multiple"},
                                                               {"选七复式", "pick 7, multiple"},
                                                               {"选八复式", "pick 8, multiple"},
                                                               {"选九复式", "pick 9, multiple"},
                                                               {"选十复式", "pick 10, multiple"}}};
constexpr std::array<PlayName, kKl8MostPick + 1> kBanker = {{{},
                                                             {},
                                                             {"选二胆拖", "pick 2, banker"},
                                                             {"选三胆拖", "pick 3, banker"},
                                                             {"选四胆拖", "pick 4, banker"},
                                                             {"选五胆拖", "pick 5, banker"},
                                                             {"选六胆拖", "pick 6, banker"},
                                                             {"选七胆拖", "pick 7, banker"},
                                                             {"选八胆拖", "pick 8, banker"},
                                                             {"选九胆拖", "pick 9, banker"},
                                                             {"选十胆拖", "pick 10, banker"}}};

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
  if (bet.pick < 1 || bet.pick > kKl8MostPick) return {};
  const auto pick = static_cast<std::size_t>(bet.pick);
  if (!bet.bankers.empty()) return kBanker[pick];
  return bet.numbers.size() > pick ? kMultiple[pick] : kSingle[pick];
}

}  // namespace lottery::games
