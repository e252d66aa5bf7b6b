// The root over leaves that pass by once: RFC 6962 with nothing kept but the right edge. Parts of a
// long log can be hashed side by side and joined.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/hash.h"

namespace lottery::crypto {

class TreeHash {
 public:
  std::uint64_t size() const { return size_; }
  void Append(const Digest& leaf_hash) { AppendSubtree(0, leaf_hash); }
  /// The root of a complete subtree of 2^level leaves. Pre: size() is a multiple of 2^level.
  void AppendSubtree(int level, Digest root);
  /// All leaves of `next`, which come behind this one's. Pre: size() is a multiple of the smallest
  /// power of two that is not below next.size().
  void Append(const TreeHash& next);
  Digest Root() const;

 private:
  std::uint64_t size_ = 0;
  std::array<Digest, 64> complete_;  // by level; there is one where that bit of size_ is set
};

}  // namespace lottery::crypto
