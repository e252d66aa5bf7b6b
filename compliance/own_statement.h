// The second computation of a draw's money: winners, prizes and the split. Settlement's statement
// must equal what comes out here.
#pragma once

#include "compliance/own_d3.h"
#include "compliance/sales_view.h"

namespace lottery::compliance {

/// What a draw starts from, in fen.
struct PrizeBasis {
  std::int64_t pool_before_fen = 0;
  bool special_rule = false;
  /// 3d, by jurisdiction: pool and adjustment fund.
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> pools;
  std::int64_t fixed_pool_fen = 0;  // kl8
  /// The adjustment fund of a game without jurisdictions; nothing where only statements of the
  /// first format are known, which do not say it.
  std::optional<std::int64_t> adjustment_fen;
  protocol::Promotion promotion;  // of the draw's plan
  const OwnD3Table* d3_amounts = &OwnD3Published();
};
/// What the draw after one with this statement, which started from `before`, or the first draw
/// starts from.
PrizeBasis BasisAfter(const protocol::Statement& statement, const PrizeBasis& before);
PrizeBasis BasisOf(const protocol::Opening& opening);

/// What decides the figures of a statement, whoever counted it.
struct OwnCount {
  OwnWins lines{};
  std::array<std::int64_t, 10> sales_by_pick{};  // kl8, fen
  std::map<std::string, OwnD3Pool> pools;        // 3d; prizes may be given without wins
  OwnWins d3_prizes{};                           // by tier - 1, of all pools together
};
/// Every figure of `statement` that follows from the count and its net sales: shares, pools, tiers,
/// prizes, rule. Errors: kOldRule, kEntryInvalid, kAmountOverflow.
Status FillFigures(const OwnCount& count, const PrizeBasis& basis, protocol::Statement& statement);

/// Name of the version that governs a draw; empty where none does.
std::string OwnRuleOf(const protocol::DrawId& draw);
std::size_t OwnTiersOf(const std::string& game);

/// Everything a statement says that follows from sales, outcome and the pool before. `at`, the
/// documents' hashes and the rule book are copied from `like`.
Result<protocol::Statement> Recompute(const SalesView& sales,
                                      const protocol::DrawCertificate& certificate,
                                      const PrizeBasis& basis, const protocol::Statement& like);
/// Every ticket that a statement owes money, in order of index, by our own count.
Result<std::vector<protocol::Winner>> OwnWinners(const SalesView& sales,
                                                 const protocol::DrawCertificate& certificate,
                                                 const PrizeBasis& basis,
                                                 const protocol::Statement& statement);
/// What was paid is what stands at its place of the list. Errors: kPaymentForged.
Status CheckPaid(const std::vector<Payments::Paid>& paid,
                 const std::vector<protocol::Winner>& owed);
/// Names the first figure in which a statement differs from ours: kVoidedPaid when it is what
/// paying voided tickets would give, kOldRule, kFenMoved, kStatementForged.
Status CompareStatement(const SalesView& sales, const protocol::DrawCertificate& certificate,
                        const PrizeBasis& basis, const protocol::Statement& theirs);
/// Without the sales: the statement's own arithmetic, from the counts it claims. Errors as above.
Status CheckFigures(const protocol::Statement& statement, const PrizeBasis& basis,
                    const protocol::DrawCertificate& certificate, const Digest& rule_book);

}  // namespace lottery::compliance
