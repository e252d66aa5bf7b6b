// 七乐彩: seven of thirty, drawn with a special number.
#include "compliance/own_qlc.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;
namespace {

constexpr std::size_t kInLine = 7;
constexpr int kNumbers = 30;

Status Expand(const wire::Bet& bet, std::vector<OwnLine>& lines) {
  if (!bet.has_qlc()) return Fail(ErrorCode::kEntryInvalid, "not a bet of qlc");
  LOTTERY_TRY(auto chosen, OwnNumbers(bet.qlc().bankers(), 1, kNumbers, "bankers"));
  LOTTERY_TRY(const auto others, OwnNumbers(bet.qlc().numbers(), 1, kNumbers, "numbers"));
  LOTTERY_TRY_VOID(OwnCheckPicks(chosen, others, kInLine));
  const bool fits = OwnChoices(others, 0, kInLine, chosen, [&](const std::vector<int>& line) {
    lines.push_back({0, line, 0});
    return lines.size() <= kOwnMostLines;
  });
  return fits ? Status() : Fail(ErrorCode::kEntryInvalid, "more than 10 000 lines");
}

bool Legal(const OwnOutcome& o) {
  return OwnAscending(o.numbers, kInLine, kNumbers) && o.extra >= 1 && o.extra <= kNumbers &&
         OwnHits({o.extra}, o.numbers) == 0;
}

int Tier(const OwnLine& line, const OwnOutcome& o) {
  const int basic = OwnHits(line.numbers, o.numbers);
  const bool special = OwnHits(line.numbers, {o.extra}) == 1;
  if (basic == 7) return 1;
  if (basic == 6) return special ? 2 : 3;
  if (basic == 5) return special ? 4 : 5;
  if (basic == 4) return special ? 6 : 7;
  return 0;
}

Integer Floor(const Rational& value) { return numerator(value) / denominator(value); }

constexpr std::int64_t kFixedYuan[] = {0, 0, 0, 200, 50, 10, 5};
constexpr std::int64_t kCapYuan = 5'000'000;

}  // namespace

const OwnGame kOwnQlc{Expand, Legal, Tier};

Result<OwnNationalPrizes> OwnQlcPrizes(const OwnNationalInput& in) {
  const Rational current = Rational(in.sales_fen, 100) * 49 / 100;  // yuan
  Rational fixed = 0;
  for (std::size_t i = 3; i < 7; ++i) fixed += Rational(in.wins[i]) * kFixedYuan[i];
  const Rational high = std::max<Rational>(current - fixed, 0);
  const Rational money[] = {high * 70 / 100 + Rational(in.pool_fen, 100), high * 10 / 100,
                            high * 20 / 100};
  Integer each[3] = {0, 0, 0};
  Integer pool = 0;
  for (const std::size_t i : {0U, 1U, 2U}) {
    const Integer lines = in.wins[i];
    if (lines == 0) {
      pool += Floor(money[i]);
      continue;
    }
    each[i] = std::min<Integer>(Floor(money[i] / lines), kCapYuan);
    if (each[i] == kCapYuan) pool += Floor(money[i] - lines * kCapYuan);
  }
  // At least twice the next prize that somebody is paid, seen from below.
  Integer below = 200;
  for (const std::size_t i : {2U, 1U, 0U}) {
    if (in.wins[i] == 0) continue;
    each[i] = std::max<Integer>(each[i], 2 * below);
    below = each[i];
  }
  Rational paid = fixed;
  for (std::size_t i = 0; i < 3; ++i) paid += Rational(each[i]) * in.wins[i];
  const Rational left = current + Rational(in.pool_fen, 100) - paid - pool;
  OwnNationalPrizes out;
  const auto fen = [](const Rational& yuan) {
    const Rational exact = yuan * 100;
    LOTTERY_CHECK(denominator(exact) == 1);
    return numerator(exact).convert_to<std::int64_t>();
  };
  if (paid > Integer(1'000'000'000'000'000))
    return Fail(ErrorCode::kAmountOverflow, "prizes of a qlc draw");
  for (std::size_t i = 0; i < 7; ++i)
    out.each_fen[i] = i < 3 ? fen(Rational(each[i])) : kFixedYuan[i] * 100;
  out.paid_fen = fen(paid);
  out.pool_after_fen = fen(Rational(pool)) + in.injection_fen;
  out.adjustment_gained_fen = left > 0 ? fen(left) : 0;
  out.adjustment_paid_fen = (left < 0 ? fen(-left) : 0) + in.injection_fen;
  return out;
}

}  // namespace lottery::compliance
