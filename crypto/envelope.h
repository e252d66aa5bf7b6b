// DSSE: a typed body signed through its pre-authentication encoding, so a signature for one type of
// body can never be read as one for another. https://github.com/secure-systems-lab/dsse,
// protocol.md
#pragma once

#include <string>
#include <vector>

#include "crypto/ed25519.h"

namespace lottery::crypto {

/// "DSSEv1" SP len(type) SP type SP len(body) SP body, lengths in decimal.
Bytes PreAuthEncoding(std::string_view type, ByteView body);

Bytes SignTyped(const SigningKey& key, std::string_view type, ByteView body);
bool VerifyTyped(ByteView public_key, std::string_view type, ByteView body, ByteView signature);

/// A DSSE file: {"payloadType", "payload" (base64), "signatures": [{"keyid" (hex of KeyId), "sig"
/// (base64)}]}.
struct Envelope {
  struct Signature {
    std::string key_id;  // 16 hex digits
    Bytes signature;
  };
  std::string type;
  Bytes body;
  std::vector<Signature> signatures;

  void Sign(const SigningKey& key);
  /// True when a listed signature names `public_key` and verifies.
  bool SignedBy(ByteView public_key) const;
  /// How many different keys of `public_keys` signed.
  int CountSigners(const std::vector<Bytes>& public_keys) const;
  /// The published form; ParseEnvelope accepts exactly this, octet for octet.
  std::string ToText() const;
};

/// Errors: kBadJson, kBadEncoding; kFileCorrupt when the text is not in canonical form, or of
/// another type.
Result<Envelope> ParseEnvelope(std::string_view text, std::string_view expected_type);

}  // namespace lottery::crypto
