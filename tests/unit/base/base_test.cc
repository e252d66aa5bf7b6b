#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/money.h"

namespace lottery::base {
namespace {

TEST(Money, AddSubMulReportOverflow) {
  const Money most = Money::FromFen(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(most.Add(Money::FromFen(1)).error().code, ErrorCode::kAmountOverflow);
  EXPECT_FALSE(
      Money::FromFen(std::numeric_limits<std::int64_t>::min()).Sub(Money::FromFen(1)).has_value());
  EXPECT_FALSE(most.Mul(2).has_value());
  EXPECT_FALSE(Money::FromYuan(std::numeric_limits<std::int64_t>::max() / 50).has_value());
  EXPECT_EQ(Money::FromYuan(3)->fen(), 300);
}

TEST(Money, TextShowsYuanAndFen) {
  EXPECT_EQ(Money::FromFen(-5).ToYuanText(), "-0.05");
  EXPECT_EQ(Money::FromFen(123456).ToYuanText(), "1234.56");
}

TEST(ErrorCodes, NumbersAreUniqueAndEverySentenceIsThere) {
  std::set<int> numbers;
#define X(name, number, transient, zh, en)             \
  EXPECT_TRUE(numbers.insert(number).second) << #name; \
  EXPECT_GT(std::string_view(zh).size(), 3U);          \
  EXPECT_EQ(ErrorCodeFrom(number), ErrorCode::name);   \
  EXPECT_EQ(NameOf(ErrorCode::name), #name);
#include "base/error_codes.def"
#undef X
  EXPECT_FALSE(ErrorCodeFrom(9999).has_value());
}

TEST(Bytes, Base64IsStrict) {
  for (const char* bad : {"A", "AA", "AA=A", "AB==", "AAB=", "A===", "AAAA=", "A A="}) {
    EXPECT_FALSE(FromBase64(bad).has_value()) << bad;
  }
  for (int n = 0; n < 40; ++n) {
    Bytes bytes(static_cast<std::size_t>(n), static_cast<char>(n * 37));
    EXPECT_EQ(*FromBase64(ToBase64(bytes)), bytes);
    EXPECT_EQ(*FromBase64Url(ToBase64Url(bytes)), bytes);
    EXPECT_EQ(*FromHex(ToHex(bytes)), bytes);
  }
}

TEST(Bytes, HexOfADocumentHasOneText) {
  for (const char* bad : {"a", "0g", "AB", "aB", "a ", "0x"})
    EXPECT_FALSE(FromHex(bad).has_value()) << bad;
  EXPECT_EQ(*FromHexAnyCase("aB09"), *FromHex("ab09"));
  EXPECT_FALSE(FromHexAnyCase("0G").has_value());
}

TEST(Bytes, ReaderStaysEmptyAfterAShortRead) {
  ByteReader reader(ByteView("\0\5ab", 4));
  EXPECT_EQ(reader.Short(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U64(), 0U);
}

TEST(Clock, IsoRoundTripsAndBeijingDayTurnsAt16Utc) {
  const auto t = FromIso("2026-08-18T15:59:59.999Z");
  ASSERT_TRUE(t.has_value());
  EXPECT_EQ(ToIso(*t), "2026-08-18T15:59:59.999Z");
  EXPECT_EQ(ToBeijingText(*t), "2026-08-18 23:59:59");
  EXPECT_EQ(BeijingDay({t->ms + 1}), BeijingDay(*t) + 1);
  for (const char* bad :
       {"2026-02-30T00:00:00.000Z", "2026-08-18 15:59:59.999Z", "2026-08-18T24:00:00.000Z", ""}) {
    EXPECT_FALSE(FromIso(bad).has_value()) << bad;
  }
}

TEST(Json, MistypedMembersAreNamed) {
  const auto object = ParseJsonObject(R"({"a": 1.5, "b": "x"})");
  ASSERT_TRUE(object.has_value());
  EXPECT_FALSE(GetInt(*object, "a").has_value());
  EXPECT_NE(GetInt(*object, "b").error().detail.find("\"b\""), std::string::npos);
  EXPECT_FALSE(ParseJson("{\"a\":1} trailing").has_value());
  EXPECT_EQ(ToPretty(*object), ToPretty(*ParseJson(ToPretty(*object))));
}

}  // namespace
}  // namespace lottery::base
