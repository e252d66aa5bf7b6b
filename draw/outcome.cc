#include "draw/outcome.h"

#include <algorithm>
#include <numeric>

#include "crypto/hash.h"
#include "protocol/names.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;

Bytes SeedOf(const std::vector<Bytes>& betas) {
  base::ByteWriter w;
  w.Short("lottery-seed/1");
  for (const auto& beta : betas) w.Long(beta);
  return crypto::Sha512({w.bytes()});
}

Result<int> SeedStream::Below(int n) {
  LOTTERY_CHECK(n >= 1 && n <= 256);
  int mask = 0;
  while (mask + 1 < n) mask = mask * 2 + 1;
  while (used_ < kMaxOctets) {
    if (at_ == block_.size()) {
      block_ = crypto::TaggedHash512("lottery-stream/1",
                                     {seed_, base::ByteWriter().U64(next_block_++).bytes()});
      at_ = 0;
    }
    const int value = static_cast<std::uint8_t>(block_[at_++]) & mask;
    ++used_;
    if (value < n) return value;
  }
  return Fail(ErrorCode::kBadOutcome, "the seed's stream is used up");
}

Result<games::SsqOutcome> DrawSsq(const Bytes& seed) {
  if (seed.size() != 64) return Fail(ErrorCode::kBadOutcome, "a seed has 64 octets");
  SeedStream stream(seed);
  std::array<std::uint8_t, games::kSsqReds> balls;
  std::iota(balls.begin(), balls.end(), std::uint8_t{1});
  games::SsqOutcome outcome;
  for (std::size_t i = 0; i < outcome.reds.size(); ++i) {
    LOTTERY_TRY(const int r, stream.Below(static_cast<int>(balls.size() - i)));
    std::swap(balls[i], balls[i + static_cast<std::size_t>(r)]);
    outcome.reds[i] = balls[i];
  }
  std::sort(outcome.reds.begin(), outcome.reds.end());
  LOTTERY_TRY(const int blue, stream.Below(games::kSsqBlues));
  outcome.blue = static_cast<std::uint8_t>(blue + 1);
  LOTTERY_TRY_VOID(games::CheckSsqOutcome(outcome));
  return outcome;
}

Result<games::D3Outcome> DrawD3(const Bytes& seed) {
  if (seed.size() != 64) return Fail(ErrorCode::kBadOutcome, "a seed has 64 octets");
  SeedStream stream(seed);
  games::D3Outcome outcome;
  for (auto& digit : outcome.digits) {
    LOTTERY_TRY(const int value, stream.Below(10));
    digit = static_cast<std::uint8_t>(value);
  }
  return outcome;
}

Result<Numbers> DrawNumbers(std::string_view game, const Bytes& seed) {
  if (game == protocol::kD3) {
    LOTTERY_TRY(const auto outcome, DrawD3(seed));
    return Numbers{{outcome.digits.begin(), outcome.digits.end()}, 0};
  }
  if (game != protocol::kSsq) return Fail(ErrorCode::kUnknownGame, std::string(game));
  LOTTERY_TRY(const auto outcome, DrawSsq(seed));
  return Numbers{{outcome.reds.begin(), outcome.reds.end()}, outcome.blue};
}

}  // namespace lottery::draw
