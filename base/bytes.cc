#include "base/bytes.h"

#include <algorithm>

namespace lottery::base {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string Encode64(ByteView bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<std::uint8_t>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out.push_back(alphabet[(buffer >> bits) & 63]);
    }
  }
  if (bits > 0) out.push_back(alphabet[(buffer << (6 - bits)) & 63]);
  return out;
}

Result<Bytes> Decode64(std::string_view text, std::string_view alphabet) {
  std::array<std::int8_t, 256> value;
  value.fill(-1);
  for (std::size_t i = 0; i < 64; ++i)
    value[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const int v = value[static_cast<std::uint8_t>(c)];
    if (v < 0) return Fail(ErrorCode::kBadEncoding, "not a base64 character");
    buffer = ((buffer << 6) | static_cast<unsigned>(v)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>((buffer >> bits) & 0xff));
    }
  }
  if (bits >= 6 || (buffer & ((1U << bits) - 1)) != 0)
    return Fail(ErrorCode::kBadEncoding, "base64 tail");
  return out;
}

}  // namespace

Result<Digest> DigestFrom(ByteView bytes) {
  if (bytes.size() != 32) return Fail(ErrorCode::kBadEncoding, "a hash has 32 octets");
  Digest digest;
  std::memcpy(digest.octets.data(), bytes.data(), 32);
  return digest;
}

Result<Digest> DigestFromHex(std::string_view hex) {
  LOTTERY_TRY(const auto bytes, FromHex(hex));
  return DigestFrom(bytes);
}

std::string ToHex(ByteView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<std::uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<std::uint8_t>(c) & 15]);
  }
  return out;
}

Result<Bytes> FromHex(std::string_view hex) {
  if (std::any_of(hex.begin(), hex.end(), [](char c) { return c >= 'A' && c <= 'F'; }))
    return Fail(ErrorCode::kBadEncoding, "hex digits are lower case");
  return FromHexAnyCase(hex);
}

Result<Bytes> FromHexAnyCase(std::string_view hex) {
  if (hex.size() % 2 != 0) return Fail(ErrorCode::kBadEncoding, "odd number of hex digits");
  const auto nibble = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = nibble(hex[i]);
    const int low = nibble(hex[i + 1]);
    if (high < 0 || low < 0) return Fail(ErrorCode::kBadEncoding, "not a hex digit");
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string ToBase64(ByteView bytes) {
  std::string out = Encode64(bytes, kStandard);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

Result<Bytes> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return Fail(ErrorCode::kBadEncoding, "base64 length");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  return Decode64(text.substr(0, text.size() - padding), kStandard);
}

std::string ToBase64Url(ByteView bytes) { return Encode64(bytes, kUrl); }
Result<Bytes> FromBase64Url(std::string_view text) { return Decode64(text, kUrl); }

ByteWriter& ByteWriter::BigEndian(std::uint64_t v, int octets) {
  const std::uint64_t swapped = __builtin_bswap64(v << (64 - 8 * octets));
  out_.append(reinterpret_cast<const char*>(&swapped), static_cast<std::size_t>(octets));
  return *this;
}

ByteWriter& ByteWriter::Varint(std::uint64_t v) {
  while (v >= 0x80) {
    out_.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out_.push_back(static_cast<char>(v));
  return *this;
}

ByteWriter& ByteWriter::Short(ByteView bytes) {
  LOTTERY_CHECK(bytes.size() <= 0xffff);
  return U16(static_cast<std::uint16_t>(bytes.size())).Raw(bytes);
}

ByteWriter& ByteWriter::Long(ByteView bytes) {
  LOTTERY_CHECK(bytes.size() <= 0xffffffffU);
  return U32(static_cast<std::uint32_t>(bytes.size())).Raw(bytes);
}

ByteView ByteReader::Raw(std::size_t octets) {
  if (octets > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const ByteView out = rest_.substr(0, octets);
  rest_.remove_prefix(octets);
  return out;
}

Digest ByteReader::Hash() {
  Digest digest;
  const ByteView raw = Raw(32);
  if (ok_) std::memcpy(digest.octets.data(), raw.data(), 32);
  return digest;
}

std::uint64_t ByteReader::BigEndian(int octets) {
  std::uint64_t v = 0;
  for (const char c : Raw(static_cast<std::size_t>(octets)))
    v = (v << 8) | static_cast<std::uint8_t>(c);
  return v;
}

std::uint64_t ByteReader::Varint() {
  std::uint64_t v = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t octet = U8();
    v |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
    if (octet < 0x80) return v;
  }
  ok_ = false;
  return 0;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Result<std::int64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text[0] == '0')) {
    return Fail(ErrorCode::kBadEncoding, "not a decimal number");
  }
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return Fail(ErrorCode::kBadEncoding, "not a decimal number");
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, c - '0', &value)) {
      return Fail(ErrorCode::kBadEncoding, "number too large");
    }
  }
  return value;
}

}  // namespace lottery::base
