#include "settlement/replay.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "games/ssq_prize.h"

namespace lottery::settlement {
namespace {

TEST(Replay, EqualsEveryAnnouncement) {
  const auto csv =
      base::ReadFile(std::string(LOTTERY_SOURCE_DIR) + "/tests/data/ssq_announcements.csv");
  ASSERT_TRUE(csv.has_value());
  const auto summary = ReplaySsq(*csv, [](const base::json::object&) {});
  ASSERT_TRUE(summary.has_value()) << summary.error().detail;
  EXPECT_EQ(summary->rows, 2054);
  EXPECT_EQ(summary->compared, 2054);
  EXPECT_EQ(summary->differing, 0);
}

TEST(Replay, ABrokenRowIsNamed) {
  const std::string heading =
      "draw,sales_yuan,pool_before_yuan,injection_after_yuan,special_rule,t1_count,t2_count,"
      "t3_count,t4_count,t5_count,t6_count,t7_count\n";
  const std::string good = "2026001,2,0,0,0,0,0,0,0,0,0,0\n";
  for (const std::string row :
       {"x,2,0,0,0,0,0,0,0,0,0,0", "2026002,x,0,0,0,0,0,0,0,0,0,0", "2026002,2,0,0,0,0,0,0,0,0,0",
        "2026002,2,0,0,2,0,0,0,0,0,0,0", "99999999999,2,0,0,0,0,0,0,0,0,0,0",
        "2026002,-2,0,0,0,0,0,0,0,0,0,0", "2026002,2.0,0,0,0,0,0,0,0,0,0,0"}) {
    const auto result = ReplaySsq(heading + good + row + "\n", [](const base::json::object&) {});
    ASSERT_FALSE(result.has_value()) << row;
    EXPECT_EQ(result.error().position, 3) << row << ": " << result.error().detail;
  }
  const auto column = ReplaySsq("draw,sales_yuan\n2026001,12\n", [](const base::json::object&) {});
  ASSERT_FALSE(column.has_value());
  EXPECT_EQ(column.error().position, 1) << "the heading lacks a column";
}

TEST(SsqPrizes, EveryFenOfEveryDrawHasAnAddress) {
  for (std::int64_t step = 0; step < 3000; ++step) {
    games::SsqPrizeInput in;
    in.draw = step % 2 == 0 ? 2026096 : 2017001;
    in.special_rule = step % 6 == 0;
    in.sales = base::Money::FromFen(step * 7'919'800);
    in.pool_before = base::Money::FromFen(step * 311'700 % 40'000'000'000 / 100 * 100);
    for (std::size_t t = 0; t < 7; ++t)
      in.winners[t] = (step * static_cast<std::int64_t>(t + 3)) % (t < 2 ? 5 : 900);
    const auto out = games::ComputeSsqPrizes(in);
    ASSERT_TRUE(out.has_value());
    EXPECT_EQ(in.sales.fen() * 49 / 100 + in.pool_before.fen() + out->adjustment_paid.fen(),
              out->paid_total.fen() + out->pool_after.fen() + out->adjustment_gained.fen());
  }
}

TEST(SsqPrizes, SpecialRuleSwitchesWithHysteresis) {
  using base::Money;
  const auto yuan = [](std::int64_t y) { return *Money::FromYuan(y); };
  EXPECT_FALSE(games::SsqSpecialRuleNext(2026013, false, yuan(2'000'000'000)));
  EXPECT_TRUE(games::SsqSpecialRuleNext(2026014, false, yuan(1'500'000'000)));
  EXPECT_FALSE(games::SsqSpecialRuleNext(2026014, false, yuan(1'499'999'999)));
  EXPECT_TRUE(games::SsqSpecialRuleNext(2026075, true, yuan(300'000'000)));
  EXPECT_FALSE(games::SsqSpecialRuleNext(2026076, true, yuan(283'183'968)));
}

}  // namespace
}  // namespace lottery::settlement
