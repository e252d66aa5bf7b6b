// SHA-256 and SHA-512 by OpenSSL (three times and one and a half times libsodium's speed here), and
// hashes over several fields: tagged and length-prefixed so that no two lists of fields collide.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>

#include "base/bytes.h"

namespace lottery::crypto {

using base::Bytes;
using base::ByteView;
using base::Digest;

/// SHA-256 of the concatenation of the parts. HOT: bench/micro
Digest Sha256(std::initializer_list<ByteView> parts);
inline Digest Sha256(ByteView data) { return Sha256({data}); }

/// Of a file of any length, read in pieces: recordings have gigabytes. Errors: kFileMissing.
base::Result<Digest> Sha256OfFile(const std::string& path);

using Digest512 = std::array<std::uint8_t, 64>;
/// SHA-512 of the concatenation of the parts; its working state is wiped.
Digest512 DigestOfSha512(std::initializer_list<ByteView> parts);
/// The same as octets.
Bytes Sha512(std::initializer_list<ByteView> parts);

/// SHA-256 over u16 length and tag, then u32 length and octets of every field.
Digest TaggedHash(std::string_view tag, std::initializer_list<ByteView> fields);
/// The same list of fields under SHA-512.
Bytes TaggedHash512(std::string_view tag, std::initializer_list<ByteView> fields);

/// An HMAC-SHA-256 key with its first block hashed once. Wiped when it goes.
class HmacKey {
 public:
  explicit HmacKey(ByteView key);
  ~HmacKey();
  HmacKey(HmacKey&&) noexcept;
  HmacKey& operator=(HmacKey&&) noexcept;
  /// Of the concatenation of the parts. HOT: bench/micro
  Digest Mac(std::initializer_list<ByteView> parts) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// HMAC-SHA-256, 32 octets.
Digest HmacSha256(ByteView key, ByteView message);

}  // namespace lottery::crypto
