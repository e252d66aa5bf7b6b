#include "games/d3.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
using Play = D3Bet::Play;
namespace {

bool AscendingDigits(base::ByteView digits) {
  int last = -1;
  for (const char c : digits) {
    const int n = static_cast<std::uint8_t>(c);
    if (n <= last || n > 9) return false;
    last = n;
  }
  return true;
}

std::int64_t Holds(base::ByteView digits, std::uint8_t n) {
  return digits.find(static_cast<char>(n)) == base::ByteView::npos ? 0 : 1;
}

std::int64_t Size(base::ByteView digits) { return static_cast<std::int64_t>(digits.size()); }

// Pairs of a double and another single digit.
std::int64_t Group3Lines(const D3Bet& bet) {
  std::int64_t same = 0;
  for (const char c : bet.doubles) same += Holds(bet.singles, static_cast<std::uint8_t>(c));
  return Size(bet.doubles) * Size(bet.singles) - same;
}

D3Number Group(int a, int b, int c) {
  std::array<int, 3> sorted = {a, b, c};
  std::sort(sorted.begin(), sorted.end());
  return static_cast<D3Number>(1000 + sorted[0] * 100 + sorted[1] * 10 + sorted[2]);
}

}  // namespace

base::Status CheckD3Bet(const D3Bet& bet) {
  for (const auto* field :
       {&bet.hundreds, &bet.tens, &bet.units, &bet.doubles, &bet.singles, &bet.digits}) {
    if (!AscendingDigits(*field))
      return Fail(ErrorCode::kIllegalBet, "digits are 0-9, ascending, each once");
  }
  const bool places = !bet.hundreds.empty() || !bet.tens.empty() || !bet.units.empty();
  const bool pair = !bet.doubles.empty() || !bet.singles.empty();
  const bool group = !bet.digits.empty();
  switch (bet.play) {
    case Play::kSingle:
      if (bet.hundreds.empty() || bet.tens.empty() || bet.units.empty() || pair || group)
        return Fail(ErrorCode::kIllegalBet, "a digit for each of hundreds, tens and units");
      return {};
    case Play::kGroup3:
      if (Group3Lines(bet) == 0 || places || group)
        return Fail(ErrorCode::kIllegalBet, "a digit that stands twice and another one");
      return {};
    case Play::kGroup6:
      if (bet.digits.size() < 3 || places || pair)
        return Fail(ErrorCode::kIllegalBet, "three or more digits");
      return {};
  }
  return Fail(ErrorCode::kIllegalBet, "play is 1, 2 or 3");
}

std::int64_t D3Lines(const D3Bet& bet) {
  switch (bet.play) {
    case Play::kSingle:
      return Size(bet.hundreds) * Size(bet.tens) * Size(bet.units);
    case Play::kGroup3:
      return Group3Lines(bet);
    case Play::kGroup6:
      return Choose(static_cast<int>(bet.digits.size()), 3);
  }
  return 0;
}

Wins D3Winners(const D3Bet& bet, const D3Outcome& outcome) {
  const auto [a, b, c] = outcome.digits;
  Wins wins{};
  if (bet.play == Play::kSingle)
    wins[0] = Holds(bet.hundreds, a) * Holds(bet.tens, b) * Holds(bet.units, c);
  const bool all_differ = a != b && b != c && a != c;
  if (bet.play == Play::kGroup6 && all_differ)
    wins[2] = Holds(bet.digits, a) * Holds(bet.digits, b) * Holds(bet.digits, c);
  const bool all_same = a == b && b == c;
  if (bet.play == Play::kGroup3 && !all_differ && !all_same) {
    const std::uint8_t twice = a == b ? a : c;  // two of three are equal
    const std::uint8_t once = a == b ? c : a == c ? b : a;
    wins[1] = Holds(bet.doubles, twice) * Holds(bet.singles, once);
  }
  return wins;
}

base::Status CheckD3Outcome(const D3Outcome& outcome) {
  for (const auto digit : outcome.digits) {
    if (digit > 9) return Fail(ErrorCode::kBadOutcome, "three digits 0-9");
  }
  return {};
}

PlayName D3Play(const D3Bet& bet) {
  const bool many = D3Lines(bet) > 1;
  switch (bet.play) {
    case Play::kSingle:
      return many ? PlayName{"单选复式", "single, multiple"} : PlayName{"单选", "single"};
    case Play::kGroup3:
      return many ? PlayName{"组选3复式", "group 3, multiple"} : PlayName{"组选3", "group 3"};
    case Play::kGroup6:
      return many ? PlayName{"组选6复式", "group 6, multiple"} : PlayName{"组选6", "group 6"};
  }
  return {};
}

void ForD3Numbers(const D3Bet& bet, const std::function<void(D3Number)>& each) {
  for (const char a : bet.hundreds) {
    for (const char b : bet.tens) {
      for (const char c : bet.units) each(static_cast<D3Number>(a * 100 + b * 10 + c));
    }
  }
  for (const char twice : bet.doubles) {
    for (const char once : bet.singles) {
      if (twice != once) each(Group(twice, twice, once));
    }
  }
  for (std::size_t i = 0; i < bet.digits.size(); ++i) {
    for (std::size_t j = i + 1; j < bet.digits.size(); ++j) {
      for (std::size_t k = j + 1; k < bet.digits.size(); ++k)
        each(Group(bet.digits[i], bet.digits[j], bet.digits[k]));
    }
  }
}

std::string D3NumberText(D3Number number) {
  const std::string digits = std::to_string(1000 + number % 1000).substr(1);
  return number < 1000 ? digits : "组 " + digits;
}

}  // namespace lottery::games
