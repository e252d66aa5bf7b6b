#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <memory>

namespace lottery::crypto {
namespace {

// One context a thread and the algorithm fetched once: fetching costs more than hashing 65 octets.
struct Sha256Context {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~Sha256Context() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

Bytes Join(std::string_view tag, std::initializer_list<ByteView> fields) {
  base::ByteWriter writer;
  writer.Short(tag);
  for (const ByteView field : fields) writer.Long(field);
  return writer.Take();
}

}  // namespace

Digest Sha256(std::initializer_list<ByteView> parts) {
  thread_local Sha256Context sha;
  Digest digest;
  LOTTERY_CHECK(EVP_DigestInit_ex2(sha.context, sha.algorithm, nullptr) == 1);
  for (const ByteView part : parts) {
    LOTTERY_CHECK(EVP_DigestUpdate(sha.context, part.data(), part.size()) == 1);
  }
  LOTTERY_CHECK(EVP_DigestFinal_ex(sha.context, digest.octets.data(), nullptr) == 1);
  return digest;
}

Bytes Sha512(std::initializer_list<ByteView> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (const ByteView part : parts) crypto_hash_sha512_update(&state, base::U8(part), part.size());
  Bytes digest(crypto_hash_sha512_BYTES, '\0');
  crypto_hash_sha512_final(&state, base::U8(digest));
  return digest;
}

Digest TaggedHash(std::string_view tag, std::initializer_list<ByteView> fields) {
  return Sha256(Join(tag, fields));
}

Bytes TaggedHash512(std::string_view tag, std::initializer_list<ByteView> fields) {
  return Sha512({Join(tag, fields)});
}

Digest HmacSha256(ByteView key, ByteView message) {
  Digest mac;
  unsigned length = 0;
  LOTTERY_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), base::U8(message),
                     message.size(), mac.octets.data(), &length) != nullptr);
  LOTTERY_CHECK(length == 32);
  return mac;
}

}  // namespace lottery::crypto
