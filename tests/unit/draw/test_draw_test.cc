#include "draw/test_draw.h"

#include <gtest/gtest.h>

#include "protocol/names.h"

namespace lottery::draw {
namespace {

// What docs/formats/outcome.md gives, computed from that page by another program.
TEST(TestDraws, AreWhatIsKnown) {
  for (const auto game : games::kGames) {
    const auto draws = TestDraws(game);
    ASSERT_TRUE(draws.has_value());
    ASSERT_EQ(draws->size(), 3u);
    for (const auto& test : *draws) EXPECT_TRUE(test.Holds()) << game;
    EXPECT_TRUE(CheckTestDraws(game).has_value());
  }
  EXPECT_EQ(CheckTestDraws("xyz").error().code, base::ErrorCode::kUnknownGame);
}

TEST(TestDraws, ATestThatDiffersIsSeen) {
  auto test = TestDraws("ssq")->front();
  ++test.drawn.extra;
  EXPECT_FALSE(test.Holds());
  test = TestDraws("3d")->front();
  std::swap(test.drawn.numbers[0], test.drawn.numbers[2]);
  EXPECT_FALSE(test.Holds());
}

TEST(TestDraws, AreShownAsTheGameIs) {
  EXPECT_EQ(protocol::NumbersText("ssq", {1, 2, 3, 4, 5, 33}, 7), "01 02 03 04 05 33 + 07");
  EXPECT_EQ(protocol::NumbersText("qlc", {1, 2, 3, 4, 5, 6, 30}, 7), "01 02 03 04 05 06 30 + 07");
  EXPECT_EQ(protocol::NumbersText("3d", {6, 6, 3}, 0), "6 6 3");
}

}  // namespace
}  // namespace lottery::draw
