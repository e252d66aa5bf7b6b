#include "crypto/tile.h"

namespace lottery::crypto {
namespace {

std::string IndexPath(std::uint64_t index, std::uint64_t width) {
  const auto three = [](std::uint64_t v) {
    const std::string digits = std::to_string(v);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string path = three(index % 1000);
  for (index /= 1000; index != 0; index /= 1000) path = "x" + three(index % 1000) + "/" + path;
  if (width != kTileWidth) path += ".p/" + std::to_string(width);
  return path;
}

}  // namespace

std::string TilePath(const TileId& tile) {
  return "tile/" + std::to_string(tile.level) + "/" + IndexPath(tile.index, tile.width);
}

std::string EntriesPath(std::uint64_t index, std::uint64_t width) { return "tile/entries/" + IndexPath(index, width); }

std::vector<TileId> TilesOf(std::uint64_t size) {
  std::vector<TileId> tiles;
  int level = 0;
  for (std::uint64_t nodes = size; nodes != 0; nodes /= kTileWidth, ++level) {
    for (std::uint64_t i = 0; i < nodes / kTileWidth; ++i) tiles.push_back({level, i, kTileWidth});
    if (nodes % kTileWidth != 0) tiles.push_back({level, nodes / kTileWidth, nodes % kTileWidth});
  }
  return tiles;
}

Bytes TileHashes(const MerkleTree& tree, const TileId& tile) {
  Bytes out;
  out.reserve(tile.width * 32);
  for (std::uint64_t i = 0; i < tile.width; ++i) {
    out += tree.Node(tile.level * 8, tile.index * kTileWidth + i).view();
  }
  return out;
}

void AppendEntry(Bytes& bundle, ByteView entry) {
  base::ByteWriter writer;
  writer.Short(entry);
  bundle += writer.bytes();
}

Result<std::vector<Bytes>> ParseEntries(ByteView bundle) {
  std::vector<Bytes> entries;
  base::ByteReader reader(bundle);
  while (!reader.AtEnd()) {
    entries.emplace_back(reader.Short());
    if (!reader.ok()) return base::Fail(base::ErrorCode::kFileCorrupt, "entry bundle is cut");
  }
  return entries;
}

}  // namespace lottery::crypto
