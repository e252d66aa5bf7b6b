// Hashes are called without OpenSSL's provider layer, which costs as much as hashing the 65 octets
// of a tree's node; the calls are marked deprecated, not their arithmetic.
#define OPENSSL_API_COMPAT 0x10100000L
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <fstream>
#include <memory>

namespace lottery::crypto {
namespace {

Bytes Join(std::string_view tag, std::initializer_list<ByteView> fields) {
  base::ByteWriter writer;
  writer.Short(tag);
  for (const ByteView field : fields) writer.Long(field);
  return writer.Take();
}

}  // namespace

Digest Sha256(std::initializer_list<ByteView> parts) {
  SHA256_CTX context;
  Digest digest;
  LOTTERY_CHECK(SHA256_Init(&context) == 1);
  for (const ByteView part : parts)
    LOTTERY_CHECK(SHA256_Update(&context, part.data(), part.size()) == 1);
  LOTTERY_CHECK(SHA256_Final(digest.octets.data(), &context) == 1);
  return digest;
}

base::Result<Digest> Sha256OfFile(const std::string& path) {
  const auto fail = [&] {
    return tl::unexpected<base::Error>({base::ErrorCode::kFileMissing, "cannot read it", path});
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail();
  SHA256_CTX context;
  LOTTERY_CHECK(SHA256_Init(&context) == 1);
  Bytes piece(1 << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    LOTTERY_CHECK(SHA256_Update(&context, piece.data(), static_cast<std::size_t>(file.gcount())) ==
                  1);
  if (file.bad() || !file.eof()) return fail();
  Digest digest;
  LOTTERY_CHECK(SHA256_Final(digest.octets.data(), &context) == 1);
  return digest;
}

Digest512 DigestOfSha512(std::initializer_list<ByteView> parts) {
  SHA512_CTX context;
  Digest512 digest;
  LOTTERY_CHECK(SHA512_Init(&context) == 1);
  for (const ByteView part : parts)
    LOTTERY_CHECK(SHA512_Update(&context, part.data(), part.size()) == 1);
  LOTTERY_CHECK(SHA512_Final(digest.data(), &context) == 1);
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}

Bytes Sha512(std::initializer_list<ByteView> parts) {
  Digest512 digest = DigestOfSha512(parts);
  Bytes out(digest.begin(), digest.end());
  OPENSSL_cleanse(digest.data(), digest.size());
  return out;
}

Digest TaggedHash(std::string_view tag, std::initializer_list<ByteView> fields) {
  return Sha256(Join(tag, fields));
}

Bytes TaggedHash512(std::string_view tag, std::initializer_list<ByteView> fields) {
  return Sha512({Join(tag, fields)});
}

struct HmacKey::State {
  SHA256_CTX inner, outer;  // after the key's block
};

// RFC 2104.
HmacKey::HmacKey(ByteView key) : state_(new State) {
  std::array<std::uint8_t, SHA256_CBLOCK> block{};
  const Digest hashed = key.size() > block.size() ? Sha256(key) : Digest();
  if (key.size() > block.size()) key = hashed.view();
  std::memcpy(block.data(), key.data(), key.size());
  for (auto& octet : block) octet ^= 0x36;
  SHA256_Init(&state_->inner);
  SHA256_Update(&state_->inner, block.data(), block.size());
  for (auto& octet : block) octet ^= 0x36 ^ 0x5c;
  SHA256_Init(&state_->outer);
  SHA256_Update(&state_->outer, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

HmacKey::~HmacKey() {
  if (state_) OPENSSL_cleanse(state_.get(), sizeof(State));
}
HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;

Digest HmacKey::Mac(std::initializer_list<ByteView> parts) const {
  SHA256_CTX context = state_->inner;
  Digest digest;
  for (const ByteView part : parts) SHA256_Update(&context, part.data(), part.size());
  SHA256_Final(digest.octets.data(), &context);
  context = state_->outer;
  SHA256_Update(&context, digest.octets.data(), digest.octets.size());
  SHA256_Final(digest.octets.data(), &context);
  return digest;
}

Digest HmacSha256(ByteView key, ByteView message) { return HmacKey(key).Mac({message}); }

}  // namespace lottery::crypto
