// Making and loading key files on disk, as every program does it.
#pragma once

#include <string>

#include "crypto/ecvrf.h"
#include "crypto/keyfile.h"

namespace lottery::crypto {

/// Purposes whose keys prove VRF outputs instead of signing.
inline constexpr std::string_view kVrfPurpose = "official-vrf";

/// Makes a key and writes its sealed file (0600); refuses to overwrite. Returns the public key.
/// Errors: kAlreadyExists, kFileWrite.
Result<Bytes> NewKeyFile(const std::string& path, const std::string& purpose,
                         const std::string& name, const SecretBytes& passphrase);
/// Errors: those of OpenKey and ReadFile.
Result<SigningKey> LoadSigningKey(const std::string& path, const SecretBytes& passphrase,
                                  std::string_view purpose);
Result<VrfKey> LoadVrfKey(const std::string& path, const SecretBytes& passphrase);
/// A key that is only secret octets: the MAC key.
Result<SecretBytes> LoadSecret(const std::string& path, const SecretBytes& passphrase,
                               std::string_view purpose);

}  // namespace lottery::crypto
