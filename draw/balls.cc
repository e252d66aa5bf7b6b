#include "draw/balls.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;

Result<std::vector<int>> ParseBalls(std::string_view text) {
  LOTTERY_TRY(const auto octets, games::ParseNumbers(text));
  std::vector<int> out;
  for (const char c : octets) out.push_back(static_cast<std::uint8_t>(c));
  return out;
}

Result<BallEntry::Interruption> ParseInterruption(const std::string& text) {
  const auto first = text.find(':'), second = text.find(':', first + 1);
  const auto after = base::ParseDecimal(text.substr(0, first));
  if (first == std::string::npos || second == std::string::npos || !after ||
      *after > games::kKl8Drawn)
    return Fail(ErrorCode::kBadBallEntry, "BALLS:MACHINE:REASON");
  return BallEntry::Interruption{static_cast<int>(*after),
                                 text.substr(first + 1, second - first - 1),
                                 text.substr(second + 1)};
}

}  // namespace lottery::draw
