// Slips and bets as they are written and typed: taken as meant, or refused by name.
#include "terminal/slip.h"

#include <gtest/gtest.h>

#include "games/order.h"
#include "terminal/bet_text.h"

namespace lottery::terminal {
namespace {
using base::ErrorCode;

constexpr const char* kGood =
    R"({"id":"s","game":"ssq","draw":2026097,"bets":["01 02 03 04 05 06 + 07"])";

TEST(Slip, AMemberThatIsMisspeltMistypedOrOutOfItsRangeIsNamed) {
  const std::pair<const char*, const char*> rows[] = {{R"("multiplier":5.0)", "multiplier"},
                                                      {R"("multipler":5)", "multipler"},
                                                      {R"("multiplyer":5)", "multiplyer"},
                                                      {R"("multiplier":4294967297)", "multiplier"},
                                                      {R"("multiplier":"5")", "multiplier"},
                                                      {R"("multiplier":-1)", "multiplier"},
                                                      {R"("multiplier":null)", "multiplier"},
                                                      {R"("void":"true")", "void"},
                                                      {R"("void":1)", "void"},
                                                      {R"("price_fen":"99999")", "price_fen"},
                                                      {R"("price_fen":200.5)", "price_fen"},
                                                      {R"("price_fen":-200)", "price_fen"},
                                                      {R"("drawss":2)", "drawss"},
                                                      {R"("draws":4294967298)", "draws"},
                                                      {R"("draws":1e1)", "draws"},
                                                      {R"("Draws":2)", "Draws"},
                                                      {R"("bets ":[])", "bets "},
                                                      {R"("price":200)", "price"},
                                                      {R"("ｄraws":2)", "ｄraws"},
                                                      {R"("draws":2,"draws":1)", "draws"}};
  for (const auto& [member, name] : rows) {
    const auto slip = ParseSlip(std::string(kGood) + "," + member + "}", false);
    ASSERT_FALSE(slip.has_value()) << member;
    EXPECT_EQ(slip.error().code, ErrorCode::kBadJson) << member;
    EXPECT_NE(slip.error().detail.find(name), std::string::npos) << slip.error().detail;
  }
  for (const char* draw : {"2026097.0", "\"2026097\"", "99999999999", "-1"}) {
    const auto slip = ParseSlip(
        std::string(R"({"id":"s","game":"ssq","bets":["01 02 03 04 05 06 + 07"],"draw":)") + draw +
            "}",
        false);
    ASSERT_FALSE(slip.has_value()) << draw;
    EXPECT_NE(slip.error().detail.find("draw"), std::string::npos);
  }
  for (const char* bet :
       {R"({"reds":[1,2,3,4,5,6],"blue":[7]})", R"({"reds":[1,2,3,4,5,6.0],"blues":[7]})",
        R"({"reds":[1,2,3,4,5,6],"blues":[7],"banker":[8]})", "5", "null",
        R"({"reds":[1,2,3,4,5,256],"blues":[7]})"}) {
    const auto slip = ParseSlip(
        std::string(R"({"id":"s","game":"ssq","draw":2026097,"bets":[)") + bet + "]}", false);
    EXPECT_EQ(slip ? ErrorCode::kInternal : slip.error().code, ErrorCode::kBadJson) << bet;
  }
}

TEST(Slip, WhatIsStatedIsKept) {
  const auto plain = ParseSlip(std::string(kGood) + "}", true);
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->order.price_fen(), 200);
  const auto stated = ParseSlip(std::string(kGood) + R"(,"price_fen":99999})", false);
  ASSERT_TRUE(stated.has_value());
  EXPECT_EQ(stated->order.price_fen(), 99999) << "it goes to central, which refuses it";
  EXPECT_EQ(ParseSlip(std::string(kGood) + R"(,"price_fen":99999})", true).error().code,
            ErrorCode::kWrongPrice);
  const auto many =
      ParseSlip(std::string(kGood) + R"(,"draws":2,"multiplier":5,"void":true})", true);
  ASSERT_TRUE(many.has_value());
  EXPECT_EQ(many->order.price_fen(), 2000);
  EXPECT_TRUE(many->take_back);
}

TEST(Slip, ARefusedSlipKeepsItsName) {
  EXPECT_EQ(SlipId(R"({"id":"s9","game":"ssq","drawss":1})"), "s9");
  EXPECT_EQ(SlipId("nonsense"), "");
  EXPECT_EQ(SlipId(R"({"id":5})"), "");
}

TEST(BetText, IsReadAsItIsMeant) {
  const std::tuple<const char*, const char*, const char*> rows[] = {
      {"ssq", "01 05 11 17 23 30 + 09", "01 05 11 17 23 30 + 09"},
      {"ssq", "1 5 11 17 23 30+9", "01 05 11 17 23 30 + 09"},
      {"ssq", "01051117233009", "01 05 11 17 23 30 + 09"},
      {"ssq", "010511172330+09", "01 05 11 17 23 30 + 09"},
      {"ssq", "01,05,11，17、23,30+09", "01 05 11 17 23 30 + 09"},
      {"ssq", "01 05 11 17 23 3０ ＋ 09", "01 05 11 17 23 30 + 09"},
      {"ssq", "０１０５１１１７２３３００９", "01 05 11 17 23 30 + 09"},
      {"ssq", " 01 05 11 17 23 30 + 09\t", "01 05 11 17 23 30 + 09"},
      {"ssq", "01|02 03 04 05 06 07+08", "01 | 02 03 04 05 06 07 + 08"},
      {"qlc", "01051117232830", "01 05 11 17 23 28 30"},
      {"qlc", "30 28 23 17 11 05 01", "01 05 11 17 23 28 30"},
      {"kl8", "3：08 15 22", "08 15 22"},
      {"kl8", "3:081522", "08 15 22"},
      {"kl8", "08152231", "08 15 22 31"},
      {"3d", "358", "3 5 8"},
      {"3d", "3 5 8", "3 5 8"},
      {"3d", "３５８", "3 5 8"}};
  for (const auto& [game, typed, shown] : rows) {
    const auto bet = ParseBetText(game, typed);
    ASSERT_TRUE(bet.has_value()) << typed << ": " << bet.error().detail;
    EXPECT_EQ(BetText(*bet), shown) << typed;
  }
}

TEST(BetText, TheNumberThatIsWrongIsNamed) {
  const std::tuple<const char*, const char*, const char*> rows[] = {
      {"ssq", "01 05 11 17 23 34 + 09", "34"},
      {"ssq", "01 05 11 17 23 30 + 17", "17"},
      {"ssq", "01 05 11 17 05 30 + 09", "05"},
      {"ssq", "01 05 11 17 23 30", "蓝球"},
      {"ssq", "01 05 1x 17 23 30 + 09", "1x"},
      {"ssq", "00 05 11 17 23 30 + 09", "00"},
      {"ssq", "0105111723340", "蓝球"},
      {"ssq", "01051117233499", "34"},
      {"qlc", "01 05 11 17 23 28 31", "31"},
      {"qlc", "01 05 11 17 23 28", ""},
      {"qlc", "01 | 01 05 11 17 23 28", "01"},
      {"kl8", "2: 81 05", "81"},
      {"kl8", "11: 01 02", ""},
      {"kl8", "0x2: 01 02", ""},
      {"3d", "12x", ""},
      {"3d", "1 2", ""},
      {"ssq", "255 05 11 17 23 30 + 09", "255"},
      {"qlc", "005 11 17 23 28 30 29", ""}};
  for (const auto& [game, typed, named] : rows) {
    const auto bet = ParseBetText(game, typed);
    ASSERT_FALSE(bet.has_value()) << typed;
    EXPECT_EQ(bet.error().code, ErrorCode::kIllegalBet) << typed;
    EXPECT_NE(bet.error().detail.find(named), std::string::npos)
        << typed << ": " << bet.error().detail;
  }
}

}  // namespace
}  // namespace lottery::terminal
