// The public layout of a log: https://c2sp.org/tlog-tiles. Pure arithmetic and encoding, no I/O.
#pragma once

#include "crypto/merkle.h"

namespace lottery::crypto {

inline constexpr std::uint64_t kTileWidth = 256;

/// A tile's place: level, index, and how many of its 256 hashes exist (256 is a full tile).
struct TileId {
  int level = 0;
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;
};

/// "tile/0/x001/234.p/7"
std::string TilePath(const TileId& tile);
/// "tile/entries/x001/234.p/7"
std::string EntriesPath(std::uint64_t index, std::uint64_t width);
/// Reads a hash tile's path: exactly what TilePath writes, and within a log of 2^63 leaves. Errors:
/// kBadEncoding.
Result<TileId> ParseTilePath(std::string_view path);
/// Every hash tile of a tree of `size` leaves; no empty ones.
std::vector<TileId> TilesOf(std::uint64_t size);
/// The tile's hashes, concatenated. Pre: the tree is large enough.
Bytes TileHashes(const MerkleTree& tree, const TileId& tile);

/// Appends one entry: u16 length, octets. Pre: at most 65 535 octets.
void AppendEntry(Bytes& bundle, ByteView entry);
/// Errors: kFileCorrupt.
Result<std::vector<Bytes>> ParseEntries(ByteView bundle);

}  // namespace lottery::crypto
