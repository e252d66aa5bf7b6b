#include "compliance/own_ssq.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <utility>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Status;
namespace {

// ---- Lines ----

constexpr std::size_t kRedsInLine = 6;
constexpr int kReds = 33, kBlues = 16;
constexpr std::int64_t kLineFen = 200;

tl::unexpected<base::Error> Invalid(std::string detail) {
  return Fail(ErrorCode::kEntryInvalid, std::move(detail));
}

Status Expand(const wire::Bet& bet, std::vector<OwnLine>& lines) {
  if (!bet.has_ssq()) return Invalid("not a bet of ssq");
  LOTTERY_TRY(auto chosen, OwnNumbers(bet.ssq().red_bankers(), 1, kReds, "red bankers"));
  LOTTERY_TRY(const auto reds, OwnNumbers(bet.ssq().reds(), 1, kReds, "reds"));
  LOTTERY_TRY(const auto blues, OwnNumbers(bet.ssq().blues(), 1, kBlues, "blues"));
  if (blues.empty()) return Invalid("no blue");
  LOTTERY_TRY_VOID(OwnCheckPicks(chosen, reds, kRedsInLine));
  const bool fits = OwnChoices(reds, 0, kRedsInLine, chosen, [&](const std::vector<int>& line) {
    for (const int blue : blues) lines.push_back({0, line, blue});
    return lines.size() <= kOwnMostLines;
  });
  return fits ? Status() : Invalid("more than 10 000 lines");
}

bool Legal(const OwnOutcome& o) {
  return OwnAscending(o.numbers, kRedsInLine, kReds) && o.extra >= 1 && o.extra <= kBlues;
}

// 福运奖, 3+0, is the seventh.
int TierOf(const OwnLine& line, const OwnOutcome& outcome) {
  const int reds = OwnHits(line.numbers, outcome.numbers);
  const bool blue = line.extra == outcome.extra;
  if (reds == 6) return blue ? 1 : 2;
  if (reds == 5) return blue ? 3 : 4;
  if (reds == 4) return blue ? 4 : 5;
  if (reds == 3) return blue ? 5 : 7;
  return blue ? 6 : 0;
}

// ---- Amounts: exact fractions of a yuan until the announced figure is reached. ----

using Integer = boost::multiprecision::cpp_int;
using Rational = boost::multiprecision::cpp_rational;

constexpr std::int64_t kCapYuan = 5'000'000;  // of a share, per line
constexpr std::int64_t kFirstDrawCapYuan = 100'000'000;
constexpr std::int64_t kSecondDrawCapYuan = 70'000'000;
constexpr std::int64_t kLargePoolYuan = 100'000'000;
constexpr std::int64_t kSecondLeastYuan = 6'000;                            // twice the third prize
constexpr std::array<std::int64_t, 5> kFixedYuan = {3'000, 200, 10, 5, 5};  // tiers 3 to 6, 福运奖
constexpr std::int64_t kSpecialOnFen = 150'000'000'000;
constexpr std::int64_t kSpecialOffFen = 30'000'000'000;

struct Version {
  std::int32_t first_draw;
  const char* name;
  int small_pool_percent;    // of the high prize money to part A, pool below 100 million
  int large_pool_percent;    // to part A, pool from 100 million
  int part_b_percent;        // to part B, pool from 100 million
  int second_percent;        // to the second prize
  bool excess_line_by_line;  // a capped part's excess is rounded to yuan per line, not once
  bool since_2026;           // 特别规定 and the draw caps exist
};

constexpr std::array<Version, 4> kVersions = {{
    {2009001, "ssq-2009", 70, 50, 20, 30, true, false},
    {2014055, "ssq-2014055", 75, 55, 20, 25, true, false},
    {2018123, "ssq-2018123", 75, 55, 20, 25, false, false},
    {2026014, "ssq-2026014", 75, 55, 20, 25, false, true},
}};

const Version* VersionOf(std::int32_t draw) {
  const Version* found = nullptr;
  for (const Version& version : kVersions) {
    if (draw >= version.first_draw) found = &version;
  }
  return found;
}

Integer Floor(const Rational& value) {
  LOTTERY_CHECK(value >= 0);
  return numerator(value) / denominator(value);
}

Rational Percent(int percent, const Rational& of) { return of * percent / 100; }

Rational Yuan(std::int64_t fen) { return Rational(fen, 100); }

Result<std::int64_t> Fen(const Rational& yuan) {
  const Rational fen = yuan * 100;
  LOTTERY_CHECK(denominator(fen) == 1);
  if (fen > std::numeric_limits<std::int64_t>::max())
    return Fail(ErrorCode::kAmountOverflow, "above 2^63-1 fen");
  return numerator(fen).convert_to<std::int64_t>();
}

struct Shares {
  Rational part_a;  // first prize, the pool in it
  Rational part_b;  // first prize
  Rational second;
};

Shares Split(const Version& version, bool special, const Rational& high, const Rational& pool) {
  if (special) return {pool, Percent(20, high), Percent(80, high)};
  if (pool < kLargePoolYuan) {
    return {Percent(version.small_pool_percent, high) + pool, 0,
            Percent(version.second_percent, high)};
  }
  return {Percent(version.large_pool_percent, high) + pool, Percent(version.part_b_percent, high),
          Percent(version.second_percent, high)};
}

struct Tier {
  Integer each;     // yuan per line
  Integer to_pool;  // yuan
};

// A cap sends to the pool what is left after the guarantee; what the guarantee lacks the adjustment
// fund pays.
Tier SecondPrize(const Version& version, const Rational& money, const Integer& lines) {
  if (lines == 0) return {0, Floor(money)};
  Integer each = std::min<Integer>(Floor(money / lines), kCapYuan);
  bool capped = each == kCapYuan;
  if (version.since_2026 && each * lines > kSecondDrawCapYuan) {
    each = kSecondDrawCapYuan / lines;
    capped = true;
  }
  each = std::max<Integer>(each, kSecondLeastYuan);
  const Rational left = money - lines * each;
  return {each, capped && left > 0 ? Floor(left) : Integer(0)};
}

// One part of the first prize among `lines` winners.
Tier FirstPart(const Version& version, const Rational& part, const Integer& lines) {
  const Integer share = Floor(part / lines);
  if (share < kCapYuan) return {share, 0};
  if (version.excess_line_by_line) return {kCapYuan, lines * (share - kCapYuan)};
  return {kCapYuan, Floor(part - lines * kCapYuan)};
}

// Both parts together, the draw's cap included.
Tier FirstShares(const Version& version, const Shares& shares, const Integer& lines) {
  const Tier a = FirstPart(version, shares.part_a, lines);
  const Tier b = FirstPart(version, shares.part_b, lines);
  const Integer each = a.each + b.each;
  if (!version.since_2026 || each * lines <= kFirstDrawCapYuan)
    return {each, a.to_pool + b.to_pool};
  const Integer capped = kFirstDrawCapYuan / lines;
  return {capped, Floor(shares.part_a + shares.part_b - lines * capped)};
}

// At least twice the second prize, but never lifted above the draw's cap. All of the lift is paid
// by the adjustment fund: what the caps sent to the pool stays there.
Tier FirstPrize(const Version& version, const Shares& shares, const Integer& lines,
                const Integer& second_each) {
  if (lines == 0) return {0, Floor(shares.part_a) + Floor(shares.part_b)};
  Tier first = FirstShares(version, shares, lines);
  Integer least = 2 * second_each;
  if (version.since_2026) least = std::min<Integer>(least, kFirstDrawCapYuan / lines);
  if (first.each < least) first.each = least;
  return first;
}

Rational FixedPrizes(const OwnPrizeInput& input) {
  Rational sum = 0;
  for (std::size_t i = 0; i < kFixedYuan.size(); ++i) {
    const bool pays = i + 1 < kFixedYuan.size() || input.special;
    if (pays) sum += Rational(input.wins[i + 2]) * kFixedYuan[i];
  }
  return sum;
}

Status CheckInput(const OwnPrizeInput& input, const Version* version) {
  if (version == nullptr)
    return Fail(ErrorCode::kOldRule, fmt::format("no version covers draw {}", input.draw));
  if (input.special && !version->since_2026) {
    return Fail(ErrorCode::kOldRule, fmt::format("{} has no special rule", version->name));
  }
  if (input.sales_fen < 0 || input.sales_fen % kLineFen != 0)
    return Invalid("sales are not whole lines");
  if (input.pool_fen < 0 || input.injection_fen < 0)
    return Invalid("pool or injection is negative");
  for (const std::int64_t count : input.wins) {
    if (count < 0) return Invalid("a count of winners is negative");
  }
  return {};
}

struct Amounts {
  Integer first;
  Integer second;
  Rational paid;
  Rational pool;  // before the injection
};

Amounts Share(const Version& version, const OwnPrizeInput& input, const Rational& draw_money) {
  const Rational fixed = FixedPrizes(input);
  const Rational high = draw_money > fixed ? Rational(draw_money - fixed) : Rational(0);
  const Shares shares = Split(version, input.special, high, Yuan(input.pool_fen));
  const Integer first_lines = input.wins[0];
  const Integer second_lines = input.wins[1];
  const Tier second = SecondPrize(version, shares.second, second_lines);
  const Tier first = FirstPrize(version, shares, first_lines, second.each);
  return {first.each, second.each, fixed + first.each * first_lines + second.each * second_lines,
          first.to_pool + second.to_pool};
}

}  // namespace

const OwnGame kOwnSsq{Expand, Legal, TierOf};

Result<OwnPrizes> OwnSsqPrizes(const OwnPrizeInput& input) {
  const Version* version = VersionOf(input.draw);
  LOTTERY_TRY_VOID(CheckInput(input, version));
  const Rational draw_money = Percent(49, Yuan(input.sales_fen));
  const Amounts amounts = Share(*version, input, draw_money);
  const Rational injection = Yuan(input.injection_fen);
  const Rational lacking = amounts.paid + amounts.pool - draw_money - Yuan(input.pool_fen);
  OwnPrizes prizes;
  LOTTERY_TRY(prizes.first_fen, Fen(amounts.first));
  LOTTERY_TRY(prizes.second_fen, Fen(amounts.second));
  LOTTERY_TRY(prizes.pool_after_fen, Fen(amounts.pool + injection));
  LOTTERY_TRY(prizes.paid_fen, Fen(amounts.paid));
  LOTTERY_TRY(prizes.adjustment_paid_fen,
              Fen(lacking > 0 ? Rational(injection + lacking) : injection));
  LOTTERY_TRY(prizes.adjustment_gained_fen, Fen(lacking < 0 ? Rational(-lacking) : Rational(0)));
  return prizes;
}

bool OwnSpecialNext(std::int32_t next_draw, bool active, std::int64_t pool_after_fen) {
  const Version* version = VersionOf(next_draw);
  if (version == nullptr || !version->since_2026) return false;
  return pool_after_fen >= (active ? kSpecialOffFen : kSpecialOnFen);
}

std::string OwnRuleName(std::int32_t draw) {
  const Version* version = VersionOf(draw);
  return version == nullptr ? std::string() : std::string(version->name);
}

}  // namespace lottery::compliance
