#include "settlement/owed_root.h"

#include "crypto/merkle.h"

namespace lottery::settlement {
namespace {
constexpr int kTileLevel = 8;
static_assert(kOwedTileWidth == 1U << kTileLevel);
}  // namespace

void OwedRoot::Add(const protocol::Winner& owed) {
  if (begun_.empty()) first_index_ = owed.index;
  begun_.push_back(crypto::LeafHash(owed.Leaf(2)));
  tile_.Append(begun_.back());
  ++size_;
  if (begun_.size() < kOwedTileWidth) return;
  tiles_.push_back({first_index_, tile_.Root()});
  all_.AppendSubtree(kTileLevel, tiles_.back().root);
  tile_ = {};
  begun_.clear();
}

std::vector<OwedTile> OwedRoot::Finish() {
  if (!begun_.empty()) tiles_.push_back({first_index_, tile_.Root()});
  for (const auto& leaf : begun_) all_.Append(leaf);
  begun_.clear();
  return std::move(tiles_);
}

}  // namespace lottery::settlement
