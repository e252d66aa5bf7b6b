// The signed documents of a draw day: what each says, as JSON inside a DSSE envelope. Each type has
// Parse and ToBody; docs/schema has the same shapes as JSON Schemas. Hashes over documents are
// SHA-256 of the payload.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "crypto/checkpoint.h"
#include "crypto/envelope.h"
#include "protocol/names.h"
#include "protocol/promotion.h"

namespace lottery::protocol {

using base::Bytes;
using base::Digest;
using base::Money;
using base::UtcTime;

/// Whom a stranger believes, and for what. Signed by the root key; ROOT is that key's fingerprint.
struct Trust {
  struct Key {
    std::string purpose, name;
    Bytes public_key;
  };
  struct Beacon {
    std::string name, certificate_pem;
  };
  std::string operator_name;
  Bytes root_key;
  crypto::VerifierKey log_key;
  std::vector<Key> keys;
  std::vector<crypto::VerifierKey> witnesses;
  int quorum = 0;
  std::vector<Beacon> beacons;

  std::string ToBody() const;
  /// Every key registered for `purpose`.
  std::vector<Bytes> KeysFor(std::string_view purpose) const;
};
Result<Trust> ParseTrust(std::string_view body);
/// 64 hex digits: SHA-256 of the root key, what `--trust` takes.
std::string RootFingerprint(const Bytes& root_key);
/// ROOT as people type it: blanks around it and capitals are taken, anything else is refused.
/// Errors: kUsage.
Result<std::string> ParseRoot(std::string_view text);
/// Opens trust.json: canonical, signed by its own root key. Errors: kBadSignature, kBadKey,
/// kBadJson.
Result<Trust> OpenTrust(std::string_view text);

/// Contributions are due for so long at least before a fallback may be logged instead.
inline constexpr std::int64_t kLeastContributionMs = 600'000;
/// Clocks of those who sign and of those who log agree to this.
inline constexpr std::int64_t kClockToleranceMs = 5'000;

/// How a draw will be held, fixed and witnessed before its first sale.
struct Plan {
  struct Official {
    std::string name;
    Bytes vrf_key, signing_key;
  };
  DrawId draw;
  std::string method = "vrf";       // or "ball_machine"
  std::vector<Official> officials;  // order is the order of betas
  int certificate_quorum = 0;       // m of n officials sign
  /// All that trust.json had when it was planned, by name; none in plan/1. So many of them sign
  /// with the officials what leaves the beacon's way, and stand at the ball machine.
  std::vector<std::string> overseers;
  int overseer_quorum = 0;
  std::vector<std::string> witnesses;  // names in trust.json
  int quorum = 0;
  std::string beacon;  // name in trust.json
  std::int64_t beacon_period_ms = 0;
  UtcTime close;
  std::int64_t round_delay_ms = 0;  // the round is the first pulse at or after close + this
  std::int64_t margin_ms = 0;       // every counted cosignature is older than the round by this
  std::int64_t contribution_deadline_ms = 0;  // after the round
  std::string fallback = "ball_machine";
  std::string escrow;        // commitments of the officials' escrow; empty where there is none
  std::string ball_machine;  // machine and ball set; empty where there is none
  Digest rule_book;
  Promotion promotion;  // left out of the body where there is none
  /// Hash of the withdrawal of the draw's plan before this one; left out where there was none. So a
  /// plan that was withdrawn never counts again, whatever it says.
  std::optional<Digest> after;

  std::string ToBody() const;
  /// Of its officials, in order.
  std::vector<Bytes> SigningKeys() const;
  /// The beacon round: time of the pulse that counts.
  UtcTime Round() const;
};
Result<Plan> ParsePlan(std::string_view body);
/// Everything a plan names is registered: officials' signing keys, the beacon, exactly the
/// witnesses and quorum of trust.json, overseers it has (none in plan/1); VRF keys are sound
/// points, nobody stands twice. Errors: kBadPlan.
base::Status CheckPlanIsTrusted(const Plan& plan, const Trust& trust);
/// The registered keys of the plan's overseers.
std::vector<Bytes> OverseersKeys(const Plan& plan, const Trust& trust);

struct SaleTotals {
  std::int64_t sales = 0, voids = 0;
  Money sales_amount, voids_amount;
  auto operator<=>(const SaleTotals&) const = default;
};
base::json::object ToJson(const SaleTotals& totals);
Result<SaleTotals> ParseTotals(const base::json::object& object);

struct TerminalTotals {
  std::uint32_t terminal = 0;
  SaleTotals totals;
  auto operator<=>(const TerminalTotals&) const = default;
};
/// Merkle root over the list in order of terminal; each leaf is u32 terminal, then u64 sales, u64
/// fen, u64 voids, u64 fen.
Digest TerminalsRoot(const std::vector<TerminalTotals>& list);

/// The same leaves one after the other, kTerminalLine octets each.
inline constexpr std::size_t kTerminalLine = 4 + 4 * 8;
Bytes EncodeTerminals(const std::vector<TerminalTotals>& list);
/// Errors: kBadEncoding.
Result<TerminalTotals> DecodeTerminalLine(base::ByteView leaf);

/// What was sold, frozen and witnessed before the randomness exists.
struct Seal {
  DrawId draw;
  struct Sealed {
    std::string operator_name, origin, note;
  };
  std::vector<Sealed> checkpoints;  // one an operator
  SaleTotals totals;
  Digest terminals_root;
  std::int64_t terminals = 0;
  std::vector<std::string> exclusions;  // none yet: each would be a document signed by two
  Digest plan, agreement, rule_book;
  std::string program_version;
  UtcTime sealed_at;
  std::string ToBody() const;
};
Result<Seal> ParseSeal(std::string_view body);

/// The control's word: on roots, counts and amounts before the seal, on winners and prizes before
/// payment.
struct Agreement {
  DrawId draw;
  std::string stage;  // "sales", "prizes" or "refund"
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  SaleTotals totals;
  Digest terminals_root;
  Digest statement;  // SHA-256 of the statement or refund agreed with; of sales zeros
  UtcTime at;
  std::string ToBody() const;
};
Result<Agreement> ParseAgreement(std::string_view body);

/// One official's part of the randomness.
struct Contribution {
  std::string official;
  Bytes proof;          // 80 octets
  std::string opening;  // signed by the holders who opened the key in escrow; mostly empty
};

base::json::object ToJson(const Contribution& contribution);
Result<Contribution> ParseContribution(const base::json::object& object);

struct DrawCertificate {
  DrawId draw;
  std::string method = "vrf";
  Digest plan, seal;
  std::string round;                        // the pulse's time stamp
  Digest beacon;                            // SHA-256 of the published pulse file
  Bytes alpha, seed;                        // 64 octets each
  std::vector<Contribution> contributions;  // in plan order
  std::vector<std::string> entries;         // ball machine: the officials' signed entries
  std::string attendance;                   // and the overseers', who were there; none by plan/1
  /// Ascending: six reds of ssq, seven of qlc, twenty of kl8; in order: three digits of 3d.
  std::vector<int> numbers;
  int extra = 0;  // blue of ssq, special number of qlc
  UtcTime at;
  std::string ToBody() const;
};
Result<DrawCertificate> ParseDrawCertificate(std::string_view body);
/// The claim period counts from `at`: no earlier than the outcome could be known, no later than it
/// was logged. Errors: kBadDrawCertificate.
base::Status CheckCertifiedAt(const DrawCertificate& certificate, UtcTime first_known,
                              UtcTime logged);

/// alpha = SHA-512 over tag, plan hash, seal hash, round, beacon value.
Bytes DrawAlpha(const Digest& plan, const Digest& seal, std::string_view round,
                base::ByteView beacon_value);

/// What a game begins with, signed by two officials. 3d has a pool and an adjustment fund in each
/// jurisdiction, whose sums the other two are.
struct Opening {
  struct Pool {
    std::string jurisdiction;
    Money pool, adjustment;
  };
  std::string game;
  Money pool, adjustment;
  Money fixed_pool;  // kl8
  bool special_rule = false;
  std::vector<Pool> pools;
};
/// Errors: kBadJson.
Result<Opening> ParseOpening(std::string_view body);

struct TierResult {
  int tier = 0;
  std::int64_t lines = 0;
  Money each, total;  // the bonus of a promotion included
  Money bonus = {};   // of each
  auto operator<=>(const TierResult&) const = default;
};

/// What a draw paid and where the rest went.
struct Statement {
  int format = 2;  // 1 before a winner named its sale's leaf
  DrawId draw;
  std::string rule;
  Digest rule_book, seal, certificate;
  SaleTotals totals;
  Money net_sales, prize_money, adjustment_accrued, fund, fee;  // shares of the net sales
  Money pool_before, pool_after, injection;
  bool special_rule = false, special_rule_next = false;
  std::vector<TierResult> tiers;
  /// 3d: one a jurisdiction, ascending; the figures above are their sums.
  struct Pool {
    std::string jurisdiction;
    Money net_sales, prizes, pool_before, pool_after;
    Money adjustment_before, adjustment_paid, adjustment_after, fee_advanced;
    auto operator<=>(const Pool&) const = default;
  };
  std::vector<Pool> pools;
  /// What the game's adjustment fund held; of 3d the sums of the pools'. Not in statement/1.
  Money adjustment_before, adjustment_after;
  /// kl8: the pool of the fixed prizes, and net sales of each play, by pick - 1.
  Money fixed_pool_before, fixed_pool_after;
  std::array<Money, 10> sales_by_pick;
  Money prizes, adjustment_gained, adjustment_paid;
  std::int64_t winning_tickets = 0;
  Digest winners_root;  // Merkle root over Winner::Leaf in order of index
  UtcTime at;
  UtcTime claim_until;  // last instant of the claim period
  std::string ToBody() const;
};
Result<Statement> ParseStatement(std::string_view body);

/// What the tickets of a cancelled draw are refunded, each its price for that draw.
struct Refund {
  int format = 2;  // as of a statement
  DrawId draw;
  Digest seal, cancellation;  // of the body of the logged deviation
  SaleTotals totals;
  Money refunds;  // sales less voids
  std::int64_t tickets = 0;
  Digest refunds_root;  // Merkle root over Winner::Leaf of each ticket, no lines, in order of index
  UtcTime at;
  std::string ToBody() const;
};
Result<Refund> ParseRefund(std::string_view body);

struct TierLines {
  int tier = 0;
  std::int64_t lines = 0;
  auto operator<=>(const TierLines&) const = default;
};
/// One ticket that is owed money.
struct Winner {
  std::uint64_t index = 0;
  Digest sale;  // hash of its leaf in the draw's log: from there come its secrets
  Money prize;
  std::vector<TierLines> tiers;
  /// As a leaf of winners_root or refunds_root: u64 index, 32 octets sale (format 2), u64 prize
  /// fen, then for each tier it wins in, ascending, u8 tier and u32 lines.
  Bytes Leaf(int format) const;
};
/// Of format 2. Errors: kEntryInvalid.
Result<Winner> DecodeWinner(base::ByteView leaf);
Digest WinnersRoot(const std::vector<Winner>& winners, int format);

/// The civil-affairs share of a period over programmes.
struct Allocation {
  struct Line {
    std::string programme, county;
    Money amount;
  };
  std::string period;  // YYYYMM
  Digest rules;        // SHA-256 of the published rules file
  std::vector<std::string> draws;
  Money fund, central, local, social_security, special, civil_affairs, sport;
  Money carried;  // from the period before, shared with this one's
  std::vector<Line> lines;
  Money remainder;  // stays with civil affairs, carried to the next period
  std::string ToBody() const;
};
Result<Allocation> ParseAllocation(std::string_view body);

/// Opens a signed document: canonical envelope of `type`, signed by at least `least` of `keys`.
Result<crypto::Envelope> OpenSigned(std::string_view text, std::string_view type,
                                    const std::vector<Bytes>& keys, int least);

inline Digest BodyHash(const crypto::Envelope& envelope) { return crypto::Sha256(envelope.body); }

}  // namespace lottery::protocol
