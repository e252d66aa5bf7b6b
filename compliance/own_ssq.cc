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

// ---- Orders: every line written out, then matched. ----

constexpr std::size_t kRedsInLine = 6;
constexpr int kReds = 33;
constexpr int kBlues = 16;
constexpr int kMaxBets = 5;
constexpr std::size_t kMaxBankers = 5;
constexpr std::size_t kMaxLines = 10'000;  // 20 000 yuan at 2 yuan a line
constexpr std::int64_t kLineFen = 200;
constexpr std::int64_t kMaxOrderFen = 2'000'000;
constexpr std::uint32_t kMaxMultiplier = 99;
constexpr std::uint32_t kMaxDraws = 10;

struct Line {
  std::vector<int> reds;
  int blue;
};

struct Picks {
  std::vector<int> bankers;
  std::vector<int> reds;
  std::vector<int> blues;
};

tl::unexpected<base::Error> Invalid(std::string detail) {
  return Fail(ErrorCode::kEntryInvalid, std::move(detail));
}

Result<std::vector<int>> ReadNumbers(const std::string& octets, int highest, const char* what) {
  if (octets.size() > static_cast<std::size_t>(highest))
    return Invalid(fmt::format("too many {}", what));
  std::vector<int> numbers;
  for (const char c : octets) {
    const int number = static_cast<unsigned char>(c);
    if (number < 1 || number > highest)
      return Invalid(fmt::format("{}: {} is out of range", what, number));
    if (!numbers.empty() && number <= numbers.back())
      return Invalid(fmt::format("{} do not ascend", what));
    numbers.push_back(number);
  }
  return numbers;
}

Status CheckPicks(const Picks& picks) {
  if (picks.blues.empty()) return Invalid("no blue");
  if (picks.bankers.empty()) {
    if (picks.reds.size() < kRedsInLine) return Invalid("fewer than 6 reds");
    return {};
  }
  if (picks.bankers.size() > kMaxBankers) return Invalid("more than 5 red bankers");
  if (picks.bankers.size() + picks.reds.size() <= kRedsInLine)
    return Invalid("fewer than 7 reds with bankers");
  for (const int banker : picks.bankers) {
    for (const int red : picks.reds) {
      if (red == banker) return Invalid(fmt::format("red {} is banker and drag", red));
    }
  }
  return {};
}

Result<Picks> ReadPicks(const wire::Bet& bet) {
  if (!bet.has_ssq()) return Invalid("a bet of no known kind");
  Picks picks;
  LOTTERY_TRY(picks.bankers, ReadNumbers(bet.ssq().red_bankers(), kReds, "red bankers"));
  LOTTERY_TRY(picks.reds, ReadNumbers(bet.ssq().reds(), kReds, "reds"));
  LOTTERY_TRY(picks.blues, ReadNumbers(bet.ssq().blues(), kBlues, "blues"));
  LOTTERY_TRY_VOID(CheckPicks(picks));
  return picks;
}

// Appends every line that completes `chosen` with numbers of picks.reds[from...]; false as soon as
// there are more than kMaxLines. No dead ends: a branch is entered only while enough numbers are
// left.
bool AppendLines(const Picks& picks, std::size_t from, std::vector<int>& chosen,
                 std::vector<Line>& lines) {
  if (chosen.size() == kRedsInLine) {
    for (const int blue : picks.blues) lines.push_back({chosen, blue});
    return lines.size() <= kMaxLines;
  }
  const std::size_t missing = kRedsInLine - chosen.size();
  for (std::size_t i = from; i + missing <= picks.reds.size(); ++i) {
    chosen.push_back(picks.reds[i]);
    const bool fits = AppendLines(picks, i + 1, chosen, lines);
    chosen.pop_back();
    if (!fits) return false;
  }
  return true;
}

Result<std::vector<Line>> ExpandBets(const wire::Order& order) {
  if (order.bets_size() < 1 || order.bets_size() > kMaxBets)
    return Invalid("an order has 1 to 5 bets");
  std::vector<Line> lines;
  for (const auto& bet : order.bets()) {
    LOTTERY_TRY(const Picks picks, ReadPicks(bet));
    std::vector<int> chosen = picks.bankers;
    if (!AppendLines(picks, 0, chosen, lines)) return Invalid("more than 10 000 lines");
  }
  return lines;
}

std::int64_t DrawPriceFen(const wire::Order& order, const std::vector<Line>& lines) {
  return static_cast<std::int64_t>(lines.size()) * kLineFen *
         static_cast<std::int64_t>(order.multiplier());
}

// The lines of one draw of an order in which everything holds, the price included.
Result<std::vector<Line>> CheckedLines(const wire::Order& order) {
  if (order.game() != "ssq") return Invalid("not an order for ssq");
  if (order.multiplier() < 1 || order.multiplier() > kMaxMultiplier)
    return Invalid("multiplier is not 1 to 99");
  if (order.draw_count() < 1 || order.draw_count() > kMaxDraws)
    return Invalid("draw count is not 1 to 10");
  LOTTERY_TRY(auto lines, ExpandBets(order));
  const std::int64_t price =
      DrawPriceFen(order, lines) * static_cast<std::int64_t>(order.draw_count());
  if (price > kMaxOrderFen) return Invalid(fmt::format("{} fen is above the ticket limit", price));
  if (price != order.price_fen())
    return Invalid(fmt::format("price {} fen, not {}", order.price_fen(), price));
  return lines;
}

bool IsLegal(const OwnOutcome& outcome) {
  if (outcome.reds.size() != kRedsInLine || outcome.blue < 1 || outcome.blue > kBlues) return false;
  int last = 0;
  for (const int red : outcome.reds) {
    if (red <= last || red > kReds) return false;
    last = red;
  }
  return true;
}

// The index in OwnWins of the highest tier the line reaches, or -1.
int TierOf(const Line& line, const OwnOutcome& outcome) {
  int reds = 0;
  for (const int red : line.reds) {
    if (std::find(outcome.reds.begin(), outcome.reds.end(), red) != outcome.reds.end()) ++reds;
  }
  const bool blue = line.blue == outcome.blue;
  if (reds == 6) return blue ? 0 : 1;
  if (reds == 5) return blue ? 2 : 3;
  if (reds == 4) return blue ? 3 : 4;
  if (reds == 3) return blue ? 4 : 6;
  return blue ? 5 : -1;
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

Result<std::int64_t> OwnPricePerDraw(const wire::Order& order) {
  LOTTERY_TRY(const auto lines, CheckedLines(order));
  return DrawPriceFen(order, lines);
}

Result<OwnWins> OwnWinners(const wire::Order& order, const OwnOutcome& outcome) {
  if (!IsLegal(outcome)) return Fail(ErrorCode::kOutcomeWrong, "not six reds ascending and a blue");
  LOTTERY_TRY(const auto lines, CheckedLines(order));
  OwnWins wins{};
  for (const Line& line : lines) {
    const int tier = TierOf(line, outcome);
    if (tier >= 0)
      wins[static_cast<std::size_t>(tier)] += static_cast<std::int64_t>(order.multiplier());
  }
  return wins;
}

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
