// Pays claims by proof. Whether a ticket is owed anything, and whose it is, is decided by what was
// signed and witnessed: rows of the database are looked up and never believed. What counters and
// persons are held to (places, identity, tax) is settlement's to keep.
#pragma once

#include <array>
#include <chrono>
#include <mutex>

#include "base/pg/pg.h"
#include "protocol/message.h"
#include "settlement/payer/journal.h"
#include "settlement/payer/owed_list.h"

namespace lottery::settlement::payer {

class Payer {
 public:
  Payer(const protocol::Trust& trust, const crypto::SigningKey& key, Journal& journal)
      : trust_(trust), key_(key), journal_(journal), log_(trust), papers_(trust) {}
  /// Reads the log and what was paid lately; call before the first claim. Errors: kSplitView, those
  /// of the database.
  Status Begin(base::pg::Session& session);
  /// One claim, asked about or paid. From any thread, each with a session of its own. A refusal is
  /// an answer; an error is one of the database, and then nothing was paid or it is not known: the
  /// same claim again says.
  Result<wire::PayAnswer> Handle(base::pg::Session& session, const wire::PayRequest& request);

 private:
  struct Claim {
    protocol::SignedMessage message;
    DrawId draw;
    protocol::Owed owed;
    Listed listed;
    Digest order;
    Secrets own, shown;
  };
  Status CatchUp(base::pg::Session& session);
  Status Look(base::pg::Session& session);
  Result<Claim> LookAt(base::pg::Session& session, const wire::PayRequest& request);
  Result<protocol::SignedMessage> Open(const wire::PayRequest& request);
  Result<protocol::Owed> Owed(base::pg::Session& session, const DrawId& draw);
  Result<Listed> Find(base::pg::Session& session, const protocol::Owed& owed, std::uint64_t index);
  Status CheckTicket(base::pg::Session& session, const wire::PayRequest& request, Claim& claim);
  Result<std::optional<Bytes>> PaidBefore(base::pg::Session& session, const Digest& claim);
  Result<wire::PayAnswer> Again(base::pg::Session& session, const wire::PayRequest& request,
                                const Claim& claim, const Bytes& paper);
  Status CheckLogged(base::pg::Session& session, const wire::PayRequest& request,
                     const protocol::SignedMessage& message);
  Status WhyNot(base::pg::Session& session, const Claim& claim, std::int64_t refusal);
  Result<Bytes> Sign(const protocol::Payment& payment);
  Result<wire::PayAnswer> Decide(base::pg::Session& session, const wire::PayRequest& request);
  Result<wire::PayAnswer> Pay(base::pg::Session& session, const wire::PayRequest& request,
                              const Claim& claim);
  void PutProof(const Claim& claim, const Bytes& paper, wire::PayAnswer& answer);

  const protocol::Trust& trust_;
  const crypto::SigningKey& key_;
  Journal& journal_;
  /// One claim of an order at a time, by the first octet of its hash: an exchange ticket that is
  /// being given is not given twice.
  std::array<std::mutex, 256> orders_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point looked_{};           // guarded by mutex_
  WitnessedLog log_;                                         // guarded by mutex_
  Papers papers_;                                            // guarded by mutex_
  std::map<DrawId, std::shared_ptr<const OwedList>> lists_;  // guarded by mutex_
};

}  // namespace lottery::settlement::payer
