// From the chunks of a draw to its sales: one root, voids taken from what they void, sums.
#include <algorithm>

#include "settlement/winners.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
namespace {

using Chunk = SearchedChunk;
using Name = Chunk::Name;

// The voids of a draw, to be found by the order they name: in order of name, with where each two
// first octets begin.
class VoidsByOrder {
 public:
  explicit VoidsByOrder(const std::vector<Chunk>& chunks) : begins_(kPlaces + 1) {
    for (const auto& chunk : chunks)
      for (const auto& v : chunk.voids) voids_.push_back({v, nullptr});
    std::sort(voids_.begin(), voids_.end(),
              [](const auto& a, const auto& b) { return a.first.order < b.first.order; });
    for (const auto& [v, order] : voids_) ++begins_[Place(v.order) + 1];
    for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  }
  bool empty() const { return voids_.empty(); }
  /// The void that names this order, and where to write that it has been found.
  std::pair<Chunk::Void, const Chunk::Entry*>* Find(const Name& order) {
    const auto place = Place(order);
    for (std::size_t i = begins_[place]; i < begins_[place + 1]; ++i) {
      if (voids_[i].first.order == order) return &voids_[i];
    }
    return nullptr;
  }
  auto begin() const { return voids_.begin(); }
  auto end() const { return voids_.end(); }

 private:
  static constexpr std::size_t kPlaces = 1 << 16;
  static std::size_t Place(const Name& name) { return name[0] * 256U + name[1]; }
  std::vector<std::pair<Chunk::Void, const Chunk::Entry*>> voids_;
  std::vector<std::size_t> begins_;
};

auto BadVoid(const Chunk::Void& v, const char* why) {
  return Fail(ErrorCode::kEntryInvalid,
              "a void " + std::string(why) + ", leaf " + std::to_string(v.index));
}

// Takes voided orders out of the candidates and the lines by pick of one chunk.
Status TakeVoids(VoidsByOrder& voids, Chunk& chunk) {
  std::vector<std::uint64_t> voided;
  for (std::size_t at = 0; at < chunk.entries.size(); ++at) {
    const auto& entry = chunk.entries[at];
    if (entry.per_draw_fen == 0) continue;
    auto* found = voids.Find(entry.order);
    if (found == nullptr) continue;
    const std::uint64_t index = chunk.first + at;
    if (found->second != nullptr) return BadVoid(found->first, "of two orders");
    if (found->first.index < index) return BadVoid(found->first, "before its order");
    found->second = &entry;
    voided.push_back(index);
    if (at < chunk.picks.size()) chunk.picks[at] = {};
  }
  std::erase_if(chunk.candidates, [&](const Candidate& c) {
    return std::binary_search(voided.begin(), voided.end(), c.index);
  });
  return {};
}

Status ResolveVoids(SealedSales& sales) {
  VoidsByOrder voids(sales.chunks);
  if (voids.empty()) return {};
  for (auto& chunk : sales.chunks) LOTTERY_TRY_VOID(TakeVoids(voids, chunk));
  const Name* last = nullptr;
  for (const auto& [v, order] : voids) {
    if (last != nullptr && *last == v.order) return BadVoid(v, "a second time");
    if (order == nullptr) return BadVoid(v, "without its order");
    last = &v.order;
    auto& totals = sales.by_terminal[v.terminal];
    ++totals.voids;
    totals.voids_amount = base::SumOrDie(totals.voids_amount, Money::FromFen(order->per_draw_fen));
  }
  return {};
}

void SumPicks(SealedSales& sales) {
  std::array<std::int64_t, games::kKl8MostPick> lines{};
  for (const auto& chunk : sales.chunks) {
    for (const auto& by_pick : chunk.picks)
      for (std::size_t i = 0; i < lines.size(); ++i) lines[i] += by_pick[i];
  }
  for (std::size_t i = 0; i < lines.size(); ++i)
    sales.sales_by_pick[i] = Money::FromFen(lines[i] * games::LinePriceFen(protocol::kKl8));
}

}  // namespace

Result<SealedSales> JoinChunks(std::vector<Chunk> chunks,
                               const std::vector<const WinnerSearch::ByTerminal*>& by_terminal) {
  SealedSales sales;
  sales.chunks = std::move(chunks);
  crypto::TreeHash tree;
  for (const auto& chunk : sales.chunks) {
    LOTTERY_CHECK(chunk.first == tree.size());
    tree.Append(chunk.tree);
  }
  sales.root = tree.Root();
  sales.size = tree.size();
  for (const auto* part : by_terminal) {
    for (const auto& [terminal, t] : *part) {
      auto& totals = sales.by_terminal[terminal];
      totals.sales += t.sales;
      totals.sales_amount = base::SumOrDie(totals.sales_amount, t.amount);
    }
  }
  LOTTERY_TRY_VOID(ResolveVoids(sales));
  SumPicks(sales);
  for (const auto& [terminal, t] : sales.by_terminal) {
    sales.totals.sales += t.sales;
    sales.totals.voids += t.voids;
    sales.totals.sales_amount = base::SumOrDie(sales.totals.sales_amount, t.sales_amount);
    sales.totals.voids_amount = base::SumOrDie(sales.totals.voids_amount, t.voids_amount);
  }
  for (auto& chunk : sales.chunks) {
    for (const auto& c : chunk.candidates) {
      for (std::uint32_t i = 0; i < c.tiers; ++i) {
        const Won& won = chunk.won[c.first_won + i];
        sales.wins[won.tier - 1U] += won.lines;
      }
    }
    std::vector<Chunk::Entry>().swap(chunk.entries);  // only voids looked for them
    std::vector<Chunk::LinesByPick>().swap(chunk.picks);
  }
  return sales;
}

}  // namespace lottery::settlement
