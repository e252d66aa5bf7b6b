#include "draw/dieharder.h"

#include <gtest/gtest.h>

namespace lottery::draw {
namespace {

constexpr std::string_view kTable =
    "#=============================================================================#\n"
    "   rng_name    |rands/second|   Seed   |\n"
    "stdin_input_raw|  1.44e+07  |3776164787|\n"
    "        test_name   |ntup| tsamples |psamples|  p-value |Assessment\n"
    "   diehard_birthdays|   0|       100|     100|0.48561361|  PASSED  \n"
    "          sts_serial|  11|    100000|     100|0.99667974|   WEAK   \n";

TEST(Dieharder, ItsTableIsRead) {
  const auto report = ReadDieharder(kTable);
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->tests.size(), 2u);
  EXPECT_EQ(report->tests[1].name, "sts_serial");
  EXPECT_EQ(report->tests[1].tuple, 11);
  EXPECT_DOUBLE_EQ(report->tests[1].p, 0.99667974);
  EXPECT_EQ(report->Count("WEAK"), 1);
  EXPECT_TRUE(report->passed());
}

TEST(Dieharder, AFailureFailsTheReport) {
  const auto report = ReadDieharder(
      std::string(kTable) + "       diehard_opso|   0|   2097152|     100|0.00000000|  FAILED  \n");
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->passed());
}

TEST(Dieharder, MoreWeakOnesThanChanceMakesFailIt) {
  std::string table(kTable);  // one is weak there
  for (int i = 0; i < 2; ++i)
    table += "sts_serial|  11|    100000|     100|0.99667974|   WEAK   \n";
  EXPECT_TRUE(ReadDieharder(table)->passed());
  table += "sts_serial|  11|    100000|     100|0.99667974|   WEAK   \n";
  EXPECT_FALSE(ReadDieharder(table)->passed());
}

TEST(Dieharder, WhatIsNotItsTableIsRefused) {
  EXPECT_FALSE(ReadDieharder("").has_value());
  EXPECT_FALSE(ReadDieharder("nothing of it\n").has_value());
  for (const std::string line : {"a|0|1|1|1.5|PASSED", "a|0|1|1|0.5", "a|x|1|1|0.5|PASSED",
                                 "a|0|1|1|0.5|GOOD", "|0|1|1|0.5|PASSED"}) {
    const auto report = ReadDieharder(std::string(kTable) + line + "\n");
    ASSERT_FALSE(report.has_value()) << line;
    EXPECT_EQ(report.error().detail, "line 7");
  }
}

}  // namespace
}  // namespace lottery::draw
