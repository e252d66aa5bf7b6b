// The door for text: what nobody can see is taken off, what nobody can have meant is refused.
#include "base/text.h"

#include <gtest/gtest.h>

namespace lottery::base {
namespace {

TEST(Text, BlanksAroundAValueAreTakenOff) {
  for (const char* raw : {"a", " a", "a\t", "\r\na\r\n",
                          "\xc2\xa0"
                          "a",
                          "a\xe3\x80\x80",
                          "\xef\xbb\xbf"
                          "a",
                          "\xe2\x80\x8b"
                          "a\xe2\x80\x8b",
                          " \t\xc2\xa0"
                          "a \x0b"})
    EXPECT_EQ(Trim(raw), "a") << raw;
  EXPECT_EQ(Trim("a b"), "a b");
  EXPECT_EQ(Trim(" \xe3\x80\x80 "), "");
  EXPECT_EQ(Trim("\xc3"), "\xc3") << "broken text is left to the one who checks it";
}

TEST(Text, FullWidthFormsAreTheirTwins) {
  EXPECT_EQ(ToHalfWidth("３０　＋０９｜ａＺ"), "30 +09|aZ");
  EXPECT_EQ(ToHalfWidth("双色球 30"), "双色球 30");
  EXPECT_EQ(ToHalfWidth("\xff"
                        "3"),
            "\xff"
            "3");
}

TEST(Text, ALineHasNoControlCharactersAndIsUtf8) {
  for (const char* good : {"", "a", "中文", "\xf0\x9f\x99\x82", "a b"})
    EXPECT_TRUE(CheckLine(good)) << good;
  const std::string_view bad[] = {
      {"a\0b", 3},    "a\tb",     "a\nb",     "\x7f",         "\xc2\x85",
      "\xe2\x80\xa8", "\xd6\xd0", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
      "\xe4\xb8",     "\xff"};
  for (const auto text : bad) EXPECT_FALSE(CheckLine(text)) << text;
  EXPECT_EQ(CheckLine("ab\x01").error().detail, "octet 3 is a control character");
}

TEST(Text, WhatAPersonSaysIsOneLineThatCanBeSeen) {
  for (const std::string& good :
       {std::string("a"), std::string("球机故障，换用备机"), std::string(kLongestSaid, 'x')})
    EXPECT_TRUE(CheckSaid("reason", good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("  "), std::string("\xe3\x80\x80"), std::string("a\nb"),
        std::string("\x1b[2J"), std::string("a\xe2\x80\x8b"), std::string("\xd6\xd0"),
        std::string(kLongestSaid + 1, 'x')}) {
    const auto said = CheckSaid("reason", bad);
    ASSERT_FALSE(said.has_value()) << bad;
    EXPECT_EQ(said.error().detail.substr(0, 7), "reason:");
  }
}

TEST(Text, NothingThatSteersATerminalIsShownOnOne) {
  EXPECT_EQ(ForScreen("第 3 行\nrow 3"), "第 3 行\nrow 3");
  EXPECT_EQ(ForScreen("\x1b[2Jx\x07"), "\xef\xbf\xbd[2Jx\xef\xbf\xbd");
  EXPECT_EQ(ForScreen("\xd6\xd0"), "\xef\xbf\xbd\xef\xbf\xbd") << "each octet once";
  EXPECT_EQ(ForScreen("a\xe2\x80\xae"
                      "b\r"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(ForScreen("refused\n\tIs the server running?"), "refused\n Is the server running?");
  EXPECT_EQ(ForScreen(""), "");
}

TEST(Text, AFileOfPeopleIsCleanedOrRefusedWithItsLine) {
  EXPECT_EQ(*CleanFileText("\xef\xbb\xbf"
                           "a\r\nb"),
            "a\r\nb");
  const auto gbk = CleanFileText("a\nb\n\xd6\xd0\n");
  ASSERT_FALSE(gbk.has_value());
  EXPECT_EQ(gbk.error().position, 3);
  const auto nul = CleanFileText(std::string_view("a\n\0b", 4));
  ASSERT_FALSE(nul.has_value());
  EXPECT_EQ(nul.error().position, 2);
  EXPECT_FALSE(CleanFileText(std::string_view("\xff\xfe"
                                              "a\0",
                                              4))
                   .has_value())
      << "UTF-16";
}

TEST(Text, EveryCodePointComesBack) {
  for (char32_t c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 251) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    AppendUtf8(text, c);
    std::string_view rest = text;
    ASSERT_EQ(NextCodePoint(rest), c);
    ASSERT_TRUE(rest.empty());
  }
}

TEST(Text, AMisspeltWordFindsItsNeighbour) {
  const std::vector<std::string> known = {"multiplier", "draws", "void", "id"};
  EXPECT_EQ(NearestOf("multipler", known), "multiplier");
  EXPECT_EQ(NearestOf("multiplyer", known), "multiplier");
  EXPECT_EQ(NearestOf("drawss", known), "draws");
  EXPECT_EQ(NearestOf("price", known), "");
  EXPECT_EQ(NearestOf("xy", known), "") << "two letters of two are no likeness";
}

}  // namespace
}  // namespace lottery::base
