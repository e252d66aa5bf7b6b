#include "crypto/pin.h"

#include <sodium.h>

#include "base/result.h"

namespace lottery::crypto {

std::string HashPin(std::string_view pin) {
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  const int failed =
      crypto_pwhash_str(hash.data(), pin.data(), pin.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE);
  LOTTERY_CHECK(failed == 0);  // out of memory
  hash.resize(hash.find('\0'));
  return hash;
}

bool IsPin(const std::string& hash, std::string_view pin) {
  return crypto_pwhash_str_verify(hash.c_str(), pin.data(), pin.size()) == 0;
}

}  // namespace lottery::crypto
