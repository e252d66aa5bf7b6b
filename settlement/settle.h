// Settlement of a sealed, certified draw: reads the sealed sales, re-hashes them to the seal, finds
// the winners, computes prizes and splits the money. Core in value-in value-out functions; the
// database is at the edge.
#pragma once

#include <map>
#include <optional>

#include "base/pg/pg.h"
#include "games/order.h"
#include "protocol/documents.h"
#include "settlement/ledger.h"

namespace lottery::settlement {

using base::Bytes;
using base::Digest;
using protocol::DrawId;

/// A winning ticket, or one to be refunded, with what its claim needs.
struct WinningTicket {
  protocol::Winner winner;
  std::uint32_t terminal = 0;
  std::vector<Money> by_tier;  // as winner.tiers
  Bytes t_hash, s_hash;
};

/// Sales of one draw as read back from the store.
struct SealedSales {
  Digest root;
  std::uint64_t size = 0;
  protocol::SaleTotals totals;
  std::map<std::uint32_t, protocol::SaleTotals> by_terminal;
  games::Wins wins{};
  std::array<Money, games::kKl8MostPick> sales_by_pick;  // kl8, net
  struct Candidate {
    std::uint64_t index;
    std::uint32_t terminal;
    std::int64_t per_draw_fen;
    std::vector<protocol::TierLines> tiers;
    Bytes t_hash, s_hash;
  };
  // Tickets with any winning line, or all where there is no outcome; voids taken out, in order of
  // index.
  std::vector<Candidate> candidates;
};

/// Feeds leaves in order, hashing and matching as it goes.
class WinnerSearch {
 public:
  explicit WinnerSearch(std::optional<games::Outcome> outcome) : outcome_(outcome) {}
  /// Errors: kEntryInvalid.
  Status Add(base::ByteView leaf);
  SealedSales Finish();

 private:
  struct Sold {
    std::uint64_t index;
    std::uint32_t terminal;
    std::int64_t per_draw_fen;
    std::vector<protocol::TierLines> tiers;
    std::vector<std::pair<int, Money>> by_pick;  // kl8
    Bytes t_hash, s_hash;
  };
  std::optional<games::Outcome> outcome_;
  crypto::MerkleTree tree_;
  std::map<Bytes, Sold> sold_;  // by message hash; voided ones leave
  SealedSales out_;
};

/// What a jurisdiction's pool and adjustment fund of a game held before the draw (3d).
struct PoolBasis {
  Money pool, adjustment;
};

struct StatementInput {
  const SealedSales* sales = nullptr;
  const std::map<std::uint32_t, std::string>* jurisdictions = nullptr;  // of terminals
  protocol::DrawCertificate certificate;
  Digest seal, certificate_hash;
  Money pool_before, injection;
  bool special_rule = false;
  std::map<std::string, PoolBasis> pools;  // 3d, by jurisdiction
  Money fixed_pool_before;                 // kl8
  base::UtcTime at;
};
/// Errors: kUnknownRule, kAmountOverflow.
Result<protocol::Statement> MakeStatement(const StatementInput& input);
/// Winners with their prizes, in order of index.
std::vector<WinningTicket> PriceWinners(const SealedSales& sales,
                                        const protocol::Statement& statement);

/// Last instant of the 60 calendar days counted from the draw date, Beijing time (Regulations art.
/// 25).
base::UtcTime ClaimUntil(base::UtcTime drawn);

/// Everything of one draw in one transaction; the signed statement comes back. Errors:
/// kSealMismatch naming the draw, kPoolMissing, kBadSeal, kBadDrawCertificate.
Result<std::string> SettleDraw(base::pg::Session& session, const protocol::Trust& trust,
                               const DrawId& draw, const std::string& certificate_text,
                               const crypto::SigningKey& key, base::UtcTime now);

/// Registers the control's agreement and lets payments begin. Errors: kControlDisagrees.
Status AcceptAgreement(base::pg::Session& session, const protocol::Trust& trust, const DrawId& draw,
                       const std::string& agreement_text);

/// A claim that was accepted in time is paid, if need be by its repeat, within so long after the
/// claim period.
inline constexpr std::int64_t kLastClaimsMs = 3600 * base::kSecondMs;
/// After the claim period and kLastClaimsMs: unpaid prizes go to the welfare fund, wholly local.
/// Errors: kIllegalTransition; kUnbalanced when the ledger and the unpaid winners differ.
Result<Money> ExpireDraw(base::pg::Session& session, const DrawId& draw, base::UtcTime now);

}  // namespace lottery::settlement
