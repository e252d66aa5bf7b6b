// The list of a draw's tickets that are owed money, taken from rows that anybody may have written
// and believed only as far as it hashes to the root settlement signed and the control agreed on.
#pragma once

#include "crypto/merkle.h"
#include "settlement/payer/papers.h"

namespace lottery::settlement::payer {

inline constexpr std::uint64_t kTileWidth = 256;  // settlement/owed_root.h

/// A ticket of the list and its way to the root.
struct Listed {
  protocol::Winner winner;
  Bytes leaf, path;  // 32 octets a hash
  std::uint64_t place = 0;
};

class OwedList {
 public:
  /// Reads the roots of its tiles. Errors: kStatementForged when they do not make the root.
  static Result<OwedList> Load(base::pg::Session& session, const protocol::Owed& owed);
  /// Errors: kNoPrize when the ticket is not on it; kStatementForged when a row was changed.
  Result<Listed> Find(base::pg::Session& session, std::uint64_t index) const;

 private:
  Result<std::vector<protocol::Winner>> ReadTile(base::pg::Session& session,
                                                 std::size_t tile) const;
  protocol::Owed owed_;
  std::vector<std::uint64_t> firsts_;  // index of each tile's first ticket
  crypto::MerkleTree tiles_;           // over the tiles' roots
};

}  // namespace lottery::settlement::payer
