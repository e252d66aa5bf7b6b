// The winner search: one pass over the sealed leaves that hashes every one of them.
#include <algorithm>

#include "games/order.h"
#include "protocol/draw_life.h"
#include "protocol/leaf.h"
#include "protocol/message.h"
#include "settlement/settle.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
namespace {

using Tiers = std::vector<protocol::TierLines>;

Tiers TiersOf(const games::Wins& wins) {
  Tiers out;
  for (std::size_t i = 0; i < wins.size(); ++i) {
    if (wins[i] > 0) out.push_back({static_cast<int>(i) + 1, wins[i]});
  }
  return out;
}

// What one draw of a kl8 order costs, by play.
std::vector<std::pair<int, Money>> PicksOf(const wire::Order& order) {
  std::vector<std::pair<int, Money>> out;
  if (order.game() != protocol::kKl8) return out;
  const auto sales = games::SalesByPick(order);
  for (std::size_t i = 0; i < sales.size(); ++i) {
    if (sales[i] > Money()) out.emplace_back(static_cast<int>(i) + 1, sales[i]);
  }
  return out;
}

}  // namespace

Status WinnerSearch::Add(base::ByteView raw) {
  const std::uint64_t index = tree_.size();
  tree_.Append(crypto::LeafHash(raw));
  LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(raw));
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf.message, leaf.signature));
  const auto& m = *message.decoded;
  if (leaf.kind == protocol::LeafKind::kVoid) {
    if (!m.has_void_()) return Fail(ErrorCode::kEntryInvalid, "leaf " + std::to_string(index));
    const auto order = sold_.find(m.void_().order_hash());
    if (order == sold_.end())
      return Fail(ErrorCode::kEntryInvalid,
                  "a void without its order, leaf " + std::to_string(index));
    auto& totals = out_.by_terminal[m.terminal()];
    ++totals.voids;
    totals.voids_amount =
        base::SumOrDie(totals.voids_amount, Money::FromFen(order->second.per_draw_fen));
    sold_.erase(order);
    return {};
  }
  if (!m.has_order()) return Fail(ErrorCode::kEntryInvalid, "leaf " + std::to_string(index));
  LOTTERY_TRY(const auto facts, games::CheckOrder(m.order()));
  auto& totals = out_.by_terminal[m.terminal()];
  ++totals.sales;
  totals.sales_amount = base::SumOrDie(totals.sales_amount, facts.per_draw);
  sold_[Bytes(message.hash.view())] = {
      index,
      m.terminal(),
      facts.per_draw.fen(),
      outcome_ ? TiersOf(games::OrderWinners(m.order(), *outcome_)) : Tiers{},
      PicksOf(m.order()),
      m.order().t_hash(),
      Bytes(leaf.s_hash.view())};
  return {};
}

SealedSales WinnerSearch::Finish() {
  out_.root = tree_.Root();
  out_.size = tree_.size();
  for (const auto& [terminal, t] : out_.by_terminal) {
    out_.totals.sales += t.sales;
    out_.totals.voids += t.voids;
    out_.totals.sales_amount = base::SumOrDie(out_.totals.sales_amount, t.sales_amount);
    out_.totals.voids_amount = base::SumOrDie(out_.totals.voids_amount, t.voids_amount);
  }
  for (auto& [hash, sold] : sold_) {
    for (const auto& [pick, amount] : sold.by_pick) {
      auto& sum = out_.sales_by_pick[static_cast<std::size_t>(pick - 1)];
      sum = base::SumOrDie(sum, amount);
    }
    if (outcome_ && sold.tiers.empty()) continue;
    for (const auto& t : sold.tiers) out_.wins[static_cast<std::size_t>(t.tier - 1)] += t.lines;
    out_.candidates.push_back({sold.index, sold.terminal, sold.per_draw_fen, std::move(sold.tiers),
                               std::move(sold.t_hash), std::move(sold.s_hash)});
  }
  std::sort(out_.candidates.begin(), out_.candidates.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return std::move(out_);
}

base::UtcTime ClaimUntil(base::UtcTime drawn) {
  constexpr std::int64_t kBeijing = 8 * 3600 * base::kSecondMs;
  return {(protocol::LastClaimDay(drawn) + 1) * base::kDayMs - kBeijing - 1};
}

}  // namespace lottery::settlement
