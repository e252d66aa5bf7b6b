#include "crypto/merkle.h"

#include <bit>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
using namespace std::string_view_literals;
namespace {

std::uint64_t SplitPoint(std::uint64_t n) { return std::bit_floor(n - 1); }

base::Status Bad() { return Fail(ErrorCode::kBadProof); }

}  // namespace

Digest LeafHash(ByteView leaf) { return Sha256({"\0"sv, leaf}); }
Digest NodeHash(const Digest& left, const Digest& right) {
  return Sha256({"\x01"sv, left.view(), right.view()});
}
Digest EmptyRoot() { return Sha256(ByteView{}); }

void MerkleTree::Append(const Digest& leaf_hash) {
  Digest hash = leaf_hash;
  for (std::size_t level = 0;; ++level) {
    if (levels_.size() == level) levels_.emplace_back();
    auto& row = levels_[level];
    row.push_back(hash);
    if (row.size() % 2 != 0) return;
    hash = NodeHash(row[row.size() - 2], row[row.size() - 1]);
  }
}

void MerkleTree::Truncate(std::uint64_t size) {
  LOTTERY_CHECK(size <= this->size());
  for (std::size_t level = 0; level < levels_.size(); ++level) levels_[level].resize(size >> level);
}

// Hash of leaves [begin, end): a look-up when it is a complete aligned subtree, else split as the
// RFC says.
Digest MerkleTree::Range(std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t n = end - begin;
  if (std::has_single_bit(n)) {
    const auto level = static_cast<std::size_t>(std::countr_zero(n));
    if (begin % n == 0) return levels_[level][begin >> level];
  }
  const std::uint64_t k = SplitPoint(n);
  return NodeHash(Range(begin, begin + k), Range(begin + k, end));
}

Digest MerkleTree::RootAt(std::uint64_t size) const {
  LOTTERY_CHECK(size <= this->size());
  return size == 0 ? EmptyRoot() : Range(0, size);
}

void MerkleTree::Path(std::uint64_t index, std::uint64_t begin, std::uint64_t end,
                      Proof& out) const {
  if (end - begin == 1) return;
  const std::uint64_t middle = begin + SplitPoint(end - begin);
  if (index < middle) {
    Path(index, begin, middle, out);
    out.push_back(Range(middle, end));
  } else {
    Path(index, middle, end, out);
    out.push_back(Range(begin, middle));
  }
}

Proof MerkleTree::Inclusion(std::uint64_t index, std::uint64_t size) const {
  LOTTERY_CHECK(index < size);
  LOTTERY_CHECK(size <= this->size());
  Proof out;
  Path(index, 0, size, out);
  return out;
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

Status VerifyInclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf_hash,
                       const Proof& proof, const Digest& root) {
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
  return sn == 0 && hash == root ? base::Status{} : Bad();
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
