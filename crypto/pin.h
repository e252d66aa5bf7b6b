// Short secrets that people type often: kept as a slow hash (argon2id, libsodium's own text form),
// compared in constant time.
#pragma once

#include <string>
#include <string_view>

namespace lottery::crypto {

std::string HashPin(std::string_view pin);
bool IsPin(const std::string& hash, std::string_view pin);

}  // namespace lottery::crypto
