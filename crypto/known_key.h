// The public key of somebody who signs often: sums of its multiples are kept, so a signature is
// verified in less than half of the time, with the very verdict of VerifySignature.
#pragma once

#include <memory>
#include <mutex>
#include <span>

#include "crypto/ed25519.h"

namespace lottery::crypto {

/// Thread-safe. Holds 16 kB from the first verification on, which takes a little
/// less than three by VerifySignature.
class KnownKey {
 public:
  explicit KnownKey(Bytes public_key);
  ~KnownKey();
  KnownKey(const KnownKey&) = delete;
  KnownKey& operator=(const KnownKey&) = delete;

  bool Verify(ByteView message, ByteView signature) const;
  const Bytes& public_key() const { return public_key_; }

  /// A signature to verify, and the verdict.
  struct Signed {
    const KnownKey* key;
    ByteView message, signature;
    bool holds = false;
  };
  /// Several at once, of which each takes less time. HOT: bench/micro
  static void VerifyAll(std::span<Signed> all);

 private:
  struct Table;
  static void VerifySome(std::span<Signed> some);
  const Table* Multiples() const;
  Bytes public_key_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const Table> negated_;  // of the key's negative; none of a bad key
};

}  // namespace lottery::crypto
