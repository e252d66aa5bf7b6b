// The root over the tickets that are owed money, and the roots of each 256 of them: nobody stores
// paths, for one is made from the rows of a tile and the roots of all tiles.
#pragma once

#include <vector>

#include "crypto/tree_hash.h"
#include "protocol/documents.h"

namespace lottery::settlement {

inline constexpr std::uint64_t kOwedTileWidth = 256;

/// The tickets of one tile, in order of index.
struct OwedTile {
  std::uint64_t first_index = 0;  // of its first ticket
  base::Digest root;
};

class OwedRoot {
 public:
  /// In order of index. HOT: bench/settlement
  void Add(const protocol::Winner& owed);
  /// All tiles; call once, behind the last.
  std::vector<OwedTile> Finish();
  std::uint64_t size() const { return size_; }
  base::Digest Root() const { return all_.Root(); }

 private:
  crypto::TreeHash all_, tile_;
  std::vector<base::Digest> begun_;  // leaves of the tile that is not full
  std::vector<OwedTile> tiles_;
  std::uint64_t first_index_ = 0, size_ = 0;
};

}  // namespace lottery::settlement
