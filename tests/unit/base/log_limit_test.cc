#include "base/log_limit.h"

#include <gtest/gtest.h>

namespace lottery::base {
namespace {

TEST(LogLimit, SoManyAMinuteAndTheRestIsCounted) {
  struct Row {
    std::int64_t at_ms;
    bool written;
  };
  const Row rows[] = {{5'000, true},   {5'001, true},   {5'001, false},  {64'999, false},
                      {65'000, true},  {70'000, true},  {70'000, false}, {900'000, true},
                      {900'000, true}, {900'000, false}};
  LogLimit limit(2);
  for (const auto& row : rows) EXPECT_EQ(limit.Take(row.at_ms), row.written) << row.at_ms;
  EXPECT_EQ(limit.TakeLeftOut(), 4U);
  EXPECT_EQ(limit.TakeLeftOut(), 0U);
}

TEST(LogLimit, NoneIsNone) {
  LogLimit limit(0);
  EXPECT_FALSE(limit.Take(1));
  EXPECT_FALSE(limit.Take(1'000'000));
  EXPECT_EQ(limit.TakeLeftOut(), 2U);
}

}  // namespace
}  // namespace lottery::base
