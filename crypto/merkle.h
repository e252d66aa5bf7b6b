// RFC 6962 section 2.1 Merkle trees with SHA-256: the append-only log of every draw and of the
// audit log.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "crypto/hash.h"

namespace lottery::crypto {

using base::Result;
using base::Status;

Digest LeafHash(ByteView leaf);                            // SHA-256(00 || leaf)
Digest NodeHash(const Digest& left, const Digest& right);  // SHA-256(01 || left || right)
Digest EmptyRoot();                                        // SHA-256("")

using Proof = std::vector<Digest>;

/// Grows by leaf hashes. Keeps them in tiles of 256, with the inner nodes of the newest few; inner
/// nodes of older tiles are hashed again when a proof asks for them. About 33 octets a leaf.
/// Not thread-safe.
class MerkleTree {
 public:
  MerkleTree() = default;
  MerkleTree(const MerkleTree& other);
  MerkleTree(MerkleTree&&) noexcept = default;
  MerkleTree& operator=(MerkleTree other) noexcept;

  std::uint64_t size() const { return size_; }
  /// HOT: bench/micro
  void Append(const Digest& leaf_hash);
  /// 256 leaf hashes (32 octets each) with the root over them, as they were stored: nothing is
  /// hashed below that root. Pre: size() is a multiple of 256.
  void AppendTile(ByteView leaf_hashes, const Digest& root);

  /// The right edge of the tree of the first `size` leaves: by level, the hash of the last,
  /// possibly incomplete subtree. All proofs into one root share it.
  struct Edge {
    std::uint64_t size = 0;
    std::array<Digest, 64> partial;
    Digest root;
  };
  /// Pre: size <= size().
  Edge EdgeAt(std::uint64_t size) const;
  /// Appends the audit path of leaf `index` to `out`, 32 octets a hash, sibling of the leaf first.
  /// Pre: index < edge.size. HOT: bench/micro
  void AppendPath(std::uint64_t index, const Edge& edge, Bytes& out) const;

  Digest Root() const { return RootAt(size()); }
  /// Root of the first `size` leaves. Pre: size <= size().
  Digest RootAt(std::uint64_t size) const { return EdgeAt(size).root; }
  /// Audit path of leaf `index` in the tree of the first `size` leaves. Pre: index < size <=
  /// size().
  Proof Inclusion(std::uint64_t index, std::uint64_t size) const;
  /// Pre: old_size <= size <= size().
  Proof Consistency(std::uint64_t old_size, std::uint64_t size) const;
  const Digest& leaf(std::uint64_t index) const {
    return tiles_[index / kWidth]->leaves[index % kWidth];
  }
  /// Hash of the complete subtree of 2^level leaves number `index`. Pre: it is complete.
  Digest Node(int level, std::uint64_t index) const;

 private:
  static constexpr std::uint64_t kWidth = 256;
  static constexpr int kTileLevels = 8;
  static constexpr std::uint64_t kTilesWithNodes = 8;
  struct Tile {
    std::array<Digest, kWidth> leaves;
    std::unique_ptr<std::array<Digest, kWidth>>
        nodes;  // levels 1 to 7, level k from 256 - (256 >> (k-1))
    static std::size_t Place(int level, std::uint64_t index) {
      return static_cast<std::size_t>(kWidth - (kWidth >> (level - 1)) + index);
    }
    Digest Node(int level, std::uint64_t index) const;
  };
  void Lift(Digest hash);
  Digest Range(std::uint64_t begin, std::uint64_t end) const;
  void Subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool whole,
                Proof& out) const;
  std::uint64_t size_ = 0;
  std::vector<std::unique_ptr<Tile>> tiles_;
  std::vector<std::vector<Digest>> upper_;  // level 8 and above
};

/// A proof as it stands on the wire, 32 octets a hash. Errors: kBadProof.
Result<Proof> ProofFromOctets(ByteView octets);

/// The root to which `proof` leads from leaf `index` of `size`, by the steps of RFC 9162 2.1.3.2.
/// Errors: kBadProof, when it leads nowhere.
Result<Digest> RootOf(std::uint64_t index, std::uint64_t size, const Digest& leaf_hash,
                      const Proof& proof);
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
