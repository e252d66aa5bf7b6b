#include "settlement/payer/owed_list.h"

#include <algorithm>

namespace lottery::settlement::payer {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

// "{1,20,3}"
Result<std::vector<std::int64_t>> ParseArray(std::string_view text) {
  std::vector<std::int64_t> out;
  if (text.size() < 2 || text.front() != '{' || text.back() != '}')
    return Fail(ErrorCode::kStatementForged, "an array");
  text = text.substr(1, text.size() - 2);
  if (text.empty()) return out;
  for (const auto part : base::Split(text, ',')) {
    LOTTERY_TRY(const auto value, base::ParseDecimal(part));
    out.push_back(value);
  }
  return out;
}

void AppendProof(const crypto::Proof& proof, Bytes& out) {
  for (const auto& hash : proof) out += hash.view();
}

}  // namespace

// A tree over the roots of full tiles, and of one that is not full behind them, is the upper part
// of the tree over all leaves: RFC 9162 2.1.1 splits both at the same places.
Result<OwedList> OwedList::Load(base::pg::Session& session, const protocol::Owed& owed) {
  LOTTERY_TRY(const auto rows,
              session.ExecBinary("SELECT first_idx, root FROM settlement.winner_tile WHERE game = "
                                 "$1 AND draw = $2 ORDER BY tile",
                                 {owed.draw.game, owed.draw.number}));
  OwedList list;
  list.owed_ = owed;
  for (int i = 0; i < rows.size(); ++i) {
    list.firsts_.push_back(static_cast<std::uint64_t>(rows.Int(i, 0)));
    LOTTERY_TRY(const auto root, base::DigestFrom(rows.Text(i, 1)));
    list.tiles_.Append(root);
  }
  const std::uint64_t tiles = (owed.tickets + kTileWidth - 1) / kTileWidth;
  if (list.tiles_.size() != tiles || list.tiles_.Root() != owed.root ||
      !std::is_sorted(list.firsts_.begin(), list.firsts_.end()))
    return Fail(ErrorCode::kStatementForged,
                owed.draw.ToText() + ": the stored list is not the one agreed on");
  return list;
}

Result<std::vector<protocol::Winner>> OwedList::ReadTile(base::pg::Session& session,
                                                         std::size_t tile) const {
  const bool last = tile + 1 == firsts_.size();
  LOTTERY_TRY(
      const auto rows,
      session.Exec("SELECT idx, encode(leaf_hash, 'hex'), prize_fen, tiers, lines FROM "
                   "settlement.winner WHERE game = $1 AND draw = $2 AND idx >= $3 AND idx < $4 "
                   "ORDER BY idx LIMIT 257",
                   {owed_.draw.game, owed_.draw.number, static_cast<std::int64_t>(firsts_[tile]),
                    last ? INT64_MAX : static_cast<std::int64_t>(firsts_[tile + 1])}));
  std::vector<protocol::Winner> out;
  for (int i = 0; i < rows.size(); ++i) {
    protocol::Winner winner;
    winner.index = static_cast<std::uint64_t>(rows.Int(i, 0));
    LOTTERY_TRY(winner.sale, base::DigestFromHex(rows.Text(i, 1)));
    winner.prize = Money::FromFen(rows.Int(i, 2));
    LOTTERY_TRY(const auto tiers, ParseArray(rows.Text(i, 3)));
    LOTTERY_TRY(const auto lines, ParseArray(rows.Text(i, 4)));
    if (tiers.size() != lines.size()) return Fail(ErrorCode::kStatementForged, "tiers and lines");
    for (std::size_t t = 0; t < tiers.size(); ++t)
      winner.tiers.push_back({static_cast<int>(tiers[t]), lines[t]});
    out.push_back(std::move(winner));
  }
  return out;
}

Result<Listed> OwedList::Find(base::pg::Session& session, std::uint64_t index) const {
  const auto next = std::upper_bound(firsts_.begin(), firsts_.end(), index);
  if (next == firsts_.begin()) return Fail(ErrorCode::kNoPrize);
  const auto tile = static_cast<std::size_t>(next - firsts_.begin()) - 1;
  LOTTERY_TRY(auto winners, ReadTile(session, tile));
  crypto::MerkleTree tree;
  Listed out;
  std::optional<std::size_t> at;
  for (std::size_t i = 0; i < winners.size(); ++i) {
    const Bytes leaf = winners[i].Leaf(2);
    tree.Append(crypto::LeafHash(leaf));
    if (winners[i].index != index) continue;
    at = i;
    out.leaf = leaf;
  }
  const std::uint64_t begin = tile * kTileWidth;
  const std::uint64_t width = std::min(kTileWidth, owed_.tickets - begin);
  if (tree.size() != width || tree.Root() != tiles_.leaf(tile))
    return Fail(ErrorCode::kStatementForged,
                owed_.draw.ToText() + ": stored winners are not those agreed on");
  if (!at) return Fail(ErrorCode::kNoPrize);
  out.winner = std::move(winners[*at]);
  out.place = begin + *at;
  AppendProof(tree.Inclusion(*at, tree.size()), out.path);
  AppendProof(tiles_.Inclusion(tile, tiles_.size()), out.path);
  return out;
}

}  // namespace lottery::settlement::payer
