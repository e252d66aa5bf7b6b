// Payment by proof: the payer's signed word that a claim was paid, and what stands behind it. Who
// is shown one (central before it credits an outlet, a till before it says "paid", the control, a
// verifier) believes the signatures of settlement, control and payer together, and no row.
// docs/formats/payment.md.
#pragma once

#include <optional>

#include "crypto/merkle.h"
#include "protocol/documents.h"
#include "protocol/wire.pb.h"

namespace lottery::protocol {

/// payment/1: one claim, paid.
struct Payment {
  /// The secrets that stand for the order's other draws from now on.
  struct Exchange {
    Digest order;           // SHA-256 of the order's message
    Digest t_hash, s_hash;  // of the exchange ticket's two halves
  };
  Digest claim;        // SHA-256 of the claim's message
  Digest statement;    // hash of the statement or refund the ticket is owed by
  std::string origin;  // of the sale's leaf, with its index
  std::uint64_t index = 0;
  std::uint64_t place = 0;  // of the ticket among those of the statement
  Money gross, tax;
  std::uint32_t terminal = 0;
  UtcTime at;
  bool into_deposit = false;  // an outlet paid from its drawer: the sum comes back into its deposit
  std::optional<Exchange> exchange;

  /// What the winner got. Pre: tax is at most gross.
  Money paid() const;
  Bytes ToBody() const;
};

/// A claim's leaf of the audit log, as central writes it: never t, s or a person. A payment answers
/// one that has these octets.
Bytes ClaimLeaf(UtcTime time, std::uint32_t terminal, std::uint64_t sequence, const Digest& message,
                const std::string& origin, std::uint64_t index, bool exchange);

/// Body and signature, as they are sent, stored and logged. Ed25519 is deterministic: the same
/// payment gives the same octets.
Bytes SignPayment(const Payment& payment, const crypto::SigningKey& payer);
/// Errors: kPaymentForged: another form, tax above gross, no signature of a payer's key.
Result<Payment> OpenPayment(base::ByteView paper, const std::vector<Bytes>& payers);

/// What the tickets of a draw are owed by: a statement or a refund, with the control's agreement.
struct Owed {
  DrawId draw;
  int format = 2;
  bool refund = false;
  Digest statement, seal, root;
  std::uint64_t tickets = 0;
  UtcTime claim_until;  // prizes only: a refund has no end
};
/// Both texts as logged. Errors: kNotAgreed when the control's agreement is not with this paper;
/// kStatementForged.
Result<Owed> OpenOwed(const std::string& statement, const std::string& agreement,
                      const Trust& trust);

/// A payment and why it was right, as central sends it to a till.
/// Errors: kPaymentForged naming what does not fit; those of OpenOwed.
Result<Payment> CheckPayment(const wire::PaymentProof& proof, const Trust& trust);

}  // namespace lottery::protocol
