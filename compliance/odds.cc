#include "compliance/odds.h"

#include <fmt/format.h>

#include <map>

#include "compliance/own_statement.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

// Balls of a kind in the drum, as a line sees them: so many were drawn.
struct Drum {
  int drawn, others;
};

// Ways to pick `picks` balls by how many drawn ones are among them: one ball after the other is
// taken or left.
std::vector<std::int64_t> WaysByHits(Drum drum, int picks) {
  std::map<std::pair<int, int>, std::int64_t> ways{{{0, 0}, 1}};  // picked, hits
  for (int ball = 0; ball < drum.drawn + drum.others; ++ball) {
    const bool hit = ball < drum.drawn;
    auto next = ways;
    for (const auto& [state, n] : ways) {
      if (state.first < picks) next[{state.first + 1, state.second + (hit ? 1 : 0)}] += n;
    }
    ways = std::move(next);
  }
  std::vector<std::int64_t> out(static_cast<std::size_t>(picks) + 1);
  for (const auto& [state, n] : ways) {
    if (state.first == picks) out[static_cast<std::size_t>(state.second)] = n;
  }
  return out;
}

// Amounts a line wins, by tier; the control's own, asked of a statement with one line in each tier.
Result<std::array<std::int64_t, kOwnMostTiers>> Amounts(const protocol::DrawId& draw,
                                                        bool special) {
  protocol::Statement s;
  s.draw = draw;
  OwnCount count;
  PrizeBasis basis;
  basis.special_rule = special;
  for (std::size_t i = 0; i < OwnTiersOf(draw.game); ++i) count.lines[i] = 1;
  if (draw.game == "ssq" && !special) count.lines[6] = 0;
  LOTTERY_TRY_VOID(FillFigures(count, basis, s));
  std::array<std::int64_t, kOwnMostTiers> each{};
  for (const auto& t : s.tiers) each[static_cast<std::size_t>(t.tier - 1)] = t.each.fen();
  if (draw.game == "ssq") each[0] = each[1] = 0;
  if (draw.game == "qlc") each[0] = each[1] = each[2] = 0;
  if (draw.game == "kl8") each[32] = 0;
  if (draw.game == "kl8" && draw.number >= 2025350) each[25] = 0;
  return each;
}

struct Counter {
  OddsPlay play;
  std::map<int, std::int64_t> ways;
  void Add(int tier, std::int64_t n) {
    play.all += n;
    if (tier > 0) ways[tier] += n;
  }
  OddsPlay Finish(const std::array<std::int64_t, kOwnMostTiers>& each) {
    constexpr std::int64_t kStakeFen = 200;
    long double back = 0;
    for (const auto& [tier, n] : ways) {
      const std::int64_t fen = each[static_cast<std::size_t>(tier - 1)];
      play.tiers.push_back({tier, n, fen});
      play.any_prize += n;
      back += static_cast<long double>(n) * static_cast<long double>(fen);
    }
    play.fixed_return_ppm = static_cast<std::int64_t>(
        back * 1e6L / static_cast<long double>(play.all) / kStakeFen + 0.5L);
    return std::move(play);
  }
};

OwnLine LineWith(int from, int hits, int play, int picks, int beyond) {
  OwnLine line{play, {}, 0};
  for (int i = 0; i < hits; ++i) line.numbers.push_back(from + i);
  for (int i = hits; i < picks; ++i) line.numbers.push_back(beyond + i);
  return line;
}

std::vector<Counter> CountSsq(bool special) {
  Counter c{{"双色球", "Double Colour Ball", {}, 0, {}, 0, 0}, {}};
  const OwnOutcome drawn{{1, 2, 3, 4, 5, 6}, 1};
  const auto reds = WaysByHits({6, 27}, 6);
  for (int hits = 0; hits <= 6; ++hits) {
    for (const int blue : {1, 2}) {
      OwnLine line = LineWith(1, hits, 0, 6, 20);
      line.extra = blue;
      const int tier = kOwnSsq.tier(line, drawn);
      c.Add(tier == 7 && !special ? 0 : tier,
            reds[static_cast<std::size_t>(hits)] * (blue == 1 ? 1 : 15));
    }
  }
  return {c};
}

std::vector<Counter> CountQlc() {
  Counter c{{"七乐彩", "Seven Happiness", {}, 0, {}, 0, 0}, {}};
  const OwnOutcome drawn{{1, 2, 3, 4, 5, 6, 7}, 8};
  for (const int special : {0, 1}) {  // with the special number six more are picked of the others
    const auto ways = WaysByHits({7, 22}, 7 - special);
    for (int hits = 0; hits <= 7 - special; ++hits) {
      OwnLine line = LineWith(1, hits, 0, 7 - special, 10);
      if (special == 1) line.numbers.push_back(8);
      c.Add(kOwnQlc.tier(line, drawn), ways[static_cast<std::size_t>(hits)]);
    }
  }
  return {c};
}

std::vector<Counter> CountKl8() {
  OwnOutcome drawn;
  for (int n = 1; n <= 20; ++n) drawn.numbers.push_back(n);
  std::vector<Counter> out;
  for (int pick = 1; pick <= 10; ++pick) {
    Counter c{{"选" + std::to_string(pick), "pick " + std::to_string(pick), {}, 0, {}, 0, 0}, {}};
    const auto ways = WaysByHits({20, 60}, pick);
    for (int hits = 0; hits <= pick; ++hits) {
      c.Add(kOwnKl8.tier(LineWith(1, hits, pick, pick, 40), drawn),
            ways[static_cast<std::size_t>(hits)]);
    }
    out.push_back(std::move(c));
  }
  return out;
}

// A line of each play, against all thousand outcomes.
std::vector<Counter> CountD3() {
  struct Row {
    const char *zh, *en;
    OwnLine line;
  };
  std::vector<Row> rows = {{"单选", "single", {1, {0, 1, 2}, 0}},
                           {"组选3", "group 3", {2, {0, 0, 1}, 0}},
                           {"组选6", "group 6", {3, {0, 1, 2}, 0}},
                           {"1D", "1D", {4, {0, -1, -1}, 0}},
                           {"2D", "2D", {5, {0, 1, -1}, 0}},
                           {"通选", "any", {6, {0, 1, 2}, 0}},
                           {"包选3", "wrap 3", {8, {0, 0, 1}, 0}},
                           {"包选6", "wrap 6", {9, {0, 1, 2}, 0}},
                           {"猜1D", "guess 1D", {10, {0}, 0}},
                           {"猜2D同", "guess 2D, equal", {11, {0, 0}, 0}},
                           {"猜2D异", "guess 2D, different", {11, {0, 1}, 0}},
                           {"猜大小", "big or small", {12, {1}, 0}},
                           {"猜奇偶", "odd or even", {13, {1}, 0}},
                           {"猜三同", "three equal", {14, {}, 0}},
                           {"拖拉机", "run", {15, {}, 0}}};
  std::vector<Counter> out;
  const auto count = [&](std::string zh, std::string en, const OwnLine& line) {
    Counter c{{std::move(zh), std::move(en), {}, 0, {}, 0, 0}, {}};
    for (int n = 0; n < 1000; ++n) c.Add(kOwnD3.tier(line, {{n / 100, n / 10 % 10, n % 10}, 0}), 1);
    out.push_back(std::move(c));
  };
  for (const auto& row : rows) count(row.zh, row.en, row.line);
  for (int sum = 0; sum <= 13; ++sum) {
    const std::string both = std::to_string(sum) + "/" + std::to_string(27 - sum);
    count("和数" + both, "sum " + both, {7, {sum}, 0});
  }
  return out;
}

// Whether a draw can be held under 特别规定 or without it.
bool CanBeSpecial(const protocol::DrawId& draw) {
  return draw.game == "ssq" && draw.number >= 2026014;
}

// Of one case, which is named where there are two.
Result<std::vector<OddsPlay>> OddsOf(const protocol::DrawId& draw, bool special) {
  LOTTERY_TRY(const auto each, Amounts(draw, special));
  auto counted = draw.game == "ssq"   ? CountSsq(special)
                 : draw.game == "3d"  ? CountD3()
                 : draw.game == "qlc" ? CountQlc()
                                      : CountKl8();
  std::vector<OddsPlay> plays;
  for (auto& c : counted) plays.push_back(c.Finish(each));
  if (!CanBeSpecial(draw)) return plays;
  for (auto& play : plays) {
    play.special_rule = special;
    play.zh += special ? "（特别规定生效，有福运奖）" : "（特别规定未生效，无福运奖）";
    play.en += special ? ", special rule in force: with the fuyun prize"
                       : ", special rule not in force: without the fuyun prize";
  }
  return plays;
}

}  // namespace

Result<std::vector<OddsPlay>> Odds(const protocol::DrawId& draw, std::optional<bool> special_rule) {
  const bool known =
      draw.game == "ssq" || draw.game == "3d" || draw.game == "qlc" || draw.game == "kl8";
  if (!known) return Fail(ErrorCode::kUnknownGame, draw.game);
  if (special_rule && !CanBeSpecial(draw))
    return Fail(ErrorCode::kUsage, "the special rule is of ssq, from draw 2026014 on");
  if (special_rule || !CanBeSpecial(draw)) return OddsOf(draw, special_rule.value_or(false));
  LOTTERY_TRY(auto plays, OddsOf(draw, true));
  LOTTERY_TRY(const auto without, OddsOf(draw, false));
  plays.insert(plays.end(), without.begin(), without.end());
  return plays;
}

base::json::object ToJson(const OddsPlay& play) {
  base::json::array tiers;
  for (const auto& t : play.tiers) {
    base::json::object tier{{"tier", t.tier}, {"ways", t.ways}};
    if (t.each_fen > 0) tier["each_fen"] = t.each_fen;
    tiers.push_back(std::move(tier));
  }
  base::json::object out{{"zh", play.zh},
                         {"en", play.en},
                         {"all", play.all},
                         {"any_prize", play.any_prize},
                         {"fixed_return_ppm", play.fixed_return_ppm},
                         {"tiers", std::move(tiers)}};
  if (play.special_rule) out["special_rule"] = *play.special_rule;
  return out;
}

std::string OddsText(const std::vector<OddsPlay>& plays) {
  std::string out;
  for (const auto& p : plays) {
    out += fmt::format("{} {}: 中奖 wins 1 in {:.2f}, 固定奖返还 fixed prizes give back {:.2f} %\n",
                       p.zh, p.en, static_cast<double>(p.all) / static_cast<double>(p.any_prize),
                       static_cast<double>(p.fixed_return_ppm) / 10'000);
    for (const auto& t : p.tiers) {
      const std::string each = t.each_fen == 0
                                   ? "浮动 floats"
                                   : base::Money::FromFen(t.each_fen).ToYuanText() + " 元 yuan";
      out += fmt::format("  {:>2}  {:>15} / {}  1 in {:<16.2f} {}\n", t.tier, t.ways, p.all,
                         static_cast<double>(p.all) / static_cast<double>(t.ways), each);
    }
  }
  return out;
}

}  // namespace lottery::compliance
