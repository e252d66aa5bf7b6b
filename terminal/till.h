// The client side of issuance: signs, journals, sends, verifies, and never tells a customer
// anything before it is certain. One message is outstanding at a time.
#pragma once

#include <functional>
#include <memory>

#include "base/json.h"
#include "protocol/net/client.h"
#include "protocol/terminal_check.h"
#include "terminal/backoff.h"
#include "terminal/journal.h"
#include "terminal/receipt.h"

namespace lottery::terminal {

inline constexpr std::int64_t kNotAfterMs =
    20'000;  // central never sequences a message later than this
inline constexpr int kAnswerTimeoutMs = 5'000;
inline constexpr std::uint32_t kLongestRetryMs = 2'000;
/// How long a till keeps trying to learn the fate of a message before it gives the line up.
inline constexpr std::int64_t kGiveUpMs = 120'000;

struct TillConfig {
  std::string address;  // central's host:port
  std::uint32_t terminal = 0;
  std::string cashier;
  std::string folder;          // journal
  Bytes record_key;            // central's record key: receipts must carry its signature
  std::string operator_name;   // in every origin
  protocol::Trust trust = {};  // whose signatures a payment must carry
  /// How long a message may wait for a line before it is signed; 0: one attempt. A counter says at
  /// once that the line is down, a file of slips waits.
  std::int64_t patience_ms = 0;
};

class Till {
 public:
  static Result<std::unique_ptr<Till>> Open(TillConfig config, SSL_CTX* context,
                                            const crypto::SigningKey& key,
                                            const base::Clock& clock);

  /// If the last run died with a message under way, finds out what became of it. A ticket, sold or
  /// exchanged, comes back to be printed; nothing when there is nothing to settle.
  Result<std::optional<Confirmed>> Settle();
  /// Sells. Errors, of Void and Claim too: kUnsettled while an earlier message is not settled or
  /// its ticket not printed; central's refusals; kDisconnected, kTimeout, kTlsFailure,
  /// kBadCertificate when there is no line to begin with, and nothing is signed then; kTimeout or
  /// kBadCertificate when the line went away afterwards (the journal keeps the message).
  Result<Confirmed> Sell(wire::Order order, const std::string& slip);
  /// Takes back what was sold, with the scanned ticket's s.
  Result<Confirmed> Void(const std::string& origin, std::uint64_t index, const Digest& order_hash,
                         const Bytes& s);
  /// With `exchange` it asks for an exchange ticket for the ticket's other draws.
  Result<Confirmed> Claim(const std::string& origin, std::uint64_t index,
                          const protocol::SecretCode& secret, bool exchange);
  Status ConfirmPrinted(std::uint64_t sequence) { return journal_.Printed(sequence); }
  /// Cashier of the messages from now on.
  void Resume(const std::string& cashier) { config_.cashier = cashier; }
  /// The same, with a note of it in the journal: a shift begins.
  Status SignOn(const std::string& cashier);
  /// Ends the shift with what its entries add up to.
  Status SignOff(base::json::object report);
  Status NoteReprint() { return journal_.Note("reprint", {}); }
  /// Called between attempts, with why the last one failed.
  std::function<void(const base::Error& last)> on_retry;

  Result<wire::Status> AskStatus();
  Result<wire::TicketStatus> AskTicket(const protocol::PublicCode& code);
  /// The seal of a draw, the own line in it, paths of own leaves. Errors: kNotSealed.
  Result<wire::SealStatus> AskSeal(const wire::SealRequest& request);
  /// The check as an envelope signed with the terminal's key.
  std::string Sign(const protocol::TerminalCheck& check) const;
  /// The control has heard of it: what the journal held for it is done with.
  Status NoteSealCheck(const std::string& origin, const protocol::TerminalCheck& check,
                       bool agrees);
  const Journal& journal() const { return journal_; }

 private:
  Till(TillConfig config, SSL_CTX* context, const crypto::SigningKey& key, const base::Clock& clock,
       Journal journal)
      : config_(std::move(config)),
        context_(context),
        key_(key),
        clock_(clock),
        journal_(std::move(journal)) {}
  Status Connect();
  Status Reach();
  void Pause();
  Result<Confirmed> Submit(wire::TerminalMessage message, const std::string& slip, const Bytes& t);
  Result<Confirmed> Resolve(const Pending& pending);
  Result<protocol::Frame> Exchange(const Bytes& message, const Bytes& signature);
  Result<protocol::Frame> Call(protocol::FrameType type, const Bytes& body);
  Result<Confirmed> Skip(const Pending& pending);
  Result<Confirmed> Keep(const protocol::SignedMessage& message, wire::Receipt receipt,
                         const Bytes& t);
  wire::TerminalMessage Blank() const;

  TillConfig config_;
  SSL_CTX* context_;
  const crypto::SigningKey& key_;
  const base::Clock& clock_;
  Journal journal_;
  std::chrono::steady_clock::time_point not_before_{};  // central keeps a place until then
  crypto::TlsSession session_;
  std::optional<protocol::net::Client> client_;
  Backoff backoff_;
  bool heard_ = false;  // central told what it has of this terminal
};

}  // namespace lottery::terminal
