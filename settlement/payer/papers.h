// What the payer keeps of the witnessed audit log: each draw's papers, the terminals' keys, what
// was paid and exchanged. A paper that is not valid has no effect, and the first that is valid
// counts.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "games/recompute.h"
#include "protocol/payment.h"
#include "settlement/payer/witnessed_log.h"

namespace lottery::settlement::payer {

using base::Digest;
using protocol::DrawId;

/// Both halves of a ticket's secret code as hashes.
struct Secrets {
  Digest t_hash, s_hash;
  bool operator==(const Secrets&) const = default;
};

class Papers {
 public:
  explicit Papers(const protocol::Trust& trust) : trust_(trust) {}
  /// Kinds that Take looks at.
  static bool Wants(std::string_view kind);
  void Take(const Entry& entry);
  /// A payment that was signed and is not in the log yet. Ignored when the payer did not sign it,
  /// or another claim was paid the same ticket: the first counts.
  void TakePayment(base::ByteView paper);
  /// The same, and it is awaited in the log.
  void Await(const base::Bytes& paper);
  /// What was signed for a claim and is awaited.
  std::optional<Bytes> AwaitedOf(const Digest& claim) const;
  /// In no order.
  const std::map<Digest, Bytes>& awaited() const { return awaited_; }
  /// Whether the witnessed log has that leaf, a claim, at that place; of the newest million.
  bool HasClaim(std::uint64_t index, const Digest& leaf) const;

  /// What the tickets of a draw are owed by, once everything behind it was looked at: plan, seal,
  /// certificate recomputed from its pulse, statement, the control's agreement; or cancellation and
  /// refund. Errors: kNotDrawnYet, kNotAgreed; those of the paper that does not hold.
  Result<protocol::Owed> OwedOf(const DrawId& draw);
  /// The two papers as logged. Pre: OwedOf gave something.
  const std::string& StatementOf(const DrawId& draw) const;
  const std::string& AgreementOf(const DrawId& draw) const;

  /// Null for one that is not enrolled.
  const Bytes* TerminalKey(std::uint32_t terminal) const;
  bool IsPaid(const DrawId& draw, std::uint64_t place) const;
  bool IsPaidByAnother(const DrawId& draw, std::uint64_t place, const Digest& claim) const;
  /// Which secrets stand for an order's tickets: those of its newest exchange ticket that was not
  /// withdrawn, or its own. `claim` is who shows them: an exchange ticket it gave itself, paid
  /// before, changes nothing for it. Errors: kExchanged when they were right before, kWrongSecret.
  Status CheckSecrets(const Digest& order, const Secrets& own, const Secrets& shown,
                      const Digest& claim) const;

 private:
  struct Draw {
    std::vector<std::string> plans;
    std::vector<std::pair<base::UtcTime, std::string>> deviations;  // when logged, envelope
    std::vector<std::string> seals, certificates, pulses, statements, refunds, agreements;
    std::optional<protocol::Owed> owed;  // everything was looked at
    std::string statement, agreement;    // of it
    std::optional<base::Error> failed;   // what was wrong, as long as no paper of it comes
    std::vector<std::uint64_t> paid;     // by place: the claim's first octets, or 0
  };
  struct Sealed {
    protocol::Plan plan;
    Digest plan_hash, seal_hash;
    base::UtcTime sealed_at;
  };
  struct Exchange {
    Digest claim;
    Secrets secrets;
  };
  void TakeReinstatement(const Entry& entry);
  Result<Sealed> SealedOf(const Draw& draw, const DrawId& id) const;
  Result<protocol::Way> WayOf(const Draw& draw, const Sealed& sealed) const;
  Result<Digest> CertificateOf(const Draw& draw, const DrawId& id, const Sealed& sealed) const;
  Status CheckCancelled(const Draw& draw, const Sealed& sealed,
                        const protocol::Refund& refund) const;
  Status LookAt(Draw& draw, const DrawId& id) const;
  const protocol::Trust& trust_;
  std::map<DrawId, Draw> draws_;
  std::unordered_map<std::uint32_t, Bytes> terminals_;
  std::map<Digest, std::vector<Exchange>> exchanges_;  // by order, the newest last
  std::set<Digest> withdrawn_;                         // claims whose exchange ticket is
  std::map<Digest, Bytes> awaited_;                    // by claim
  std::map<std::uint64_t, Digest> claims_;             // leaves by their place
};

}  // namespace lottery::settlement::payer
