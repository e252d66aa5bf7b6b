// The announced pools of 快乐8 against what the rule book says of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "games/rules.h"
#include "tests/unit/csv.h"

namespace lottery::games {
namespace {

struct Announced {
  const RuleVersion* rule;
  std::int32_t draw;
  std::int64_t sales, pool, change;  // in fen; the change since the draw before
};

std::vector<Announced> AnnouncedPools() {
  std::vector<Announced> out;
  for (const auto& row : tests::ReadCsv("kl8_pools.csv")) {
    const std::int64_t pool = row.Fen("pool_after_yuan");
    out.push_back({*RuleFor("kl8", row.Draw()), row.Draw(), row.Number("sales_yuan") * 100, pool,
                   out.empty() ? 0 : pool - out.back().pool});
  }
  return out;
}

TEST(Kl8Pools, NoAnnouncedPoolIsAboveTheLimitOfItsVersion) {
  constexpr std::int64_t kOnceBelieved = 20'000'000'000;  // 200 million yuan in every version
  int above = 0, limited = 0;
  for (const auto& a : AnnouncedPools()) {
    const std::int64_t most = a.rule->Get("pool_most_yuan") * 100;
    EXPECT_TRUE(most == 0 || a.pool <= most) << a.draw;
    above += a.pool > kOnceBelieved ? 1 : 0;
    limited += most != 0 ? 1 : 0;
  }
  EXPECT_EQ(above, 435);
  EXPECT_EQ(limited, 223);
}

// A line adds its share to the pool, and winners are paid whole yuan: every change is a multiple of
// what divides all of these, and of nothing more. A pool that was emptied says nothing.
TEST(Kl8Pools, ChangesAreMultiplesOfWhatTheSharesAllow) {
  std::map<std::string, std::int64_t> announced;
  for (const auto& a : AnnouncedPools()) {
    if (a.pool == 0) continue;
    announced[a.rule->name] = std::gcd(announced[a.rule->name], a.change);
  }
  ASSERT_EQ(announced.size(), RuleBookOf("kl8").versions.size());
  for (const auto& [name, fen] : announced) {
    const auto& versions = RuleBookOf("kl8").versions;
    const auto version = std::find_if(versions.begin(), versions.end(),
                                      [&](const auto& v) { return v.name == name; });
    std::int64_t allowed = 100;
    for (const auto* share : {"floating_ppm_pick9", "floating_ppm_pick10"}) {
      const std::int64_t of_a_line = version->Get(share) * version->Get("line_price_fen");
      EXPECT_EQ(of_a_line % 1'000'000, 0) << name << " " << share << ": no whole fen";
      allowed = std::gcd(allowed, of_a_line / 1'000'000);
    }
    EXPECT_EQ(fen, allowed) << name;
  }
}

// Since both pools are announced: together they change by the current prize money less prizes,
// which are multiples of half a yuan. In the few other draws money came from elsewhere.
TEST(Kl8Pools, BothPoolsTogetherTakeTheCurrentShare) {
  const auto rows = tests::ReadCsv("kl8_pools.csv");
  int draws = 0, exact = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i - 1].Text("fixed_pool_after_yuan").empty()) continue;
    const auto both = [&](const tests::CsvRow& row) {
      return row.Fen("pool_after_yuan") + row.Fen("fixed_pool_after_yuan");
    };
    const std::int64_t current =
        rows[i].Number("sales_yuan") * (*RuleFor("kl8", rows[i].Draw()))->Get("current_percent");
    ++draws;
    exact += (both(rows[i]) - both(rows[i - 1]) - current) % 50 == 0 ? 1 : 0;
  }
  EXPECT_EQ(draws, 222);
  EXPECT_EQ(exact, 209);
}

}  // namespace
}  // namespace lottery::games
