#include "base/money.h"

#include <cstdlib>

namespace lottery::base {

Result<Money> Money::FromYuan(std::int64_t yuan) { return FromFen(yuan).Mul(100); }

Result<Money> Money::Add(Money other) const {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(fen_, other.fen_, &sum)) return Fail(ErrorCode::kAmountOverflow);
  return Money(sum);
}

Result<Money> Money::Sub(Money other) const {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(fen_, other.fen_, &difference))
    return Fail(ErrorCode::kAmountOverflow);
  return Money(difference);
}

Result<Money> Money::Mul(std::int64_t factor) const {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(fen_, factor, &product)) return Fail(ErrorCode::kAmountOverflow);
  return Money(product);
}

Money::Parts Money::DivMod(std::int64_t divisor) const {
  LOTTERY_CHECK(divisor > 0);
  return {Money(fen_ / divisor), Money(fen_ % divisor)};
}

std::string Money::ToYuanText() const {
  const bool negative = fen_ < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(fen_) : static_cast<std::uint64_t>(fen_);
  std::string cents = std::to_string(magnitude % 100);
  if (cents.size() < 2) cents.insert(0, "0");
  return (negative ? "-" : "") + std::to_string(magnitude / 100) + "." + cents;
}

Money SumOrDie(Money a, Money b) {
  auto sum = a.Add(b);
  LOTTERY_CHECK(sum.has_value());
  return *sum;
}

}  // namespace lottery::base
