// RFC 6962 section 2.1 Merkle trees with SHA-256: the append-only log of every draw and of the
// audit log.
#pragma once

#include <vector>

#include "crypto/hash.h"

namespace lottery::crypto {

using base::Result;
using base::Status;

Digest LeafHash(ByteView leaf);                            // SHA-256(00 || leaf)
Digest NodeHash(const Digest& left, const Digest& right);  // SHA-256(01 || left || right)
Digest EmptyRoot();                                        // SHA-256("")

using Proof = std::vector<Digest>;

/// Grows by leaf hashes and keeps the hash of every complete subtree (about 64 octets a leaf), so
/// proofs are look-ups. Not thread-safe.
class MerkleTree {
 public:
  std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  /// HOT: bench/micro
  void Append(const Digest& leaf_hash);
  Digest Root() const { return RootAt(size()); }
  /// Root of the first `size` leaves. Pre: size <= size().
  Digest RootAt(std::uint64_t size) const;
  /// Audit path of leaf `index` in the tree of the first `size` leaves, sibling of the leaf first.
  /// Pre: index < size <= size().
  Proof Inclusion(std::uint64_t index, std::uint64_t size) const;
  /// Pre: old_size <= size <= size().
  Proof Consistency(std::uint64_t old_size, std::uint64_t size) const;
  const Digest& leaf(std::uint64_t index) const { return levels_[0][index]; }
  /// Hash of the complete subtree of 2^level leaves number `index`. Pre: it is complete.
  const Digest& Node(int level, std::uint64_t index) const {
    return levels_[static_cast<std::size_t>(level)][index];
  }
  /// Drops every leaf from `size` on. Pre: size <= size().
  void Truncate(std::uint64_t size);

 private:
  Digest Range(std::uint64_t begin, std::uint64_t end) const;
  void Path(std::uint64_t index, std::uint64_t begin, std::uint64_t end, Proof& out) const;
  void Subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool whole,
                Proof& out) const;
  std::vector<std::vector<Digest>> levels_;
};

/// RFC 9162 2.1.3.2. Errors: kBadProof.
Status VerifyInclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf_hash,
                       const Proof& proof, const Digest& root);
/// RFC 9162 2.1.4.2, strict: a size of 0 is an error. Errors: kBadProof.
Status VerifyConsistency(std::uint64_t size1, std::uint64_t size2, const Digest& root1,
                         const Digest& root2, const Proof& proof);
/// As a witness sees it (C2SP tlog-witness): from size 0 an empty proof is right. Errors:
/// kBadProof.
Status VerifyGrowth(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                    const Digest& root, const Proof& proof);

}  // namespace lottery::crypto
