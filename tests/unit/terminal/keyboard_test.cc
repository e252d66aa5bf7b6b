// Hands and scanners through one channel, and what a scanned text is.
#include "terminal/keyboard.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "terminal/backoff.h"
#include "terminal/scan.h"

namespace lottery::terminal {
namespace {

// Strokes `gap_ms` apart.
std::vector<Input> Send(Keyboard& keyboard, std::string_view text, std::int64_t& now_ms,
                        std::int64_t gap_ms) {
  while (!text.empty()) {
    const char32_t c = *base::NextCodePoint(text);
    using Kind = Stroke::Kind;
    const Kind kind = c == '\r'     ? Kind::kCarriageReturn
                      : c == '\n'   ? Kind::kLineFeed
                      : c == '\t'   ? Kind::kTab
                      : c == '\b'   ? Kind::kBackspace
                      : c == '\x1b' ? Kind::kEscape
                      : c < ' '     ? Kind::kOther
                                    : Kind::kCharacter;
    keyboard.Take({kind, kind == Kind::kCharacter ? c : 0, now_ms});
    now_ms += gap_ms;
  }
  now_ms += Keyboard::kBurstGapMs;
  return keyboard.Due(now_ms);
}

TEST(Keyboard, AHandGivesKeysAndAScannerABurst) {
  for (const std::int64_t gap : {80, 100, 250}) {
    Keyboard keyboard;
    std::int64_t now = 1000;
    const auto keys = Send(keyboard, "5x\r", now, gap);
    ASSERT_EQ(keys.size(), 3U) << gap;
    EXPECT_FALSE(keys[0].burst || keys[1].burst || keys[2].burst);
    EXPECT_EQ(keys[2].key.kind, Key::Kind::kEnter);
  }
  for (const std::int64_t gap : {0, 1, 8, 40, 79}) {
    for (const char* end : {"\r", "\n", "\r\n", "\t", "", "\t\r"}) {
      Keyboard keyboard;
      std::int64_t now = 1000;
      const auto inputs = Send(keyboard, std::string("６9211685") + end, now, gap);
      ASSERT_FALSE(inputs.empty());
      for (const auto& input : inputs) EXPECT_TRUE(input.burst) << gap;
      EXPECT_EQ(inputs[0].text, "69211685");
      EXPECT_EQ(inputs[0].ended, *end != 0);
    }
  }
}

TEST(Keyboard, ALineFeedBehindACarriageReturnIsTheSameLineEnd) {
  Keyboard keyboard;
  std::int64_t now = 1000;
  EXPECT_EQ(Send(keyboard, "ab\r\n", now, 5).size(), 1U);
  EXPECT_EQ(Send(keyboard, "ab\r", now, 5).size(), 1U);
  EXPECT_EQ(Send(keyboard, "\n", now, 5).size(), 0U) << "a slow scanner's";
  now += Keyboard::kLineEndMs;
  const auto alone = Send(keyboard, "\n", now, 5);
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].key.kind, Key::Kind::kEnter);
}

TEST(Keyboard, ALineFeedBehindACodeEndsItHoweverSoonAReturnCameBefore) {
  Keyboard keyboard;
  std::int64_t now = 1000;
  ASSERT_EQ(Send(keyboard, "\r", now, 5).size(), 1U);
  const auto inputs = Send(keyboard, "69211685\n", now, 5);
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_TRUE(inputs[0].ended);
}

TEST(Keyboard, TwoCodesInOneBreathAreTwo) {
  Keyboard keyboard;
  std::int64_t now = 1000;
  const auto inputs = Send(keyboard, "abc\r\ndef\r\n", now, 3);
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(inputs[0].text, "abc");
  EXPECT_EQ(inputs[1].text, "def");
}

TEST(Keyboard, AHeldBackspaceIsManyAndEveryStrokeIsTold) {
  Keyboard keyboard;
  std::int64_t now = 1000;
  EXPECT_EQ(Send(keyboard, "\b\b\b\b", now, 33).size(), 4U);
  int told = 0;
  for (const auto& input : Send(keyboard, std::string(2000, 'x'), now, 1)) told += input.strokes;
  EXPECT_EQ(told, 2000);
}

TEST(Keyboard, ABurstSaysThatKeysWereInItWhichAreNoText) {
  for (const char* keys : {"12\b\r", "1\b2", "12\x1b"}) {
    Keyboard keyboard;
    std::int64_t now = 1000;
    const auto inputs = Send(keyboard, keys, now, 20);
    ASSERT_EQ(inputs.size(), 1U);
    EXPECT_TRUE(inputs[0].mixed) << keys;
  }
}

TEST(Keyboard, WhatAScannerSendsInFrontOfACodeIsLeftOut) {
  for (const char* front : {"\t", "\x02", "\x02\t", "\x1d"}) {
    Keyboard keyboard;
    std::int64_t now = 1000;
    const auto inputs = Send(keyboard, std::string(front) + "69211685\r", now, 5);
    ASSERT_EQ(inputs.size(), 1U);
    EXPECT_EQ(inputs[0].text, "69211685");
    EXPECT_TRUE(inputs[0].burst && inputs[0].ended);
    EXPECT_FALSE(inputs[0].mixed);
  }
  for (const char* keys : {"\x1b"
                           "6921",
                           "\r6921", "\b6921"}) {  // keys of a hand, each told
    Keyboard keyboard;
    std::int64_t now = 1000;
    int told = 0;
    for (const auto& input : Send(keyboard, keys, now, 5)) told += input.strokes;
    EXPECT_EQ(told, 5);
  }
}

TEST(Keyboard, TwoCodesWithACharacterInFrontOfEachAreTwo) {
  Keyboard keyboard;
  std::int64_t now = 1000;
  const auto codes = Send(keyboard, "\x02\x36\x39\r\x02\x31\x32\r", now, 5);
  ASSERT_EQ(codes.size(), 2U);
  EXPECT_EQ(codes[0].text, "69");
  EXPECT_EQ(codes[1].text, "12");
  EXPECT_EQ(codes[0].strokes + codes[1].strokes, 8);
  EXPECT_FALSE(codes[0].mixed || codes[1].mixed);
}

TEST(Keyboard, NothingIsToldBeforeTheGapIsOver) {
  Keyboard keyboard;
  keyboard.Take({Stroke::Kind::kCharacter, U'5', 1000});
  EXPECT_TRUE(keyboard.Due(1000 + Keyboard::kBurstGapMs - 1).empty());
  EXPECT_EQ(keyboard.Due(1000 + Keyboard::kBurstGapMs).size(), 1U);
}

TEST(Scan, IsKnownByItsShape) {
  const std::string hash = "FQ8-8wbok0lc94WetqTML1M8xxFxNNperfngnAhdUL4";
  const std::string code = "lottery.example/ssq/2026097:4:" + hash;
  const std::string secret =
      "0c7e924a4806472ef5570c652d539a52-"
      "108013c78816021675d1dae75ad78e119b0fa40f4cabf01beea1e63bd64c8c4e";
  const auto kind = [](std::string_view text) { return ClassifyScan(text).kind; };
  std::string other = code;
  for (char& c : other)
    c = static_cast<char>(std::isalpha(static_cast<unsigned char>(c)) != 0 ? c ^ 0x20 : c);
  for (const auto& text : {code, " " + code + "\r", "]Q1" + code, "]d2" + code, other, code + "\t",
                           "\xe3\x80\x80" + code, "ｌottery.example/ssq/2026097：4：" + hash,
                           "lottery。example、ssq、2026097:4:" + hash, "]q1" + other}) {
    const Scan scan = ClassifyScan(text);
    EXPECT_EQ(scan.kind, Scan::Kind::kPublicCode) << text;
    EXPECT_EQ(scan.public_code.ToText(), code) << text;
  }
  for (const auto& text : {secret, secret + "\r\n", "]Q3" + secret, " " + secret})
    EXPECT_EQ(kind(text), Scan::Kind::kSecretCode) << text;
  for (const char* text : {"6921168511280", "01234565", "123456", "00012345678905", "６９２１１６"})
    EXPECT_EQ(kind(text), Scan::Kind::kGoods) << text;
  for (const char* text : {"", "5", "12345", "lottery", "https://example.com",
                           "lottery.example/ssq/2026097:4", "ABC-abc-1234", "12345678-12345678"})
    EXPECT_EQ(kind(text), Scan::Kind::kOther) << text;
}

TEST(Backoff, GrowsToABoundAndIsNotTheSameForAll) {
  Backoff backoff;
  std::uint32_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const auto pause = backoff.NextMs(0);
    EXPECT_GE(pause, last);
    EXPECT_LE(pause, Backoff::kMostMs);
    last = pause;
  }
  EXPECT_EQ(last, Backoff::kMostMs);
  EXPECT_LT(backoff.NextMs(1000), Backoff::kMostMs);
  EXPECT_GE(backoff.NextMs(0xffffffff), Backoff::kMostMs * 3 / 4);
  backoff.Reset();
  EXPECT_LE(backoff.NextMs(7), Backoff::kFirstMs);
}

}  // namespace
}  // namespace lottery::terminal
