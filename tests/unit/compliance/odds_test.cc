#include "compliance/odds.h"

#include <gtest/gtest.h>

namespace lottery::compliance {
namespace {

const OddsTier& TierOf(const OddsPlay& play, int tier) {
  for (const auto& t : play.tiers) {
    if (t.tier == tier) return t;
  }
  ADD_FAILURE() << "no tier " << tier;
  return play.tiers.front();
}

TEST(Odds, CountsAreTheKnownCombinations) {
  const auto ssq = *Odds({"ssq", 2026100}, true);
  ASSERT_EQ(ssq.size(), 1u);
  EXPECT_EQ(ssq[0].all, 17'721'088);
  EXPECT_EQ(TierOf(ssq[0], 1).ways, 1);
  EXPECT_EQ(TierOf(ssq[0], 2).ways, 15);
  EXPECT_EQ(TierOf(ssq[0], 3).ways, 162);
  EXPECT_EQ(TierOf(ssq[0], 7).ways, 20 * 2925 * 15);  // 福运奖
  const auto qlc = *Odds({"qlc", 2026100});
  EXPECT_EQ(qlc[0].all, 2'035'800);
  EXPECT_EQ(TierOf(qlc[0], 2).ways, 7);
  EXPECT_EQ(TierOf(qlc[0], 7).ways, 35 * 1540);
  const auto kl8 = *Odds({"kl8", 2026100});
  ASSERT_EQ(kl8.size(), 10u);
  EXPECT_EQ(kl8[9].all, 1'646'492'110'120);
  EXPECT_EQ(TierOf(kl8[9], 33).ways, 184'756);
  EXPECT_EQ(TierOf(kl8[9], 33).each_fen, 0);
}

// 福运奖 is paid under the special rule only; whether it is in force no draw number says.
TEST(Odds, TheSpecialRuleIsSaidOrBothCasesAreShown) {
  struct Case {
    bool special;
    std::int64_t any_prize, fixed_return_ppm;
    const char *zh, *en;
  };
  const Case cases[] = {{true, 2'066'488, 366'948, "特别规定生效", "special rule in force"},
                        {false, 1'188'988, 243'155, "特别规定未生效", "special rule not in force"}};
  for (const auto& draw : {protocol::DrawId{"ssq", 2026014}, {"ssq", 2026075}, {"ssq", 2026076}}) {
    const auto both = *Odds(draw);
    ASSERT_EQ(both.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      const auto one = *Odds(draw, cases[i].special);
      ASSERT_EQ(one.size(), 1u);
      for (const auto& play : {both[i], one[0]}) {
        EXPECT_EQ(play.special_rule, cases[i].special);
        EXPECT_EQ(play.any_prize, cases[i].any_prize);
        EXPECT_EQ(play.fixed_return_ppm, cases[i].fixed_return_ppm);
        EXPECT_EQ(ToJson(play).at("special_rule"), cases[i].special);
      }
      for (const auto* said : {cases[i].zh, cases[i].en})
        EXPECT_NE(OddsText(one).find(said), std::string::npos) << OddsText(one);
    }
  }
  const auto before = *Odds({"ssq", 2026013});
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before[0].any_prize, cases[1].any_prize);
  EXPECT_FALSE(ToJson(before[0]).contains("special_rule"));
  for (const auto& draw : {protocol::DrawId{"ssq", 2026013}, {"qlc", 2026100}, {"3d", 2026100}})
    EXPECT_EQ(Odds(draw, false).error().code, base::ErrorCode::kUsage) << draw.ToText();
}

TEST(Odds, ReturnsFollowTheVersion) {
  EXPECT_EQ((*Odds({"kl8", 2025350}))[0].fixed_return_ppm, 562'500);  // 4.5 yuan of four
  EXPECT_EQ((*Odds({"kl8", 2025349}))[0].fixed_return_ppm, 575'000);
  EXPECT_EQ((*Odds({"kl8", 2026100}))[8].fixed_return_ppm, 478'481);  // 9 of 9 takes 90 000
  EXPECT_EQ((*Odds({"kl8", 2026100}))[9].fixed_return_ppm, 289'310);  // and 10 of 10 280 000
  const auto d3 = *Odds({"3d", 2026001});
  EXPECT_EQ(d3[0].fixed_return_ppm, 520'000);
  for (const auto& play : d3) {
    EXPECT_EQ(play.all, 1000);
    EXPECT_GE(play.fixed_return_ppm, 490'000) << play.zh;
    EXPECT_LE(play.fixed_return_ppm, 548'000) << play.zh;
  }
  EXPECT_EQ(Odds({"3d", 2015001}).error().code, base::ErrorCode::kOldRule);
  EXPECT_EQ(Odds({"xyz", 2026001}).error().code, base::ErrorCode::kUnknownGame);
}

}  // namespace
}  // namespace lottery::compliance
