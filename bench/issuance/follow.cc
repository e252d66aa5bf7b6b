#include "bench/issuance/follow.h"

#include <poll.h>

#include <chrono>
#include <cstdio>
#include <map>

#include "base/json.h"
#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "protocol/net/http.h"

namespace lottery::bench {
namespace {

constexpr int kTimeoutMs = 10'000;
constexpr int kEveryMs = 1000;

struct Counts {
  std::int64_t checkpoints = 0, tiles = 0, bad = 0;
};
/// kAbsent: nobody answered, which says nothing about the log.
enum class Seen { kGood, kBad, kAbsent };

base::Result<std::string> Get(const std::string& url) {
  LOTTERY_TRY(auto answer, protocol::net::HttpCall("GET", url, "", kTimeoutMs));
  if (answer.status != 200) return base::Fail(base::ErrorCode::kFileMissing, url);
  return std::move(answer.body);
}

// Brings `tree` to `size` with the tiles of level 0; bad when one is short or contradicts.
Seen Extend(crypto::MerkleTree& tree, std::uint64_t size, const std::string& log, Counts& counts) {
  while (tree.size() < size) {
    const std::uint64_t index = tree.size() / crypto::kTileWidth;
    const std::uint64_t first = index * crypto::kTileWidth;
    const auto tile =
        Get(log + crypto::TilePath({0, index, std::min(crypto::kTileWidth, size - first)}));
    if (!tile && tile.error().code != base::ErrorCode::kFileMissing) return Seen::kAbsent;
    if (!tile || tile->size() != 32 * std::min(crypto::kTileWidth, size - first)) return Seen::kBad;
    ++counts.tiles;
    for (std::uint64_t at = first; at * 32 < first * 32 + tile->size(); ++at) {
      const auto hash = base::DigestFrom(std::string_view(*tile).substr((at - first) * 32, 32));
      if (at == tree.size()) tree.Append(*hash);
      if (tree.leaf(at) != *hash) return Seen::kBad;
    }
  }
  return Seen::kGood;
}

Seen Look(const FollowConfig& config, const std::string& name, crypto::MerkleTree& tree,
          Counts& counts) {
  const std::string log = config.url + "/log/" + name + "/";
  const auto note = Get(log + "checkpoint");
  if (!note) return Seen::kAbsent;
  const auto opened =
      crypto::OpenCheckpoint(*note, config.log_key, config.operator_name + "/" + name);
  if (!opened || opened->checkpoint.size < tree.size()) return Seen::kBad;
  const Seen extended = Extend(tree, opened->checkpoint.size, log, counts);
  if (extended != Seen::kGood) return extended;
  return tree.Root() == opened->checkpoint.root ? Seen::kGood : Seen::kBad;
}

}  // namespace

int Follow(const FollowConfig& config) {
  std::map<std::string, crypto::MerkleTree> trees;
  Counts counts;
  pollfd input{0, POLLIN, 0};
  while (::poll(&input, 1, kEveryMs) == 0) {
    for (const auto& name : config.logs) {
      const Seen seen = Look(config, name, trees[name], counts);
      counts.checkpoints += seen == Seen::kGood ? 1 : 0;
      counts.bad += seen == Seen::kBad ? 1 : 0;
    }
  }
  std::uint64_t leaves = 0;
  for (const auto& [name, tree] : trees) leaves += tree.size();
  std::printf("%s\n", base::ToLine(base::json::object{{"checkpoints", counts.checkpoints},
                                                      {"tiles", counts.tiles},
                                                      {"leaves", leaves},
                                                      {"bad", counts.bad}})
                          .c_str());
  return 0;
}

}  // namespace lottery::bench
