// Money is an integer number of fen (1/100 yuan) with checked arithmetic; floating point never
// touches it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace lottery::base {

class Money {
 public:
  constexpr Money() = default;
  static constexpr Money FromFen(std::int64_t fen) { return Money(fen); }
  /// Errors: kAmountOverflow.
  static Result<Money> FromYuan(std::int64_t yuan);

  constexpr std::int64_t fen() const { return fen_; }
  constexpr auto operator<=>(const Money&) const = default;

  /// Each errs with kAmountOverflow instead of wrapping.
  [[nodiscard]] Result<Money> Add(Money other) const;
  [[nodiscard]] Result<Money> Sub(Money other) const;
  [[nodiscard]] Result<Money> Mul(std::int64_t factor) const;

  struct Parts;
  /// Quotient rounded toward zero and the remainder, in fen. Pre: divisor > 0.
  [[nodiscard]] Parts DivMod(std::int64_t divisor) const;

  /// "12.34": yuan with two decimals, for display only.
  std::string ToYuanText() const;

 private:
  explicit constexpr Money(std::int64_t fen) : fen_(fen) {}
  std::int64_t fen_ = 0;
};

struct Money::Parts {
  Money quotient;
  Money remainder;
};

/// Adds or aborts: for sums whose bound the caller has already proven.
Money SumOrDie(Money a, Money b);

namespace literals {
constexpr Money operator""_fen(unsigned long long fen) {
  return Money::FromFen(static_cast<std::int64_t>(fen));
}
constexpr Money operator""_yuan(unsigned long long yuan) {
  return Money::FromFen(static_cast<std::int64_t>(yuan) * 100);
}
}  // namespace literals

}  // namespace lottery::base
