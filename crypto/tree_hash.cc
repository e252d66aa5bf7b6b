#include "crypto/tree_hash.h"

#include <bit>

#include "crypto/merkle.h"

namespace lottery::crypto {

void TreeHash::AppendSubtree(int level, Digest root) {
  LOTTERY_CHECK(level >= 0 && level < 63);
  const std::uint64_t leaves = std::uint64_t{1} << level;
  LOTTERY_CHECK(size_ % leaves == 0);
  auto at = static_cast<std::size_t>(level);
  for (; (size_ >> at) % 2 != 0; ++at) root = NodeHash(complete_[at], root);
  complete_[at] = root;
  size_ += leaves;
}

void TreeHash::Append(const TreeHash& next) {
  LOTTERY_CHECK(next.size_ == 0 || size_ % std::bit_ceil(next.size_) == 0);
  for (int level = 62; level >= 0; --level) {
    if ((next.size_ >> level) % 2 != 0)
      AppendSubtree(level, next.complete_[static_cast<std::size_t>(level)]);
  }
}

Digest TreeHash::Root() const {
  if (size_ == 0) return EmptyRoot();
  auto at = static_cast<std::size_t>(std::countr_zero(size_));
  Digest root = complete_[at];
  for (++at; (size_ >> at) != 0; ++at) {
    if ((size_ >> at) % 2 != 0) root = NodeHash(complete_[at], root);
  }
  return root;
}

}  // namespace lottery::crypto
