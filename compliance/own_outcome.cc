#include "compliance/own_outcome.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"

namespace lottery::compliance {
using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Fail;
namespace {

constexpr ByteView kSeedTag = "lottery-seed/1";
constexpr ByteView kStreamTag = "lottery-stream/1";
constexpr std::size_t kSeedOctets = 64;
constexpr std::size_t kMaxStreamOctets = 4096;

void AppendBigEndian(Bytes& out, std::uint64_t value, unsigned octets) {
  for (unsigned i = octets; i > 0; --i)
    out.push_back(static_cast<char>((value >> (8 * (i - 1))) & 0xff));
}

void AppendField(Bytes& out, ByteView field, unsigned length_octets) {
  AppendBigEndian(out, field.size(), length_octets);
  out.append(field);
}

class Stream {
 public:
  explicit Stream(ByteView seed) {
    AppendField(prefix_, kStreamTag, 2);
    AppendField(prefix_, seed, 4);
    AppendBigEndian(prefix_, 8, 4);  // the length of the block number that follows
  }

  // A number in [0, n). Pre: 1 <= n <= 256.
  Result<unsigned> Uniform(unsigned n) {
    unsigned size = 1;
    while (size < n) size *= 2;
    while (used_ < kMaxStreamOctets) {
      const unsigned value = NextOctet() % size;
      if (value < n) return value;
    }
    return Fail(ErrorCode::kOutcomeWrong, "the seed's stream is used up");
  }

 private:
  unsigned NextOctet() {
    const std::size_t at = used_ % 64;
    if (at == 0) {
      Bytes message = prefix_;
      AppendBigEndian(message, used_ / 64, 8);
      block_ = crypto::Sha512({ByteView(message)});
      LOTTERY_CHECK(block_.size() == 64);
    }
    ++used_;
    return static_cast<unsigned char>(block_[at]);
  }

  Bytes prefix_;
  Bytes block_;
  std::size_t used_ = 0;
};

}  // namespace

Bytes OwnSeed(const std::vector<Bytes>& betas) {
  Bytes message;
  AppendField(message, kSeedTag, 2);
  for (const Bytes& beta : betas) AppendField(message, beta, 4);
  return crypto::Sha512({ByteView(message)});
}

namespace {

// `drawn` of 1..balls, as they come.
Result<std::vector<int>> Lotto(Stream& stream, std::size_t balls, std::size_t drawn) {
  std::vector<int> urn;
  for (std::size_t i = 0; i < balls; ++i) urn.push_back(static_cast<int>(i) + 1);
  for (std::size_t i = 0; i < drawn; ++i) {
    LOTTERY_TRY(const unsigned step, stream.Uniform(static_cast<unsigned>(balls - i)));
    std::swap(urn[i], urn[i + step]);
  }
  urn.resize(drawn);
  return urn;
}

}  // namespace

Result<OwnOutcome> OwnOutcomeFromSeed(std::string_view game, ByteView seed64) {
  if (seed64.size() != kSeedOctets) return Fail(ErrorCode::kOutcomeWrong, "a seed has 64 octets");
  Stream stream(seed64);
  OwnOutcome outcome;
  if (game == "3d") {
    for (int place = 0; place < 3; ++place) {
      LOTTERY_TRY(const unsigned digit, stream.Uniform(10));
      outcome.numbers.push_back(static_cast<int>(digit));
    }
    return outcome;
  }
  if (game == "ssq") {
    LOTTERY_TRY(outcome.numbers, Lotto(stream, 33, 6));
    LOTTERY_TRY(const unsigned blue, stream.Uniform(16));
    outcome.extra = static_cast<int>(blue) + 1;
  } else if (game == "qlc") {
    LOTTERY_TRY(outcome.numbers, Lotto(stream, 30, 8));
    outcome.extra = outcome.numbers.back();
    outcome.numbers.pop_back();
  } else if (game == "kl8") {
    LOTTERY_TRY(outcome.numbers, Lotto(stream, 80, 20));
  } else {
    return Fail(ErrorCode::kOutcomeWrong, "no game " + std::string(game));
  }
  std::sort(outcome.numbers.begin(), outcome.numbers.end());
  return outcome;
}

}  // namespace lottery::compliance
