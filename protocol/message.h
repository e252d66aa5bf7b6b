// A terminal's message: decoded from the octets it signed, with the checks that need nothing but
// the message.
#pragma once

#include <memory>
#include <span>

#include "base/clock.h"
#include "crypto/ed25519.h"
#include "protocol/names.h"
#include "protocol/wire.pb.h"

namespace lottery::crypto {
class KnownKey;
}

namespace lottery::protocol {

using base::Bytes;
using base::Digest;

inline constexpr std::size_t kMaxMessageOctets = 60'000;

struct SignedMessage {
  Bytes octets;     // wire::TerminalMessage as sent: these were signed, these are kept
  Bytes signature;  // 64 octets
  Digest hash;      // SHA-256 of octets
  std::shared_ptr<const wire::TerminalMessage> decoded;
};

/// The lengths every body must have; what they mean is checked where it is known.
bool WellFormed(const wire::TerminalMessage& message);

/// Decodes and checks form: field lengths, one body, no unknown fields. The signature is not
/// checked here. Errors: kBadMessage, kFrameTooLarge.
Result<SignedMessage> DecodeMessage(Bytes octets, Bytes signature);

/// Decodes one message after another into the same memory. Not thread-safe.
class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  MessageReader(MessageReader&&) noexcept;
  MessageReader& operator=(MessageReader&&) noexcept;
  /// Valid until the next call. Errors: as DecodeMessage's. HOT: bench/settlement
  Result<const wire::TerminalMessage*> Read(base::ByteView octets);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

/// A claim that asks for an exchange ticket for the other draws.
inline bool AsksForExchange(const wire::TerminalMessage& m) {
  return m.has_claim() && !m.claim().exchange_t_hash().empty();
}

bool SignatureHolds(const SignedMessage& message, base::ByteView public_key);
/// A message, the key it should be signed by, and whether it is.
struct FromKnownKey {
  const SignedMessage* message;
  const crypto::KnownKey* key;
  bool holds = false;
};
/// The same of several messages at a third of the cost. Whatever is refused was refused
/// by libsodium too. HOT: bench/micro
void CheckSignatures(std::span<FromKnownKey> all);

/// Encodes and signs as a terminal.
SignedMessage SignMessage(const wire::TerminalMessage& message, const crypto::SigningKey& key);

wire::Refusal MakeRefusal(const base::Error& error, const Digest* message_hash = nullptr);
base::Error FromRefusal(const wire::Refusal& refusal);

}  // namespace lottery::protocol
