#include "draw/test_draw.h"

#include <fmt/format.h>

#include <array>

#include "protocol/names.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;
namespace {

struct Known {
  std::array<int, 6> reds;
  int blue;
  std::array<int, 3> digits;
};
// Of the seeds SeedOf({"test draw 1"}), ...
constexpr std::array<Known, 3> kKnown{{{{16, 18, 23, 25, 31, 32}, 13, {6, 6, 3}},
                                       {{11, 13, 21, 23, 25, 28}, 9, {7, 4, 9}},
                                       {{3, 5, 10, 17, 18, 19}, 8, {9, 1, 2}}}};

}  // namespace

Result<std::vector<TestDraw>> TestDraws(std::string_view game) {
  const bool digits = game == protocol::kD3;
  std::vector<TestDraw> draws;
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    const Bytes seed = SeedOf({"test draw " + std::to_string(i + 1)});
    TestDraw test;
    LOTTERY_TRY(test.drawn, DrawNumbers(game, seed));
    const Known& known = kKnown[i];
    if (digits)
      test.expected = {{known.digits.begin(), known.digits.end()}, 0};
    else
      test.expected = {{known.reds.begin(), known.reds.end()}, known.blue};
    draws.push_back(std::move(test));
  }
  return draws;
}

std::string NumbersText(std::string_view game, const std::vector<int>& numbers, int blue) {
  std::string out;
  const bool digits = game == protocol::kD3;
  for (const int n : numbers)
    out += (out.empty() ? "" : " ") + (digits ? std::to_string(n) : fmt::format("{:02}", n));
  return digits ? out : out + fmt::format(" + {:02}", blue);
}

base::Status CheckTestDraws(std::string_view game) {
  LOTTERY_TRY(const auto draws, TestDraws(game));
  for (const auto& test : draws) {
    if (!test.Holds())
      return Fail(ErrorCode::kBadGenerator,
                  "a test draw gave " + NumbersText(game, test.drawn.numbers, test.drawn.blue));
  }
  return {};
}

}  // namespace lottery::draw
