#include "compliance/own_d3.h"

#include <algorithm>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kLineFen = 200;

// Plays as the wire numbers them.
enum Play {
  kSingle = 1,
  kGroup3,
  kGroup6,
  kOnePlace,
  kTwoPlaces,
  kAny,
  kSum,
  kWrap3,
  kWrap6,
  kGuessOne,
  kGuessTwo,
  kSize,
  kParity,
  kTriple,
  kRun
};

constexpr int kOpen = -1;  // a place nothing is said of

// Fields of a bet and whether each is filled; what a play does not use must be empty.
struct Fields {
  std::vector<int> places[3];
  std::vector<int> doubles, singles, digits, sums;
  int choice = 0;
};

Result<Fields> Read(const wire::D3Bet& bet) {
  Fields f;
  const std::pair<const std::string*, std::vector<int>*> digit_fields[] = {
      {&bet.hundreds(), &f.places[0]}, {&bet.tens(), &f.places[1]},  {&bet.units(), &f.places[2]},
      {&bet.doubles(), &f.doubles},    {&bet.singles(), &f.singles}, {&bet.digits(), &f.digits}};
  for (const auto& [octets, numbers] : digit_fields) {
    LOTTERY_TRY(*numbers, OwnNumbers(*octets, 0, 9, "digits"));
  }
  LOTTERY_TRY(f.sums, OwnNumbers(bet.sums(), 0, 27, "sums"));
  if (bet.choice() > 2) return Fail(ErrorCode::kEntryInvalid, "choice");
  f.choice = static_cast<int>(bet.choice());
  return f;
}

// The fields that are filled, a letter each: hundreds, tens, units, doubles, singles, digits (g),
// sums (m), choice.
std::string Filled(const Fields& f) {
  const std::pair<char, bool> fields[] = {{'h', !f.places[0].empty()}, {'t', !f.places[1].empty()},
                                          {'u', !f.places[2].empty()}, {'d', !f.doubles.empty()},
                                          {'s', !f.singles.empty()},   {'g', !f.digits.empty()},
                                          {'m', !f.sums.empty()},      {'c', f.choice != 0}};
  std::string letters;
  for (const auto& [letter, filled] : fields) {
    if (filled) letters.push_back(letter);
  }
  return letters;
}

// What a play may be written in, forms with a bar between.
const char* FormsOf(int play) {
  switch (play) {
    case kSingle:
    case kAny:
    case kWrap3:
    case kWrap6:
      return "|htu|";
    case kOnePlace:
      return "|h|t|u|";
    case kTwoPlaces:
      return "|ht|hu|tu|";
    case kGroup3:
      return "|ds|";
    case kGroup6:
    case kGuessOne:
      return "|g|";
    case kGuessTwo:
      return "|d|g|dg|";
    case kSum:
      return "|m|";
    case kSize:
    case kParity:
      return "|c|";
    case kTriple:
    case kRun:
      return "||";
    default:
      return "";
  }
}

// Whether each of the three is another, two are equal, or all.
int Different(int a, int b, int c) {
  std::vector<int> all = {a, b, c};
  std::sort(all.begin(), all.end());
  return static_cast<int>(std::unique(all.begin(), all.end()) - all.begin());
}

void AddPlaces(int play, const Fields& f, std::vector<OwnLine>& lines) {
  const auto or_open = [](const std::vector<int>& place) {
    return place.empty() ? std::vector<int>{kOpen} : place;
  };
  for (const int a : or_open(f.places[0])) {
    for (const int b : or_open(f.places[1])) {
      for (const int c : or_open(f.places[2])) lines.push_back({play, {a, b, c}, 0});
    }
  }
}

// All thousand numbers are tried; a group is met once, with its digits in order.
void AddGroups(int play, const Fields& f, std::vector<OwnLine>& lines) {
  for (int n = 0; n < 1000; ++n) {
    const int a = n / 100, b = n / 10 % 10, c = n % 10;
    const auto in = [](const std::vector<int>& set, int digit) {
      return std::find(set.begin(), set.end(), digit) != set.end();
    };
    const bool pair = a == b && b != c && in(f.doubles, a) && in(f.singles, c);
    const bool three = a < b && b < c && in(f.digits, a) && in(f.digits, b) && in(f.digits, c);
    if (play == kGroup3 ? pair : three) lines.push_back({play, {a, b, c}, 0});
  }
}

void AddPairs(const Fields& f, std::vector<OwnLine>& lines) {
  for (const int d : f.doubles) lines.push_back({kGuessTwo, {d, d}, 0});
  for (const int a : f.digits) {
    for (const int b : f.digits) {
      if (a < b) lines.push_back({kGuessTwo, {a, b}, 0});
    }
  }
}

// A wrap is one number, with a pair or with three different digits.
bool IsWrap(int play, const Fields& f) {
  const auto& p = f.places;
  return p[0].size() == 1 && p[1].size() == 1 && p[2].size() == 1 &&
         Different(p[0][0], p[1][0], p[2][0]) == (play == kWrap3 ? 2 : 3);
}

void AddLines(int play, const Fields& f, std::vector<OwnLine>& lines) {
  const auto one_each = [&](const std::vector<int>& numbers) {
    for (const int n : numbers) lines.push_back({play, {n}, 0});
  };
  switch (play) {
    case kGroup3:
    case kGroup6:
      return AddGroups(play, f, lines);
    case kGuessOne:
      return one_each(f.digits);
    case kGuessTwo:
      return AddPairs(f, lines);
    case kSum:
      return one_each(f.sums);
    case kSize:
    case kParity:
      return one_each({f.choice});
    case kTriple:
    case kRun:
      return lines.push_back({play, {}, 0});
    default:
      return AddPlaces(play, f, lines);
  }
}

Status Expand(const wire::Bet& bet, std::vector<OwnLine>& lines) {
  if (!bet.has_d3()) return Fail(ErrorCode::kEntryInvalid, "not a bet of 3d");
  LOTTERY_TRY(const auto fields, Read(bet.d3()));
  const std::size_t before = lines.size();
  const int play = bet.d3().play() <= kRun ? static_cast<int>(bet.d3().play()) : 0;
  const bool wrap = play == kWrap3 || play == kWrap6;
  const bool legal =
      std::string(FormsOf(play)).find("|" + Filled(fields) + "|") != std::string::npos &&
      !(play == kGuessTwo && fields.digits.size() == 1) && (!wrap || IsWrap(play, fields));
  if (legal) AddLines(play, fields, lines);
  return lines.size() > before ? Status() : Fail(ErrorCode::kEntryInvalid, "a 3d bet");
}

bool Legal(const OwnOutcome& o) {
  return o.numbers.size() == 3 && o.extra == 0 &&
         std::all_of(o.numbers.begin(), o.numbers.end(), [](int n) { return n >= 0 && n <= 9; });
}

bool SameDigits(std::vector<int> a, std::vector<int> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

// Places that are said and right, and said and wrong.
std::pair<int, int> Places(const std::vector<int>& line, const std::vector<int>& drawn) {
  int right = 0, wrong = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    if (line[i] == kOpen) continue;
    (line[i] == drawn[i] ? right : wrong) += 1;
  }
  return {right, wrong};
}

int Tier(const OwnLine& line, const OwnOutcome& o) {
  const auto& d = o.numbers;
  const auto& n = line.numbers;
  const int sum = d[0] + d[1] + d[2];
  const auto times = [&](int digit) {
    return static_cast<int>(std::count(d.begin(), d.end(), digit));
  };
  switch (line.play) {
    case kSingle:
      return n == d ? 1 : 0;
    case kGroup3:
      return SameDigits(n, d) ? 2 : 0;
    case kGroup6:
      return SameDigits(n, d) ? 3 : 0;
    case kOnePlace:
      return Places(n, d).second == 0 ? 4 : 0;
    case kTwoPlaces:
      return Places(n, d).second == 0 ? 5 : 0;
    case kAny:
      return Places(n, d).first == 3 ? 6 : Places(n, d).first == 2 ? 7 : 0;
    case kSum:
      return n[0] == sum ? 8 + std::min(sum, 27 - sum) : 0;
    case kWrap3:
      return n == d ? 22 : SameDigits(n, d) ? 23 : 0;
    case kWrap6:
      return n == d ? 24 : SameDigits(n, d) ? 25 : 0;
    case kGuessOne:
      return times(n[0]) == 0 ? 0 : 25 + times(n[0]);
    case kGuessTwo:
      if (n[0] == n[1]) return times(n[0]) >= 2 ? 29 : 0;
      return times(n[0]) > 0 && times(n[1]) > 0 ? 30 : 0;
    case kSize:
      return (n[0] == 1 && sum >= 19) || (n[0] == 2 && sum <= 8) ? 31 : 0;
    case kParity: {
      const auto odd = std::count_if(d.begin(), d.end(), [](int x) { return x % 2 == 1; });
      return odd == (n[0] == 1 ? 3 : 0) ? 32 : 0;
    }
    case kTriple:
      return Different(d[0], d[1], d[2]) == 1 ? 33 : 0;
    case kRun:
      return d[1] - d[0] == d[2] - d[1] && std::abs(d[1] - d[0]) == 1 ? 34 : 0;
    default:
      return 0;
  }
}

}  // namespace

const OwnGame kOwnD3{Expand, Legal, Tier};

const OwnD3Table& OwnD3Published() {
  static const OwnD3Table table = {
      {2013001, "", {100'000, 32'000, 16'000}},
      {2016006, "", {104'000, 34'600, 17'300, 1'000,  10'400, 47'000, 2'100, 104'000, 34'500,
                     17'200,  10'400, 6'900,  4'900,  3'700,  2'900,  2'300, 1'900,   1'600,
                     1'500,   1'500,  1'400,  69'300, 17'300, 60'600, 8'600, 200,     1'200,
                     23'000,  3'700,  1'900,  600,    800,    10'400, 6'500}}};
  return table;
}

Result<const OwnD3Fen*> OwnD3Amounts(const OwnD3Table& table, std::int32_t draw,
                                     std::string_view jurisdiction) {
  const OwnD3Row* found = nullptr;
  for (const auto& row : table) {
    if (row.from_draw > draw) break;
    if (row.jurisdiction.empty() || row.jurisdiction == jurisdiction) found = &row;
  }
  if (found == nullptr) return Fail(ErrorCode::kOldRule, "no amounts of 3d for the draw");
  return &found->fen;
}

Status OwnD3Prizes(const OwnD3Fen& amounts, OwnD3Pool& p) {
  p.prizes = 0;
  for (std::size_t tier = 0; tier < kOwnD3Tiers; ++tier) {
    std::int64_t& paid = p.by_tier[tier];
    if (p.wins[tier] < 0 || __builtin_mul_overflow(p.wins[tier], amounts[tier], &paid) ||
        __builtin_add_overflow(p.prizes, paid, &p.prizes))
      return Fail(ErrorCode::kAmountOverflow, "prizes of a 3d pool");
  }
  return {};
}

Status OwnSettleD3(OwnD3Pool& p) {
  const auto sane = [](std::int64_t fen) { return fen >= 0 && fen < std::int64_t{1} << 50; };
  if (!sane(p.net_sales) || p.net_sales % kLineFen != 0 || !sane(p.pool_before) ||
      !sane(p.adjustment_before) || !sane(p.prizes))
    return Fail(ErrorCode::kEntryInvalid, "figures of a 3d pool");
  // Down the ladder: current prizes, pool, adjustment fund, issuance fee.
  std::int64_t due = p.prizes;
  const auto take = [&](std::int64_t there) {
    const std::int64_t taken = std::min(due, there);
    due -= taken;
    return there - taken;
  };
  const std::int64_t unspent = take(p.net_sales / 100 * 52);
  p.pool_after = take(p.pool_before) + unspent;
  const std::int64_t adjustment = p.adjustment_before + p.net_sales / 100;
  p.adjustment_after = take(adjustment);
  p.adjustment_paid = adjustment - p.adjustment_after;
  p.fee_advanced = due;
  return {};
}

std::string OwnD3RuleName(std::int32_t draw) {
  return draw >= 2016006 ? "3d-2016006" : draw >= 2013001 ? "3d-2013" : "";
}

}  // namespace lottery::compliance
