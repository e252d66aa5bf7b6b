#include "games/qlc.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;

base::Status CheckQlcBet(const QlcBet& bet) {
  if (!Ascending(bet.bankers, 1, kQlcNumbers) || !Ascending(bet.numbers, 1, kQlcNumbers))
    return Fail(ErrorCode::kIllegalBet, "numbers are 1-30, ascending, each once");
  if (!Disjoint(bet.bankers, bet.numbers))
    return Fail(ErrorCode::kIllegalBet, "a banker is also in the drag set");
  const auto bankers = bet.bankers.size();
  if (bankers > kQlcPicks - 1) return Fail(ErrorCode::kIllegalBet, "at most six bankers");
  if (bankers + bet.numbers.size() < (bankers == 0 ? 7U : 8U))
    return Fail(ErrorCode::kIllegalBet, "too few numbers");
  return {};
}

std::int64_t QlcLines(const QlcBet& bet) {
  return Choose(static_cast<int>(bet.numbers.size()),
                kQlcPicks - static_cast<int>(bet.bankers.size()));
}

Wins QlcWinners(const QlcBet& bet, const QlcOutcome& outcome) {
  DrawnSet drawn;
  for (const auto n : outcome.basic) drawn.Add(n);
  const int bankers = static_cast<int>(bet.bankers.size());
  const bool special_banker = Holds(bet.bankers, outcome.special);
  const bool special_drag = Holds(bet.numbers, outcome.special);
  // Lines with the special number and those without are bets of their own over the other numbers.
  Matches m{kQlcPicks, bankers, drawn.HitsOf(bet.bankers), static_cast<int>(bet.numbers.size()),
            drawn.HitsOf(bet.numbers)};
  Matches with = m, without = m;
  if (special_drag) {
    --without.drags;
    --with.drags;
    ++with.bankers;
  }
  const auto lines = [&](bool special, int hits) -> std::int64_t {
    if (special) return special_banker || special_drag ? with.LinesWith(hits) : 0;
    return special_banker ? 0 : without.LinesWith(hits);
  };
  return {lines(false, 7), lines(true, 6), lines(false, 6), lines(true, 5),
          lines(false, 5), lines(true, 4), lines(false, 4)};
}

base::Status CheckQlcOutcome(const QlcOutcome& outcome) {
  const base::ByteView basic(reinterpret_cast<const char*>(outcome.basic.data()),
                             outcome.basic.size());
  if (!Ascending(basic, 1, kQlcNumbers) || outcome.special < 1 || outcome.special > kQlcNumbers ||
      Holds(basic, outcome.special))
    return Fail(ErrorCode::kBadOutcome, "seven of 30, ascending, and another as special number");
  return {};
}

PlayName QlcPlay(const QlcBet& bet) {
  if (!bet.bankers.empty()) return {"胆拖", "banker"};
  if (bet.numbers.size() > kQlcPicks) return {"复式", "multiple"};
  return {"单式", "single"};
}

}  // namespace lottery::games
