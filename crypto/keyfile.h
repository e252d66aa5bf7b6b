// Key files: a 32-octet seed sealed by a passphrase (Argon2id, then XSalsa20-Poly1305). One key,
// one purpose: the purpose is inside the box, so a file cannot be relabelled.
#pragma once

#include <string>

#include "crypto/ed25519.h"

namespace lottery::crypto {

struct NamedKey {
  std::string purpose;  // e.g. "log", "record", "terminal", "official-vrf"
  std::string name;     // whose it is
  SecretBytes seed;
};

enum class KeyCost { kInteractive, kSensitive };  // 64 MiB or 1 GiB of Argon2id memory

/// JSON text of a key file. `public_key` is shown in clear for people and tools.
std::string SealKey(const NamedKey& key, ByteView public_key, const SecretBytes& passphrase,
                    KeyCost cost);
/// Errors: kBadJson, kBadEncoding, kWrongPassphrase; kBadKey when the purpose is not `purpose`.
Result<NamedKey> OpenKey(std::string_view text, const SecretBytes& passphrase,
                         std::string_view purpose);

/// Where a passphrase comes from. `source` is "prompt", "fd:N" or "file:PATH"; a prompt reads the
/// terminal without echo. The first line counts, without its newline. Errors: kUsage, kFileMissing.
Result<SecretBytes> ReadPassphrase(const std::string& source, const std::string& prompt);

}  // namespace lottery::crypto
