#include "compliance/sales_view.h"

#include <gtest/gtest.h>

namespace lottery::compliance {
namespace {

AuditView WithPlans(const std::vector<int>& draws) {
  AuditView audit;
  for (const int draw : draws) {
    const base::json::object entry{{"kind", "plan"},
                                   {"by", "operator"},
                                   {"body", base::json::object{{"game", "ssq"}, {"draw", draw}}}};
    EXPECT_TRUE(audit.Add(protocol::AuditLeaf{{1}, base::ToLine(entry)}.Encode()).has_value());
  }
  return audit;
}

TEST(AuditCalendar, CoversCountsPlannedDrawsAcrossTheTurnOfTheYear) {
  const auto audit = WithPlans({2026150, 2026151, 2027001, 2027002});
  EXPECT_TRUE(audit.Covers("ssq", 2026150, 1, 2026150));
  EXPECT_FALSE(audit.Covers("ssq", 2026150, 1, 2026151));
  EXPECT_TRUE(audit.Covers("ssq", 2026150, 3, 2027001));
  EXPECT_FALSE(audit.Covers("ssq", 2026150, 3, 2027002));
  EXPECT_FALSE(audit.Covers("ssq", 2026151, 9, 2026150)) << "a draw before the first";
  EXPECT_FALSE(audit.Covers("ssq", 2026149, 9, 2026150)) << "from a draw nobody planned";
  EXPECT_FALSE(audit.Covers("3d", 2026150, 1, 2026150)) << "another game";
}

TEST(AuditCalendar, BeforeIsThePlannedDrawInFront) {
  const auto audit = WithPlans({2026151, 2027001});
  ASSERT_TRUE(audit.Before({"ssq", 2027001}).has_value());
  EXPECT_EQ(audit.Before({"ssq", 2027001})->number, 2026151);
  EXPECT_FALSE(audit.Before({"ssq", 2026151}).has_value());
}

// A number cut to the width of its field would be another terminal's key.
TEST(AuditKeys, ATerminalsNumberFitsItsField) {
  const auto key = crypto::SigningKey::Generate();
  const auto enrol = [&](const char* terminal) {
    base::json::object body{{"jurisdiction", "110000"},
                            {"public_key", base::ToHex(key.public_key())}};
    body["terminal"] = *base::ParseJson(terminal);
    const base::json::object entry{{"kind", "enrol"}, {"by", "operator"}, {"body", body}};
    AuditView audit;
    return audit.Add(protocol::AuditLeaf{{1}, base::ToLine(entry)}.Encode()).has_value();
  };
  for (const char* good : {"1", "7", "2147483647"}) EXPECT_TRUE(enrol(good)) << good;
  for (const char* bad :
       {"0", "-1", "-4294967289", "2147483648", "4294967303", "9223372036854775807",
        "18446744073709551615", "7.0", "7e0", "\"7\"", "null"})
    EXPECT_FALSE(enrol(bad)) << bad;
}

}  // namespace
}  // namespace lottery::compliance
