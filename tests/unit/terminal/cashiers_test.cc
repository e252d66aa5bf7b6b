#include "terminal/cashiers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"

namespace lottery::terminal {
namespace {

using base::ErrorCode;

class PinTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder =
        std::filesystem::temp_directory_path() / ("lottery-pins-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(Cashiers::Read(folder)->Set("08", "4711"));
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  static ErrorCode Try(Cashiers& cashiers, const char* pin, std::int64_t now_ms) {
    const auto known = cashiers.Check("08", pin, now_ms);
    return known ? ErrorCode::kInternal : known.error().code;
  }
  std::string folder;
};

TEST_F(PinTest, AfterTooManyWrongOnesTheNextIsHeardLater) {
  auto cashiers = *Cashiers::Read(folder);
  for (int i = 0; i < Cashiers::kMostWrong; ++i)
    EXPECT_EQ(Try(cashiers, "0000", 1000 + i), ErrorCode::kWrongPin);
  EXPECT_EQ(Try(cashiers, "4711", 1010), ErrorCode::kPinLocked);
  EXPECT_EQ(Try(cashiers, "4711", 1000 + Cashiers::kWaitMs), ErrorCode::kPinLocked);
  EXPECT_TRUE(cashiers.Check("08", "4711", 1010 + Cashiers::kWaitMs));
}

TEST_F(PinTest, ARestartNeitherForgetsNorShortensTheWait) {
  for (std::int64_t i = 0; i < Cashiers::kMostWrong; ++i) {  // a program for each attempt
    auto cashiers = *Cashiers::Read(folder);
    EXPECT_EQ(Try(cashiers, "0000", i), ErrorCode::kWrongPin);
  }
  auto cashiers = *Cashiers::Read(folder);
  EXPECT_EQ(Try(cashiers, "4711", 50), ErrorCode::kPinLocked);
  EXPECT_EQ(Try(cashiers, "4711", 49 + Cashiers::kWaitMs), ErrorCode::kPinLocked);
  EXPECT_TRUE(cashiers.Check("08", "4711", 50 + Cashiers::kWaitMs));
  auto later = *Cashiers::Read(folder);
  EXPECT_EQ(Try(later, "0000", 0), ErrorCode::kWrongPin) << "counted from none";
}

TEST_F(PinTest, ARightOneBeginsTheCountAnew) {
  auto cashiers = *Cashiers::Read(folder);
  for (int round = 0; round < 3; ++round) {
    for (int i = 1; i < Cashiers::kMostWrong; ++i)
      EXPECT_EQ(Try(cashiers, "0000", 0), ErrorCode::kWrongPin);
    EXPECT_TRUE(cashiers.Check("08", "4711", 0));
  }
}

TEST_F(PinTest, ACountThatCannotBeIsRefused) {
  const auto text = *base::ReadFile(folder + "/cashiers.json");
  for (const char* count : {"-1", "6", "9223372036854775807", "1.5", "\"5\"", "null"}) {
    auto changed = text;
    const auto at = changed.find("\"wrong\": 0");
    ASSERT_NE(at, std::string::npos) << text;
    changed.replace(at, 10, "\"wrong\": " + std::string(count));
    ASSERT_TRUE(base::WriteFile(folder + "/cashiers.json", changed));
    EXPECT_FALSE(Cashiers::Read(folder).has_value()) << count;
  }
}

}  // namespace
}  // namespace lottery::terminal
