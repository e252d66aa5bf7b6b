#include "games/ssq.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

int Hits(base::ByteView numbers, const SsqOutcome& outcome) {
  return static_cast<int>(std::count_if(outcome.reds.begin(), outcome.reds.end(),
                                        [&](std::uint8_t red) { return Holds(numbers, red); }));
}

}  // namespace

base::Status CheckSsqBet(const SsqBet& bet) {
  if (!Ascending(bet.red_bankers, 1, kSsqReds) || !Ascending(bet.reds, 1, kSsqReds)) {
    return Fail(ErrorCode::kIllegalBet, "red numbers are 1-33, ascending, each once");
  }
  if (bet.blues.empty() || !Ascending(bet.blues, 1, kSsqBlues)) {
    return Fail(ErrorCode::kIllegalBet, "blue numbers are 1-16, ascending, at least one");
  }
  if (!Disjoint(bet.red_bankers, bet.reds))
    return Fail(ErrorCode::kIllegalBet, "a banker is also in the drag set");
  const auto bankers = bet.red_bankers.size();
  if (bankers > 5) return Fail(ErrorCode::kIllegalBet, "at most five bankers");
  if (bankers + bet.reds.size() < (bankers == 0 ? 6U : 7U))
    return Fail(ErrorCode::kIllegalBet, "too few red numbers");
  return {};
}

std::int64_t SsqLines(const SsqBet& bet) {
  const int open = kSsqRedPicks - static_cast<int>(bet.red_bankers.size());
  return Choose(static_cast<int>(bet.reds.size()), open) *
         static_cast<std::int64_t>(bet.blues.size());
}

Wins SsqWinners(const SsqBet& bet, const SsqOutcome& outcome) {
  const int open = kSsqRedPicks - static_cast<int>(bet.red_bankers.size());
  const int banker_hits = Hits(bet.red_bankers, outcome);
  const int drag_hits = Hits(bet.reds, outcome);
  const int drag_misses = static_cast<int>(bet.reds.size()) - drag_hits;
  const std::int64_t with_blue = Holds(bet.blues, outcome.blue) ? 1 : 0;
  const std::int64_t without = static_cast<std::int64_t>(bet.blues.size()) - with_blue;
  // r[h]: ways to fill the open places so that h reds match.
  std::array<std::int64_t, kSsqRedPicks + 1> r{};
  for (int h = banker_hits; h <= kSsqRedPicks; ++h) {
    r[static_cast<std::size_t>(h)] =
        Choose(drag_hits, h - banker_hits) * Choose(drag_misses, open - (h - banker_hits));
  }
  return {r[6] * with_blue,
          r[6] * without,
          r[5] * with_blue,
          r[5] * without + r[4] * with_blue,
          r[4] * without + r[3] * with_blue,
          (r[2] + r[1] + r[0]) * with_blue,
          r[3] * without};
}

base::Status CheckSsqOutcome(const SsqOutcome& outcome) {
  int last = 0;
  for (const auto red : outcome.reds) {
    if (red <= last || red > kSsqReds)
      return Fail(ErrorCode::kBadOutcome, "six reds of 33, ascending");
    last = red;
  }
  if (outcome.blue < 1 || outcome.blue > kSsqBlues)
    return Fail(ErrorCode::kBadOutcome, "one blue of 16");
  return {};
}

PlayName SsqPlay(const SsqBet& bet) {
  if (!bet.red_bankers.empty()) return {"胆拖", "banker"};
  if (bet.reds.size() > 6 || bet.blues.size() > 1) return {"复式", "multiple"};
  return {"单式", "single"};
}

}  // namespace lottery::games
