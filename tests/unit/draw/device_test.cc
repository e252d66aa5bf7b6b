// An official's device says one thing a draw, whoever asks it at the same time.
#include <gtest/gtest.h>
#include <unistd.h>

#include <barrier>
#include <filesystem>
#include <thread>

#include "draw/ceremony.h"

namespace lottery::draw {
namespace {

using base::ErrorCode;

class Device : public ::testing::Test {
 protected:
  void SetUp() override {
    ground.trust.operator_name = "lottery.example";
    ground.plan.draw = {"ssq", 2026097};
    ground.plan.officials.push_back({});
    ground.plan.officials.back().name = "zhang";
    ground.plan.officials.back().vrf_key = key.public_key();
    folder =
        std::filesystem::temp_directory_path() / ("lottery-device-" + std::to_string(::getpid()));
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  Result<protocol::Contribution> Say(const std::string& alpha, const std::string& device) const {
    Ground other = ground;
    other.alpha = alpha;
    return Contribute(other, "zhang", key, device);
  }

  Ground ground;
  crypto::VrfKey key = crypto::VrfKey::Generate();
  std::filesystem::path folder;
};

TEST_F(Device, OfTwoInputsAtOnceOneIsProved) {
  constexpr int kPairs = 60;
  for (int pair = 0; pair < kPairs; ++pair) {
    const std::string device = folder / std::to_string(pair);
    std::barrier together(2);
    std::array<ErrorCode, 2> refused{ErrorCode::kInternal, ErrorCode::kInternal};
    std::array<bool, 2> proved{};
    const auto say = [&](std::size_t i) {
      together.arrive_and_wait();
      const auto said = Say(std::string(32, static_cast<char>('a' + i)), device);
      proved[i] = said.has_value();
      if (!said) refused[i] = said.error().code;
    };
    { const std::jthread one(say, 0), other(say, 1); }
    ASSERT_NE(proved[0], proved[1]) << "pair " << pair;
    const ErrorCode code = refused[proved[0] ? 1 : 0];
    EXPECT_TRUE(code == ErrorCode::kSecondAlpha || code == ErrorCode::kInUse) << base::NameOf(code);
    // Afterwards too, and the first one may be asked again.
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(Say(std::string(32, static_cast<char>('a' + i)), device).has_value(), proved[i]);
  }
}

TEST_F(Device, OneThatCannotRememberProvesNothing) {
  std::filesystem::create_directories(folder);
  const std::string alpha(32, 'a');
  for (const auto& device : {std::string("/proc/nowhere"), std::string("/dev/null")})
    EXPECT_FALSE(Say(alpha, device).has_value()) << device;
  EXPECT_TRUE(Say(alpha, folder / "good").has_value());
}

}  // namespace
}  // namespace lottery::draw
