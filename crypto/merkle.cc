#include "crypto/merkle.h"

#include <bit>
#include <cstring>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
using namespace std::string_view_literals;
namespace {

std::uint64_t SplitPoint(std::uint64_t n) { return std::bit_floor(n - 1); }

auto Bad() { return Fail(ErrorCode::kBadProof); }

}  // namespace

Digest LeafHash(ByteView leaf) { return Sha256({"\0"sv, leaf}); }
Digest NodeHash(const Digest& left, const Digest& right) {
  return Sha256({"\x01"sv, left.view(), right.view()});
}
Digest EmptyRoot() { return Sha256(ByteView{}); }

MerkleTree::MerkleTree(const MerkleTree& other) : size_(other.size_), upper_(other.upper_) {
  for (const auto& tile : other.tiles_) {
    tiles_.push_back(std::make_unique<Tile>());
    tiles_.back()->leaves = tile->leaves;
    if (tile->nodes)
      tiles_.back()->nodes = std::make_unique<std::array<Digest, kWidth>>(*tile->nodes);
  }
}

MerkleTree& MerkleTree::operator=(MerkleTree other) noexcept {
  size_ = other.size_;
  tiles_.swap(other.tiles_);
  upper_.swap(other.upper_);
  return *this;
}

void MerkleTree::Append(const Digest& leaf_hash) {
  const std::uint64_t at = size_++ % kWidth;
  if (at == 0) {
    tiles_.push_back(std::make_unique<Tile>());
    tiles_.back()->nodes = std::make_unique<std::array<Digest, kWidth>>();
    if (tiles_.size() > kTilesWithNodes) tiles_[tiles_.size() - 1 - kTilesWithNodes]->nodes.reset();
  }
  Tile& tile = *tiles_.back();
  tile.leaves[at] = leaf_hash;
  for (int level = 1; ((at + 1) >> level << level) == at + 1; ++level) {
    const std::uint64_t index = at >> level;
    const Digest hash =
        NodeHash(tile.Node(level - 1, 2 * index), tile.Node(level - 1, 2 * index + 1));
    if (level == kTileLevels) return Lift(hash);
    (*tile.nodes)[Tile::Place(level, index)] = hash;
  }
}

void MerkleTree::AppendTile(ByteView leaf_hashes, const Digest& root) {
  LOTTERY_CHECK(size_ % kWidth == 0);
  LOTTERY_CHECK(leaf_hashes.size() == sizeof(Tile::leaves));
  tiles_.push_back(std::make_unique<Tile>());
  std::memcpy(tiles_.back()->leaves.data(), leaf_hashes.data(), leaf_hashes.size());
  size_ += kWidth;
  Lift(root);
}

// A tile's root goes up as far as it completes subtrees.
void MerkleTree::Lift(Digest hash) {
  for (std::size_t level = 0;; ++level) {
    if (upper_.size() == level) upper_.emplace_back();
    auto& row = upper_[level];
    row.push_back(hash);
    if (row.size() % 2 != 0) return;
    hash = NodeHash(row[row.size() - 2], row[row.size() - 1]);
  }
}

Digest MerkleTree::Tile::Node(int level, std::uint64_t index) const {
  if (level == 0) return leaves[index];
  if (nodes) return (*nodes)[Place(level, index)];
  return NodeHash(Node(level - 1, 2 * index), Node(level - 1, 2 * index + 1));
}

Digest MerkleTree::Node(int level, std::uint64_t index) const {
  if (level >= kTileLevels) return upper_[static_cast<std::size_t>(level - kTileLevels)][index];
  const int shift = kTileLevels - level;
  return tiles_[index >> shift]->Node(level, index & ((1U << shift) - 1));
}

MerkleTree::Edge MerkleTree::EdgeAt(std::uint64_t size) const {
  LOTTERY_CHECK(size <= size_);
  Edge edge;
  edge.size = size;
  if (size == 0) {
    edge.root = EmptyRoot();
    return edge;
  }
  std::size_t level = 0;
  edge.partial[0] = leaf(size - 1);
  for (std::uint64_t last = size - 1; last != 0; last >>= 1, ++level) {
    edge.partial[level + 1] =
        last % 2 == 0 ? edge.partial[level]
                      : NodeHash(Node(static_cast<int>(level), last - 1), edge.partial[level]);
  }
  edge.root = edge.partial[level];
  return edge;
}

void MerkleTree::AppendPath(std::uint64_t index, const Edge& edge, Bytes& out) const {
  LOTTERY_CHECK(index < edge.size);
  int level = 0;
  for (std::uint64_t last = edge.size - 1; last != 0; last >>= 1, index >>= 1, ++level) {
    const std::uint64_t sibling = index ^ 1;
    if (sibling < last) {
      out += Node(level, sibling).view();
    } else if (sibling == last) {
      out += edge.partial[static_cast<std::size_t>(level)].view();
    }
  }
}

Proof MerkleTree::Inclusion(std::uint64_t index, std::uint64_t size) const {
  Bytes path;
  AppendPath(index, EdgeAt(size), path);
  Proof out(path.size() / sizeof(Digest));
  if (!path.empty()) std::memcpy(out.data(), path.data(), path.size());
  return out;
}

// Hash of leaves [begin, end): a look-up when it is a complete aligned subtree, else split as the
// RFC says.
Digest MerkleTree::Range(std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t n = end - begin;
  if (std::has_single_bit(n) && begin % n == 0) return Node(std::countr_zero(n), begin / n);
  const std::uint64_t k = SplitPoint(n);
  return NodeHash(Range(begin, begin + k), Range(begin + k, end));
}

void MerkleTree::Subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool whole,
                          Proof& out) const {
  const std::uint64_t n = end - begin;
  if (m == n) {
    if (!whole) out.push_back(Range(begin, end));
    return;
  }
  const std::uint64_t k = SplitPoint(n);
  if (m <= k) {
    Subproof(m, begin, begin + k, whole, out);
    out.push_back(Range(begin + k, end));
  } else {
    Subproof(m - k, begin + k, end, false, out);
    out.push_back(Range(begin, begin + k));
  }
}

Proof MerkleTree::Consistency(std::uint64_t old_size, std::uint64_t size) const {
  LOTTERY_CHECK(old_size <= size);
  LOTTERY_CHECK(size <= this->size());
  Proof out;
  if (old_size != 0 && old_size != size) Subproof(old_size, 0, size, true, out);
  return out;
}

Result<Proof> ProofFromOctets(ByteView octets) {
  if (octets.size() % sizeof(Digest) != 0) return base::Fail(base::ErrorCode::kBadProof, "path");
  Proof proof(octets.size() / sizeof(Digest));
  if (!proof.empty()) std::memcpy(proof.data(), octets.data(), octets.size());
  return proof;
}

Result<Digest> RootOf(std::uint64_t index, std::uint64_t size, const Digest& leaf_hash,
                      const Proof& proof) {
  if (index >= size) return Bad();
  std::uint64_t fn = index, sn = size - 1;
  Digest hash = leaf_hash;
  for (const Digest& p : proof) {
    if (sn == 0) return Bad();
    if (fn % 2 == 1 || fn == sn) {
      hash = NodeHash(p, hash);
      while (fn % 2 == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = NodeHash(hash, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return Bad();
  return hash;
}

Status VerifyInclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf_hash,
                       const Proof& proof, const Digest& root) {
  LOTTERY_TRY(const Digest reached, RootOf(index, size, leaf_hash, proof));
  return reached == root ? base::Status{} : Bad();
}

Status VerifyConsistency(std::uint64_t size1, std::uint64_t size2, const Digest& root1,
                         const Digest& root2, const Proof& proof) {
  if (size1 == 0 || size1 > size2) return Bad();
  if (size1 == size2) return proof.empty() && root1 == root2 ? base::Status{} : Bad();
  if (proof.empty()) return Bad();
  std::size_t next = 0;
  Digest old_hash = std::has_single_bit(size1) ? root1 : proof[next++];
  Digest new_hash = old_hash;
  std::uint64_t fn = size1 - 1, sn = size2 - 1;
  while (fn % 2 == 1) {
    fn >>= 1;
    sn >>= 1;
  }
  for (; next < proof.size(); ++next) {
    const Digest& p = proof[next];
    if (sn == 0) return Bad();
    if (fn % 2 == 1 || fn == sn) {
      old_hash = NodeHash(p, old_hash);
      new_hash = NodeHash(p, new_hash);
      while (fn % 2 == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_hash = NodeHash(new_hash, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && old_hash == root1 && new_hash == root2 ? base::Status{} : Bad();
}

Status VerifyGrowth(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                    const Digest& root, const Proof& proof) {
  if (old_size == 0) {
    return proof.empty() && (size != 0 || root == EmptyRoot()) ? base::Status{} : Bad();
  }
  return VerifyConsistency(old_size, size, old_root, root, proof);
}

}  // namespace lottery::crypto
