// Octet strings, digests and their texts. Bytes is std::string: what protobuf, libpq and files
// speak.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lottery::base {

using Bytes = std::string;
using ByteView = std::string_view;

/// A 32-octet hash. Ordered and comparable; not a secret.
struct Digest {
  std::array<std::uint8_t, 32> octets{};
  auto operator<=>(const Digest&) const = default;
  ByteView view() const { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }
};
static_assert(sizeof(Digest) == 32);

/// Errors: kBadEncoding when `bytes` is not 32 octets.
Result<Digest> DigestFrom(ByteView bytes);
Result<Digest> DigestFromHex(std::string_view hex);

inline const std::uint8_t* U8(ByteView bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}
inline std::uint8_t* U8(Bytes& bytes) { return reinterpret_cast<std::uint8_t*>(bytes.data()); }

std::string ToHex(ByteView bytes);
/// Strict: lower case only, so that a document has one text. Even length. Errors: kBadEncoding.
Result<Bytes> FromHex(std::string_view hex);
/// Upper case too: what people type and others publish. Errors: kBadEncoding.
Result<Bytes> FromHexAnyCase(std::string_view hex);

/// Standard alphabet with padding (RFC 4648 section 4).
std::string ToBase64(ByteView bytes);
/// Strict: canonical padding and zero spare bits only. Errors: kBadEncoding.
Result<Bytes> FromBase64(std::string_view text);
/// URL alphabet without padding (RFC 4648 section 5), for codes printed on tickets.
std::string ToBase64Url(ByteView bytes);
Result<Bytes> FromBase64Url(std::string_view text);

/// Appends big-endian integers and length-prefixed strings.
class ByteWriter {
 public:
  ByteWriter& U8(std::uint8_t v) { return Raw({reinterpret_cast<const char*>(&v), 1}); }
  ByteWriter& U16(std::uint16_t v) { return BigEndian(v, 2); }
  ByteWriter& U32(std::uint32_t v) { return BigEndian(v, 4); }
  ByteWriter& U64(std::uint64_t v) { return BigEndian(v, 8); }
  /// Little groups of seven bits, the last below 128: small numbers in one octet.
  ByteWriter& Varint(std::uint64_t v);
  ByteWriter& Raw(ByteView bytes) {
    out_.append(bytes);
    return *this;
  }
  /// Two-octet length, then the octets. Pre: at most 65 535 octets.
  ByteWriter& Short(ByteView bytes);
  /// Four-octet length, then the octets. Pre: below 4 GiB.
  ByteWriter& Long(ByteView bytes);
  const Bytes& bytes() const { return out_; }
  Bytes Take() { return std::move(out_); }
  /// Forgets what was written and keeps the memory.
  void Clear() { out_.clear(); }
  void Reserve(std::size_t octets) { out_.reserve(octets); }

 private:
  ByteWriter& BigEndian(std::uint64_t v, int octets);
  Bytes out_;
};

/// Reads what ByteWriter wrote. After the first short read every value is zero or empty and ok() is
/// false.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}
  std::uint8_t U8() { return static_cast<std::uint8_t>(BigEndian(1)); }
  std::uint16_t U16() { return static_cast<std::uint16_t>(BigEndian(2)); }
  std::uint32_t U32() { return static_cast<std::uint32_t>(BigEndian(4)); }
  std::uint64_t U64() { return BigEndian(8); }
  std::uint64_t Varint();
  ByteView Raw(std::size_t octets);
  ByteView Short() { return Raw(U16()); }
  ByteView Long() { return Raw(U32()); }
  Digest Hash();
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  std::uint64_t BigEndian(int octets);
  ByteView rest_;
  bool ok_ = true;
};

/// Splits at `separator`; "a,,b" has three parts and "" has one.
std::vector<std::string_view> Split(std::string_view text, char separator);

/// Decimal digits only, no sign, no leading zero but "0" itself, at most 2^63-1. Errors:
/// kBadEncoding.
Result<std::int64_t> ParseDecimal(std::string_view text);

}  // namespace lottery::base
