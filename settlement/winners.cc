#include "settlement/winners.h"

#include <algorithm>
#include <cstring>

#include "crypto/merkle.h"
#include "protocol/leaf.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
namespace {

using Name = SearchedChunk::Name;

Name NameOf(ByteView order_hash) {
  Name name;
  std::memcpy(name.data(), order_hash.data(), name.size());
  return name;
}

SearchedChunk::LinesByPick LinesByPick(const wire::Order& order) {
  SearchedChunk::LinesByPick out{};
  const auto sales = games::SalesByPick(order);
  for (std::size_t i = 0; i < sales.size(); ++i)
    out[i] = static_cast<std::uint16_t>(sales[i].fen() / games::LinePriceFen(protocol::kKl8));
  return out;
}

}  // namespace

void WinnerSearch::Begin(std::uint64_t first_leaf) {
  chunk_ = {};
  chunk_.first = first_leaf;
  chunk_.entries.reserve(kChunkLeaves);
  sold_.clear();
}

// A nation's outlets do not fit the processor's caches: a loop that does nothing else waits for
// many of them at a time.
SearchedChunk WinnerSearch::End() {
  for (const auto& [terminal, fen] : sold_) {
    auto& sold = by_terminal_[terminal];
    ++sold.sales;
    sold.amount = base::SumOrDie(sold.amount, Money::FromFen(fen));
  }
  chunk_.entries.shrink_to_fit();
  chunk_.candidates.shrink_to_fit();
  chunk_.won.shrink_to_fit();
  return std::move(chunk_);
}

Status WinnerSearch::Add(ByteView raw) {
  LOTTERY_CHECK(chunk_.tree.size() < kChunkLeaves);
  const std::uint64_t index = chunk_.first + chunk_.tree.size();
  const auto invalid = [&] {
    return Fail(ErrorCode::kEntryInvalid, "leaf " + std::to_string(index));
  };
  const Digest sale = crypto::LeafHash(raw);
  chunk_.tree.Append(sale);
  LOTTERY_TRY(const auto leaf, protocol::ViewSaleLeaf(raw));
  const auto* message = plain_.Read(leaf.message);
  if (message == nullptr) {
    LOTTERY_TRY(message, reader_.Read(leaf.message));
  }
  if (leaf.kind == protocol::LeafKind::kVoid) {
    if (!message->has_void_()) return invalid();
    chunk_.voids.push_back({NameOf(message->void_().order_hash()), message->terminal(), index});
    chunk_.entries.emplace_back();
    return {};
  }
  if (!message->has_order()) return invalid();
  return AddOrder(*message, leaf.message, sale);
}

Status WinnerSearch::AddOrder(const wire::TerminalMessage& message, ByteView octets,
                              const Digest& sale) {
  const auto& order = message.order();
  LOTTERY_TRY(const auto facts, games::PriceOrder(order));
  const auto fen = static_cast<std::uint32_t>(facts.per_draw.fen());  // at most 20 000 yuan
  sold_.emplace_back(message.terminal(), fen);
  AddCandidate(message, sale, fen);
  if (order.game() == protocol::kKl8) {
    chunk_.picks.resize(chunk_.entries.size());
    chunk_.picks.push_back(LinesByPick(order));
  }
  chunk_.entries.push_back({NameOf(crypto::Sha256(octets).view()), fen});
  return {};
}

// Before its entry: the leaf's place is the number of entries.
void WinnerSearch::AddCandidate(const wire::TerminalMessage& message, const Digest& sale,
                                std::uint32_t fen) {
  Candidate c;
  c.first_won = static_cast<std::uint32_t>(chunk_.won.size());
  if (outcome_) {
    const auto wins = games::OrderWinners(message.order(), *outcome_);
    for (std::size_t i = 0; i < wins.size(); ++i) {
      if (wins[i] == 0) continue;
      chunk_.won.push_back({static_cast<std::uint32_t>(wins[i]), static_cast<std::uint8_t>(i + 1)});
      ++c.tiers;
    }
    if (c.tiers == 0) return;
  }
  c.index = chunk_.first + chunk_.entries.size();
  c.terminal = message.terminal();
  c.per_draw_fen = fen;
  c.sale = sale;
  chunk_.candidates.push_back(c);
}

Status SealedSales::ForCandidates(std::size_t begin, std::size_t end, const Each& each) const {
  std::vector<Won> won;
  for (std::size_t i = begin; i < end; ++i) {
    const auto& chunk = chunks[i];
    for (const auto& c : chunk.candidates) {
      const auto* first = chunk.won.data() + c.first_won;
      won.assign(first, first + c.tiers);
      LOTTERY_TRY_VOID(each(c, won));
    }
  }
  return {};
}

}  // namespace lottery::settlement
