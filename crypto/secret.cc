#include "crypto/secret.h"

#include <sodium.h>

namespace lottery::crypto {

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  Wipe();
  bytes_ = std::move(other.bytes_);
  other.Wipe();
  return *this;
}

SecretBytes SecretBytes::Random(std::size_t octets) {
  SecretBytes secret;
  secret.bytes_ = RandomBytes(octets);
  return secret;
}

bool SecretBytes::Equals(base::ByteView other) const {
  return bytes_.size() == other.size() &&
         sodium_memcmp(bytes_.data(), other.data(), other.size()) == 0;
}

void SecretBytes::Wipe() {
  WipeString(bytes_);
  bytes_.clear();
}

base::Bytes RandomBytes(std::size_t octets) {
  LOTTERY_CHECK(sodium_init() >= 0);
  base::Bytes bytes(octets, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::uint32_t RandomBelow(std::uint32_t bound) {
  LOTTERY_CHECK(sodium_init() >= 0 && bound > 0);
  return randombytes_uniform(bound);
}

void WipeString(std::string& text) { sodium_memzero(text.data(), text.size()); }

}  // namespace lottery::crypto
