#include "compliance/own_kl8.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using Wide = boost::multiprecision::int128_t;
namespace {

constexpr int kNumbers = 80;
constexpr std::size_t kDrawn = 20;

// The prize table as published, a row a tier: play, numbers hit, fen a line before and from
// 2025350. 0 fen: the prize floats.
struct Row {
  int pick, hits;
  std::int64_t before, since;
};
constexpr Row kTable[kOwnKl8Tiers] = {
    {1, 1, 460, 450},
    {2, 2, 1'900, 1'900},
    {3, 3, 5'300, 5'200},
    {3, 2, 300, 300},
    {4, 4, 10'000, 9'300},
    {4, 3, 500, 500},
    {4, 2, 300, 300},
    {5, 5, 100'000, 100'000},
    {5, 4, 2'100, 2'000},
    {5, 3, 300, 300},
    {6, 6, 300'000, 288'000},
    {6, 5, 3'000, 3'000},
    {6, 4, 1'000, 1'000},
    {6, 3, 300, 300},
    {7, 7, 1'000'000, 850'000},
    {7, 6, 28'800, 30'000},
    {7, 5, 2'800, 3'000},
    {7, 4, 400, 400},
    {7, 0, 200, 200},
    {8, 8, 5'000'000, 5'000'000},
    {8, 7, 80'000, 80'000},
    {8, 6, 8'800, 8'000},
    {8, 5, 1'000, 1'000},
    {8, 4, 300, 300},
    {8, 0, 200, 200},
    {9, 9, 30'000'000, 0},
    {9, 8, 200'000, 200'000},
    {9, 7, 20'000, 22'500},
    {9, 6, 2'000, 2'200},
    {9, 5, 500, 500},
    {9, 4, 300, 300},
    {9, 0, 200, 200},
    {10, 10, 0, 0},
    {10, 9, 800'000, 800'000},
    {10, 8, 80'000, 72'000},
    {10, 7, 8'000, 8'000},
    {10, 6, 500, 500},
    {10, 5, 300, 300},
    {10, 0, 200, 200},
};
constexpr std::size_t kNine = 25, kTen = 32;  // rows of 9 of 9 and 10 of 10

Status Expand(const wire::Bet& bet, std::vector<OwnLine>& lines) {
  if (!bet.has_kl8()) return Fail(ErrorCode::kEntryInvalid, "not a bet of kl8");
  const auto pick = bet.kl8().pick();
  if (pick < 1 || pick > 10) return Fail(ErrorCode::kEntryInvalid, "pick is not 1 to 10");
  LOTTERY_TRY(auto chosen, OwnNumbers(bet.kl8().bankers(), 1, kNumbers, "bankers"));
  LOTTERY_TRY(const auto others, OwnNumbers(bet.kl8().numbers(), 1, kNumbers, "numbers"));
  LOTTERY_TRY_VOID(OwnCheckPicks(chosen, others, pick));
  const bool fits = OwnChoices(others, 0, pick, chosen, [&](const std::vector<int>& line) {
    lines.push_back({static_cast<int>(pick), line, 0});
    return lines.size() <= kOwnMostLines;
  });
  return fits ? Status() : Fail(ErrorCode::kEntryInvalid, "more than 10 000 lines");
}

bool Legal(const OwnOutcome& o) {
  return OwnAscending(o.numbers, kDrawn, kNumbers) && o.extra == 0;
}

int Tier(const OwnLine& line, const OwnOutcome& o) {
  const int hits = OwnHits(line.numbers, o.numbers);
  for (int i = 0; i < kOwnKl8Tiers; ++i) {
    if (kTable[i].pick == line.play && kTable[i].hits == hits) return i + 1;
  }
  return 0;
}

// One of the two floating prizes, in fen: whole yuan a line, at most `cap`, at most 100 million
// yuan in all, at least `least`.
struct Shared {
  std::int64_t each = 0, to_pool = 0, to_adjustment = 0, from_adjustment = 0;
};
Shared Share(std::int64_t money, std::int64_t lines, std::int64_t cap, std::int64_t least) {
  if (lines == 0) return {0, money, 0, 0};
  constexpr std::int64_t kInAll = 10'000'000'000;
  const auto whole_yuan = [](std::int64_t fen) { return fen - fen % 100; };
  const std::int64_t share = whole_yuan(money / lines);
  const std::int64_t most = std::min(cap, whole_yuan(kInAll / lines));
  Shared out;
  out.each = std::max(std::min(share, most), least);
  const std::int64_t rest = money - out.each * lines;
  if (rest < 0)
    out.from_adjustment = -rest;
  else if (share > most)
    out.to_pool = rest;
  else
    out.to_adjustment = rest;
  return out;
}

std::int64_t PerMille(std::int64_t fen, std::int64_t parts) {
  return static_cast<std::int64_t>(static_cast<Wide>(fen) * parts / 1'000);
}

}  // namespace

const OwnGame kOwnKl8{Expand, Legal, Tier};

std::string OwnKl8RuleName(std::int32_t draw) {
  return draw >= 2025350 ? "kl8-2025350" : draw >= 2020001 ? "kl8-2020" : "";
}

Result<OwnKl8Prizes> OwnKl8Money(const OwnKl8Input& in) {
  if (in.draw < 2020001) return Fail(ErrorCode::kOldRule, "no version covers the draw");
  const bool since = in.draw >= 2025350;
  std::int64_t sales = 0;
  for (const auto fen : in.sales_fen) sales += fen;
  OwnKl8Prizes out;
  auto& m = out.money;
  Wide fixed = 0;
  for (std::size_t i = 0; i < kOwnKl8Tiers; ++i) {
    m.each_fen[i] = since ? kTable[i].since : kTable[i].before;
    fixed += static_cast<Wide>(m.each_fen[i]) * in.wins[i];
  }
  if (fixed > 100'000'000'000'000'000) return Fail(ErrorCode::kAmountOverflow, "prizes of kl8");
  const std::int64_t nine_money = since ? PerMille(in.sales_fen[8], 90) : 0;
  const std::int64_t ten_money = PerMille(in.sales_fen[9], since ? 280 : 275);
  const Shared nine = since ? Share(nine_money, in.wins[kNine], 25'000'000, 400'000) : Shared{};
  const Shared ten = Share(ten_money + in.pool_fen, in.wins[kTen], 500'000'000, 1'600'000);
  if (since) m.each_fen[kNine] = nine.each;
  m.each_fen[kTen] = ten.each;

  constexpr std::int64_t kPoolMost = 20'000'000'000;  // since 2025350; no limit before
  const std::int64_t pooled = nine.to_pool + ten.to_pool;
  const std::int64_t over = since ? std::max<std::int64_t>(pooled - kPoolMost, 0) : 0;
  const std::int64_t current = sales / 100 * 57;
  const std::int64_t fixed_left =
      in.fixed_pool_fen + current - nine_money - ten_money - static_cast<std::int64_t>(fixed);
  out.fixed_pool_after_fen = std::max<std::int64_t>(fixed_left, 0);
  const std::int64_t gained = nine.to_adjustment + ten.to_adjustment + over;
  const std::int64_t lacked =
      nine.from_adjustment + ten.from_adjustment + std::max<std::int64_t>(-fixed_left, 0);
  m.pool_after_fen = pooled - over + in.injection_fen;
  m.adjustment_gained_fen = std::max<std::int64_t>(gained - lacked, 0);
  m.adjustment_paid_fen = std::max<std::int64_t>(lacked - gained, 0) + in.injection_fen;
  m.paid_fen = static_cast<std::int64_t>(fixed) + m.each_fen[kTen] * in.wins[kTen] +
               (since ? m.each_fen[kNine] * in.wins[kNine] : 0);
  return out;
}

}  // namespace lottery::compliance
