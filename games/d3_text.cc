// Names of the plays of 福彩3D, and the numbers its sales limits count.
#include <algorithm>

#include "games/d3.h"

namespace lottery::games {
using Play = D3Bet::Play;
namespace {

// Where the numbers of a play begin. Groups come second: 1112 is the group of 1, 1 and 2.
constexpr int kPerPlay = 1000;
int Base(Play play) {
  if (play == Play::kSingle) return 0;
  if (play == Play::kGroup3 || play == Play::kGroup6) return kPerPlay;
  return (static_cast<int>(play) - 2) * kPerPlay;  // 1D 2000, ..., run 13 000
}

D3Number At(Play play, int number) { return static_cast<D3Number>(Base(play) + number); }

D3Number Group(int a, int b, int c) {
  std::array<int, 3> sorted = {a, b, c};
  std::sort(sorted.begin(), sorted.end());
  return At(Play::kGroup3, sorted[0] * 100 + sorted[1] * 10 + sorted[2]);
}

using Each = std::function<void(D3Number)>;

// 1D: ten numbers for each place. 2D: a hundred for each place that may be left open.
void ForOpenPlaces(const D3Bet& bet, const Each& each) {
  const base::Bytes* places[] = {&bet.hundreds, &bet.tens, &bet.units};
  if (bet.play == Play::k1D) {
    for (int p = 0; p < 3; ++p) {
      for (const char c : *places[p]) each(At(bet.play, p * 10 + c));
    }
    return;
  }
  const int open = bet.hundreds.empty() ? 0 : bet.tens.empty() ? 1 : 2;
  for (const char first : *places[open == 0 ? 1 : 0]) {
    for (const char second : *places[open == 2 ? 1 : 2])
      each(At(bet.play, open * 100 + first * 10 + second));
  }
}

void ForDigits(const D3Bet& bet, const Each& each) {
  if (bet.play == Play::kGuess1D) {
    for (const char c : bet.digits) each(At(bet.play, c));
    return;
  }
  for (const char c : bet.doubles) each(At(bet.play, c * 11));
  for (std::size_t i = 0; i < bet.digits.size(); ++i) {
    for (std::size_t j = i + 1; j < bet.digits.size(); ++j) {
      if (bet.play == Play::kGuess2D) {
        each(At(bet.play, bet.digits[i] * 10 + bet.digits[j]));
        continue;
      }
      for (std::size_t k = j + 1; k < bet.digits.size(); ++k)
        each(Group(bet.digits[i], bet.digits[j], bet.digits[k]));
    }
  }
}

struct Names {
  const char *zh, *en;
};
// By play - 1.
constexpr Names kNames[] = {
    {"单选", "single"},
    {"组选3", "group 3"},
    {"组选6", "group 6"},
    {"1D", "1D"},
    {"2D", "2D"},
    {"通选", "any"},
    {"和数", "sum"},
    {"包选3", "wrap 3"},
    {"包选6", "wrap 6"},
    {"猜1D", "guess 1D"},
    {"猜2D", "guess 2D"},
    {"猜大小", "big or small"},
    {"猜奇偶", "odd or even"},
    {"猜三同", "three equal"},
    {"拖拉机", "run"},
};

}  // namespace

PlayName D3Play(const D3Bet& bet) {
  const auto play = static_cast<std::size_t>(bet.play);
  if (play < 1 || play > std::size(kNames)) return {};
  const auto& [zh, en] = kNames[play - 1];
  if (D3Lines(bet) == 1) return {zh, en};
  return {std::string(zh) + "复式", std::string(en) + ", multiple"};
}

void ForD3Numbers(const D3Bet& bet, const Each& each) {
  switch (bet.play) {
    case Play::kSingle:
    case Play::kAny:
    case Play::kWrap3:
    case Play::kWrap6:
      for (const char a : bet.hundreds) {
        for (const char b : bet.tens) {
          for (const char c : bet.units) each(At(bet.play, a * 100 + b * 10 + c));
        }
      }
      return;
    case Play::kGroup3:
      for (const char twice : bet.doubles) {
        for (const char once : bet.singles) {
          if (twice != once) each(Group(twice, twice, once));
        }
      }
      return;
    case Play::k1D:
    case Play::k2D:
      return ForOpenPlaces(bet, each);
    case Play::kSum:
      for (const char sum : bet.sums) each(At(bet.play, sum));
      return;
    case Play::kGroup6:
    case Play::kGuess1D:
    case Play::kGuess2D:
      return ForDigits(bet, each);
    case Play::kSize:
    case Play::kParity:
      return each(At(bet.play, bet.choice));
    case Play::kTriple:
    case Play::kRun:
      return each(At(bet.play, 0));
  }
}

std::string D3NumberText(D3Number number) {
  const int value = number % kPerPlay;
  const std::string digits = std::to_string(kPerPlay + value).substr(1);
  if (number < kPerPlay) return digits;
  if (number < 2 * kPerPlay) return "组 " + digits;
  const auto play = static_cast<Play>(number / kPerPlay + 2);
  const std::string name = kNames[static_cast<std::size_t>(play) - 1].zh;
  switch (play) {
    case Play::k1D:
      return name + " " + std::string(static_cast<std::size_t>(value / 10), '*') + digits.back() +
             std::string(static_cast<std::size_t>(2 - value / 10), '*');
    case Play::k2D: {
      std::string text = digits.substr(1);
      text.insert(static_cast<std::size_t>(value / 100), "*");
      return name + " " + text;
    }
    case Play::kSum:
      return name + " " + std::to_string(value);
    case Play::kGuess1D:
      return name + " " + digits.substr(2);
    case Play::kGuess2D:
      return name + " " + digits.substr(1);
    case Play::kSize:
      return value == 1 ? "猜大" : "猜小";
    case Play::kParity:
      return value == 1 ? "猜奇" : "猜偶";
    case Play::kTriple:
    case Play::kRun:
      return name;
    default:
      return name + " " + digits;
  }
}

}  // namespace lottery::games
