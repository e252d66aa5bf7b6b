#include "crypto/tile.h"

namespace lottery::crypto {
namespace {

// Levels of the layout are 0 to 5. A log has at most 2^63 leaves, and a tile of a level stands for
// 256^(level + 1) of them, so that no number of a leaf below a tile exceeds 64 bits.
constexpr int kLastLevel = 5;
constexpr int kMostLeavesBits = 63;
constexpr std::uint64_t TilesAt(int level) {
  return std::uint64_t{1} << (kMostLeavesBits - 8 * (level + 1));
}

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

std::string EntriesPath(std::uint64_t index, std::uint64_t width) {
  return "tile/entries/" + IndexPath(index, width);
}

Result<TileId> ParseTilePath(std::string_view path) {
  const auto bad = [] { return base::Fail(base::ErrorCode::kBadEncoding, "not a tile path"); };
  auto parts = base::Split(path, '/');
  TileId tile;
  if (parts.size() >= 4 && parts[parts.size() - 2].ends_with(".p")) {
    const auto width = base::ParseDecimal(parts.back());
    if (!width || *width < 1 || *width >= static_cast<std::int64_t>(kTileWidth)) return bad();
    tile.width = static_cast<std::uint64_t>(*width);
    parts.pop_back();
    parts.back().remove_suffix(2);
  }
  if (parts.size() < 3 || parts.size() > 8 || parts[0] != "tile") return bad();
  const auto level = base::ParseDecimal(parts[1]);
  if (!level || *level > kLastLevel) return bad();
  tile.level = static_cast<int>(*level);
  for (std::size_t i = 2; i < parts.size(); ++i) {
    const std::string_view digits = parts[i].starts_with("x") ? parts[i].substr(1) : parts[i];
    for (const char c : digits)
      tile.index = tile.index * 10 + static_cast<std::uint64_t>(c >= '0' && c <= '9' ? c - '0' : 0);
  }
  if (tile.index >= TilesAt(tile.level) || TilePath(tile) != path) return bad();
  return tile;
}

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
