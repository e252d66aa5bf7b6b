#include "settlement/bank.h"

#include <gtest/gtest.h>

namespace lottery::settlement {
namespace {

TEST(BankStatement, IsReadToTheFen) {
  const auto credits = ParseBankCsv(
      "\xef\xbb\xbf"
      "date,reference,amount\r\n2026-11-20,a-1,1000.00\r\n2026-11-21,a-2,0.01\r\n");
  ASSERT_TRUE(credits.has_value()) << credits.error().detail;
  ASSERT_EQ(credits->size(), 2u);
  EXPECT_EQ((*credits)[0].amount.fen(), 100'000);
  EXPECT_EQ((*credits)[1].amount.fen(), 1);
  EXPECT_EQ((*credits)[1].day, "2026-11-21");
}

TEST(BankStatement, NamesTheLineThatIsWrong) {
  const std::string heading = "date,reference,amount\n2026-11-20,good,1.00\n";
  for (const std::string line :
       {"2026-11-20,a", "2026-13-20,a,1.00", "2026-1-020,a,1.00", "20261120,a,1.00",
        "2026-11-20,,1.00", "2026-11-20,a,1", "2026-11-20,a,1.0", "2026-11-20,a,-1.00",
        "2026-11-20,a,0.00", "2026-11-20,a,.00", "2026-11-20,a,1,000.00", "2026-11-20,good,1.00",
        "2026-11-20,a,99999999999999.00"}) {
    const auto credits = ParseBankCsv(heading + line + "\n");
    ASSERT_FALSE(credits.has_value()) << line;
    EXPECT_EQ(credits.error().code, base::ErrorCode::kUsage);
    EXPECT_TRUE(credits.error().detail.starts_with("line 3: ")) << credits.error().detail;
  }
  EXPECT_FALSE(ParseBankCsv("").has_value());
  EXPECT_FALSE(ParseBankCsv("day,ref,amount\n").has_value());
}

}  // namespace
}  // namespace lottery::settlement
