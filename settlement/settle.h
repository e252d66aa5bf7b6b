// Settlement of a sealed, certified draw: reads the sealed sales, re-hashes them to the seal, finds
// the winners, computes prizes and splits the money. Core in value-in value-out functions; the
// database is at the edge.
#pragma once

#include "base/pg/pg.h"
#include "settlement/jurisdictions.h"
#include "settlement/ledger.h"
#include "settlement/owed_root.h"
#include "settlement/winners.h"

namespace lottery::settlement {

using protocol::DrawId;

/// What a jurisdiction's pool and adjustment fund of a game held before the draw (3d).
struct PoolBasis {
  Money pool, adjustment;
  bool operator==(const PoolBasis&) const = default;
};

struct StatementInput {
  const SealedSales* sales = nullptr;
  const Jurisdictions* jurisdictions = nullptr;  // of all that sold
  const games::RuleBook* book = nullptr;         // of the game
  protocol::DrawCertificate certificate;
  Digest seal, certificate_hash;
  Money pool_before;
  protocol::Promotion promotion;  // of the plan
  bool special_rule = false;
  std::map<std::string, PoolBasis> pools;  // 3d, by jurisdiction
  Money fixed_pool_before;                 // kl8
  Money adjustment_before;                 // of a game without jurisdictions
  base::UtcTime at;
};
/// A statement, and the roots of its winners' tiles: a winner is found by those.
struct PricedStatement {
  protocol::Statement statement;
  std::vector<OwedTile> tiles;
};
/// Errors: kUnknownRule, kAmountOverflow.
Result<PricedStatement> MakeStatement(const StatementInput& input);
/// What tickets get under a statement. `book` is the one it was made by: of 3d, what a line wins
/// follows the jurisdiction that sold it.
class TicketPrices {
 public:
  /// `jurisdictions` outlives this.
  TicketPrices(const protocol::Statement& statement, const games::RuleBook& book,
               const Jurisdictions& jurisdictions);
  /// With the tiers that pay; no winner when none does. 福运奖 does not while the special rule is
  /// not active.
  protocol::Winner Of(const Candidate& ticket, const std::vector<Won>& won) const;
  using Each = std::array<Money, games::kMostTiers>;
  /// What a line of each tier wins that this terminal sold.
  const Each& EachOf(std::uint32_t terminal) const {
    return own_.empty() ? usual_ : own_[jurisdictions_.PlaceOf(terminal)];
  }
  const Each& usual() const { return usual_; }
  /// As the places of Jurisdictions::names(); empty when all are paid the usual amounts.
  const std::vector<Each>& own() const { return own_; }

 private:
  const Jurisdictions& jurisdictions_;
  Each usual_;
  std::vector<Each> own_;
  std::array<bool, games::kMostTiers> paid_{};
};

/// Last instant of the 60 calendar days counted from the draw date, Beijing time (Regulations art.
/// 25).
base::UtcTime ClaimUntil(base::UtcTime drawn);

/// What was drawn: the certificate, and the beacon's file, which is empty where balls decided.
struct DrawnFiles {
  std::string certificate, pulse;
};
/// Everything that counts of one draw in one transaction; the signed statement comes back. Errors:
/// kSealMismatch naming the draw, kPoolMissing, kBadSeal, those of OpenCertificate.
Result<std::string> SettleDraw(base::pg::Session& session, const protocol::Trust& trust,
                               const DrawId& draw, const DrawnFiles& drawn,
                               const crypto::SigningKey& key, base::UtcTime now);

/// The control's agreement is with the statement or refund that stands; whether it is a refund.
/// Errors: kNotDrawnYet, kControlDisagrees, those of protocol::OpenOwed.
Result<bool> CheckAgreement(base::pg::Session& session, const protocol::Trust& trust,
                            const DrawId& draw, const std::string& agreement_text);
/// Lets claims in, once; the database takes it when central has logged it. Errors:
/// kDatabaseRefused.
Status KeepAgreement(base::pg::Session& session, const DrawId& draw,
                     const std::string& agreement_text);

/// Hands a paper to central and waits until it is logged; a paper that was logged before is an
/// error of kIllegalTransition.
using HandIn = std::function<Status(const std::string& envelope)>;
/// After the claim period and kLastClaimsMs: unpaid prizes go to the welfare fund, wholly local.
/// The paper is logged first and posted then; no claim is paid meanwhile. Errors:
/// kIllegalTransition; kUnbalanced when ledger, unpaid winners and paper differ.
Result<Money> ExpireDraw(base::pg::Session& session, const DrawId& draw,
                         const crypto::SigningKey& key, base::UtcTime now, const HandIn& hand_in);

}  // namespace lottery::settlement
