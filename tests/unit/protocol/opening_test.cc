// What a game can begin with.
#include <gtest/gtest.h>

#include "protocol/documents.h"

namespace lottery::protocol {
namespace {

std::string Of(const std::string& game, const std::string& pool, const std::string& more = "") {
  return R"({"game":")" + game + R"(","pool_fen":)" + pool +
         R"(,"adjustment_fen":5,"special_rule":false)" + more + "}";
}

TEST(Opening, OfEveryGame) {
  EXPECT_TRUE(ParseOpening(Of("ssq", "300000000000")));
  EXPECT_TRUE(ParseOpening(Of("qlc", "0")));
  EXPECT_TRUE(ParseOpening(Of("kl8", "7", R"(,"fixed_pool_fen":3)")));
  EXPECT_TRUE(ParseOpening(
      Of("3d", "7", R"(,"pools":[{"jurisdiction":"11","pool_fen":7,"adjustment_fen":5}])")));
}

TEST(Opening, RefusesWhatNoDrawCanBeSettledWith) {
  EXPECT_FALSE(ParseOpening(Of("ssq", "150")));  // no whole yuan
  EXPECT_FALSE(ParseOpening(Of("qlc", "101")));
  EXPECT_FALSE(ParseOpening(Of("ssq", "-100")));
  EXPECT_FALSE(ParseOpening(Of("dlt", "100")));  // not a game of the welfare lottery
  EXPECT_FALSE(ParseOpening(Of("kl8", "7")));    // lacks its second pool
  EXPECT_FALSE(ParseOpening(
      Of("3d", "8", R"(,"pools":[{"jurisdiction":"11","pool_fen":7,"adjustment_fen":5}])")));
}

}  // namespace
}  // namespace lottery::protocol
