#include "games/outcome.h"

#include <algorithm>
#include <numeric>

#include "crypto/hash.h"
#include "protocol/names.h"

namespace lottery::games {
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

namespace {

// The first K of a shuffle of 1..N, in the order they come.
template <std::size_t N, std::size_t K>
Result<std::array<std::uint8_t, K>> Shuffled(SeedStream& stream) {
  std::array<std::uint8_t, N> balls;
  std::iota(balls.begin(), balls.end(), std::uint8_t{1});
  std::array<std::uint8_t, K> drawn;
  for (std::size_t i = 0; i < K; ++i) {
    LOTTERY_TRY(const int r, stream.Below(static_cast<int>(N - i)));
    std::swap(balls[i], balls[i + static_cast<std::size_t>(r)]);
    drawn[i] = balls[i];
  }
  return drawn;
}

Result<SeedStream> StreamOf(const Bytes& seed) {
  if (seed.size() != 64) return Fail(ErrorCode::kBadOutcome, "a seed has 64 octets");
  return SeedStream(seed);
}

template <typename Places>
Numbers Listed(const Places& places, int extra) {
  return {{places.begin(), places.end()}, extra};
}

}  // namespace

Result<SsqOutcome> DrawSsq(const Bytes& seed) {
  LOTTERY_TRY(auto stream, StreamOf(seed));
  SsqOutcome outcome;
  LOTTERY_TRY(outcome.reds, (Shuffled<kSsqReds, kSsqRedPicks>(stream)));
  std::sort(outcome.reds.begin(), outcome.reds.end());
  LOTTERY_TRY(const int blue, stream.Below(kSsqBlues));
  outcome.blue = static_cast<std::uint8_t>(blue + 1);
  LOTTERY_TRY_VOID(games::CheckSsqOutcome(outcome));
  return outcome;
}

Result<D3Outcome> DrawD3(const Bytes& seed) {
  LOTTERY_TRY(auto stream, StreamOf(seed));
  D3Outcome outcome;
  for (auto& digit : outcome.digits) {
    LOTTERY_TRY(const int value, stream.Below(10));
    digit = static_cast<std::uint8_t>(value);
  }
  return outcome;
}

Result<QlcOutcome> DrawQlc(const Bytes& seed) {
  LOTTERY_TRY(auto stream, StreamOf(seed));
  LOTTERY_TRY(const auto drawn, (Shuffled<kQlcNumbers, kQlcPicks + 1>(stream)));
  QlcOutcome outcome;
  std::copy_n(drawn.begin(), outcome.basic.size(), outcome.basic.begin());
  std::sort(outcome.basic.begin(), outcome.basic.end());
  outcome.special = drawn.back();
  LOTTERY_TRY_VOID(games::CheckQlcOutcome(outcome));
  return outcome;
}

Result<Kl8Outcome> DrawKl8(const Bytes& seed) {
  LOTTERY_TRY(auto stream, StreamOf(seed));
  Kl8Outcome outcome;
  LOTTERY_TRY(outcome.numbers, (Shuffled<kKl8Numbers, kKl8Drawn>(stream)));
  std::sort(outcome.numbers.begin(), outcome.numbers.end());
  LOTTERY_TRY_VOID(games::CheckKl8Outcome(outcome));
  return outcome;
}

Result<Numbers> DrawNumbers(std::string_view game, const Bytes& seed) {
  if (game == protocol::kSsq)
    return DrawSsq(seed).map([](const auto& o) { return Listed(o.reds, o.blue); });
  if (game == protocol::kD3)
    return DrawD3(seed).map([](const auto& o) { return Listed(o.digits, 0); });
  if (game == protocol::kQlc)
    return DrawQlc(seed).map([](const auto& o) { return Listed(o.basic, o.special); });
  if (game == protocol::kKl8)
    return DrawKl8(seed).map([](const auto& o) { return Listed(o.numbers, 0); });
  return Fail(ErrorCode::kUnknownGame, std::string(game));
}

}  // namespace lottery::games
