#include "games/numbers.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
namespace {

// Pascal's triangle as far as bets need it.
constexpr auto kChoose = [] {
  std::array<std::array<std::int64_t, kMostPicks + 1>, kMostNumbers + 1> c{};
  for (std::size_t n = 0; n < c.size(); ++n) {
    c[n][0] = 1;
    for (std::size_t k = 1; k <= kMostPicks && n > 0; ++k) c[n][k] = c[n - 1][k - 1] + c[n - 1][k];
  }
  return c;
}();

}  // namespace

std::int64_t Choose(int n, int k) {
  if (k < 0 || k > n) return 0;
  k = std::min(k, n - k);
  LOTTERY_CHECK(n <= kMostNumbers && k <= kMostPicks);
  return kChoose[static_cast<std::size_t>(n)][static_cast<std::size_t>(k)];
}

bool Ascending(base::ByteView numbers, int least, int most) {
  int last = least - 1;
  for (const char c : numbers) {
    const int n = static_cast<std::uint8_t>(c);
    if (n <= last || n > most) return false;
    last = n;
  }
  return true;
}

bool Holds(base::ByteView numbers, std::uint8_t n) {
  return numbers.find(static_cast<char>(n)) != base::ByteView::npos;
}

bool Disjoint(base::ByteView a, base::ByteView b) {
  return std::none_of(a.begin(), a.end(),
                      [&](char c) { return Holds(b, static_cast<std::uint8_t>(c)); });
}

Result<base::Bytes> ParseNumbers(std::string_view text) {
  base::Bytes out;
  for (const auto part : base::Split(text, ' ')) {
    if (part.empty()) continue;
    const auto n = base::ParseDecimal(part.size() == 2 && part[0] == '0' ? part.substr(1) : part);
    if (!n || *n > 255) return Fail(ErrorCode::kIllegalBet, "not a number: " + std::string(part));
    out.push_back(static_cast<char>(*n));
  }
  return out;
}

}  // namespace lottery::games
