#include "compliance/own_d3.h"

#include <algorithm>
#include <bitset>
#include <set>
#include <vector>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kLineFen = 200, kMostFen = 2'000'000;

// Outcomes 000-999 that one line wins on.
using Line = std::set<int>;

// Whether `text` holds each of 0-9 once at most, ascending, and nothing else.
bool Proper(const std::string& text) {
  std::bitset<10> seen;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = static_cast<unsigned char>(text[i]);
    if (digit > 9 || seen.test(digit)) return false;
    if (i > 0 && static_cast<unsigned char>(text[i - 1]) > digit) return false;
    seen.set(digit);
  }
  return true;
}

// Every order three digits can come in.
Line Orders(int a, int b, int c) {
  std::array<int, 3> digits = {a, b, c};
  std::sort(digits.begin(), digits.end());
  Line line;
  do {
    line.insert(digits[0] * 100 + digits[1] * 10 + digits[2]);
  } while (std::next_permutation(digits.begin(), digits.end()));
  return line;
}

struct Expanded {
  std::size_t tier = 0;
  std::vector<Line> lines;
};

// By trying all thousand outcomes.
Result<Expanded> Expand(const wire::D3Bet& bet) {
  const std::string* fields[] = {&bet.hundreds(), &bet.tens(),    &bet.units(),
                                 &bet.doubles(),  &bet.singles(), &bet.digits()};
  for (const auto* field : fields) {
    if (!Proper(*field)) return Fail(ErrorCode::kEntryInvalid, "digits of a 3d bet");
  }
  const auto in = [](const std::string& text, int digit) {
    return text.find(static_cast<char>(digit)) != std::string::npos;
  };
  const auto filled = [&](std::initializer_list<int> wanted) {
    for (int i = 0; i < 6; ++i) {
      const bool should = std::find(wanted.begin(), wanted.end(), i) != wanted.end();
      if (fields[i]->empty() == should) return false;
    }
    return true;
  };
  Expanded out;
  std::set<Line> lines;
  for (int n = 0; n < 1000; ++n) {
    const int a = n / 100, b = n / 10 % 10, c = n % 10;
    if (bet.play() == 1 && in(bet.hundreds(), a) && in(bet.tens(), b) && in(bet.units(), c))
      lines.insert(Line{n});
    if (bet.play() == 2 && a == b && b != c && in(bet.doubles(), a) && in(bet.singles(), c))
      lines.insert(Orders(a, b, c));
    if (bet.play() == 3 && a < b && b < c && in(bet.digits(), a) && in(bet.digits(), b) &&
        in(bet.digits(), c))
      lines.insert(Orders(a, b, c));
  }
  const bool shaped = (bet.play() == 1 && filled({0, 1, 2})) ||
                      (bet.play() == 2 && filled({3, 4})) || (bet.play() == 3 && filled({5}));
  if (!shaped || lines.empty()) return Fail(ErrorCode::kEntryInvalid, "a 3d bet");
  out.tier = bet.play() - 1;
  out.lines.assign(lines.begin(), lines.end());
  return out;
}

}  // namespace

Result<std::int64_t> OwnD3PricePerDraw(const wire::Order& order) {
  const bool counts = order.game() == "3d" && order.bets_size() >= 1 && order.bets_size() <= 5 &&
                      order.multiplier() >= 1 && order.multiplier() <= 99 &&
                      order.draw_count() >= 1 && order.draw_count() <= 10;
  if (!counts) return Fail(ErrorCode::kEntryInvalid, "a 3d order");
  std::int64_t lines = 0;
  for (const auto& bet : order.bets()) {
    if (!bet.has_d3()) return Fail(ErrorCode::kEntryInvalid, "a bet of no known kind");
    LOTTERY_TRY(const auto expanded, Expand(bet.d3()));
    lines += static_cast<std::int64_t>(expanded.lines.size());
  }
  const std::int64_t per_draw = lines * kLineFen * order.multiplier();
  const std::int64_t price = per_draw * order.draw_count();
  if (price != order.price_fen() || price > kMostFen)
    return Fail(ErrorCode::kEntryInvalid, "price");
  return per_draw;
}

Result<OwnWins> OwnD3Winners(const wire::Order& order, const OwnOutcome& outcome) {
  LOTTERY_TRY_VOID(OwnD3PricePerDraw(order).map([](auto) {}));
  const auto& d = outcome.reds;
  const bool digits = d.size() == 3 && outcome.blue == 0 &&
                      std::all_of(d.begin(), d.end(), [](int n) { return n >= 0 && n <= 9; });
  if (!digits) return Fail(ErrorCode::kOutcomeWrong, "three digits");
  const int drawn = d[0] * 100 + d[1] * 10 + d[2];
  OwnWins wins{};
  for (const auto& bet : order.bets()) {
    LOTTERY_TRY(const auto expanded, Expand(bet.d3()));
    for (const auto& line : expanded.lines)
      wins[expanded.tier] += line.contains(drawn) ? order.multiplier() : 0;
  }
  return wins;
}

base::Status OwnD3Prizes(OwnD3Pool& p) {
  p.prizes = 0;
  for (std::size_t tier = 0; tier < kOwnD3Fen.size(); ++tier) {
    std::int64_t paid = 0;
    if (p.wins[tier] < 0 || __builtin_mul_overflow(p.wins[tier], kOwnD3Fen[tier], &paid) ||
        __builtin_add_overflow(p.prizes, paid, &p.prizes))
      return Fail(ErrorCode::kAmountOverflow, "prizes of a 3d pool");
  }
  return {};
}

base::Status OwnSettleD3(OwnD3Pool& p) {
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

std::string OwnD3RuleName(std::int32_t draw) { return draw >= 2016001 ? "3d-2016" : ""; }

}  // namespace lottery::compliance
