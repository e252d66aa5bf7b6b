// From betas to numbers, specified to the bit in docs/formats/outcome.md.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "games/order.h"

namespace lottery::games {

using base::Bytes;
using base::Result;

/// seed = SHA-512 over the tag "lottery-seed/1" and the betas in plan order. 64 octets.
Bytes SeedOf(const std::vector<Bytes>& betas);

/// A stream of octets from a seed: block i = SHA-512(tag "lottery-stream/1", seed, u64 i). Fails
/// closed.
class SeedStream {
 public:
  explicit SeedStream(Bytes seed) : seed_(std::move(seed)) {}
  /// Uniform in [0, n), 1 <= n <= 256, by masked rejection: each refused value costs one octet.
  /// Errors: kBadOutcome after kMaxOctets.
  Result<int> Below(int n);

 private:
  static constexpr int kMaxOctets = 4096;
  Bytes seed_, block_;
  std::uint64_t next_block_ = 0;
  std::size_t at_ = 0;
  int used_ = 0;
};

/// ssq: six reds by a partial Fisher-Yates shuffle of 1..33, sorted; then the blue.
Result<SsqOutcome> DrawSsq(const Bytes& seed);
/// 3d: three digits in order, each Below(10).
Result<D3Outcome> DrawD3(const Bytes& seed);
/// qlc: eight steps of the shuffle of 1..30, the first seven sorted, the eighth the special number.
Result<QlcOutcome> DrawQlc(const Bytes& seed);
/// kl8: twenty steps of the shuffle of 1..80, sorted.
Result<Kl8Outcome> DrawKl8(const Bytes& seed);
/// What a seed gives in a game, as a certificate lists it.
struct Numbers {
  std::vector<int> numbers;
  int extra = 0;  // blue of ssq, special number of qlc
  bool operator==(const Numbers&) const = default;
};
/// Errors: kUnknownGame, kBadOutcome.
Result<Numbers> DrawNumbers(std::string_view game, const Bytes& seed);

}  // namespace lottery::games
