#include "crypto/keyset.h"

#include "base/file.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

Result<NamedKey> Load(const std::string& path, const SecretBytes& passphrase,
                      std::string_view purpose) {
  LOTTERY_TRY(const auto text, base::ReadFile(path, 65536));
  auto key = OpenKey(text, passphrase, purpose);
  if (!key) key.error().file = path;
  return key;
}

}  // namespace

Result<Bytes> NewKeyFile(const std::string& path, const std::string& purpose,
                         const std::string& name, const SecretBytes& passphrase) {
  NamedKey key{purpose, name, SecretBytes::Random(kSeedOctets)};
  Bytes public_key;
  if (purpose == kVrfPurpose) {
    LOTTERY_TRY(const auto vrf, VrfKey::FromSeed(key.seed.Reveal()));
    public_key = vrf.public_key();
  } else {
    LOTTERY_TRY(const auto signing, SigningKey::FromSeed(key.seed.Reveal()));
    public_key = signing.public_key();
  }
  const auto written =
      base::WriteNewFile(path, SealKey(key, public_key, passphrase, KeyCost::kInteractive), 0600);
  if (!written && written.error().code == ErrorCode::kAlreadyExists)
    return tl::unexpected<base::Error>(
        {ErrorCode::kAlreadyExists, "a key file is never overwritten", path});
  LOTTERY_TRY_VOID(written);
  return public_key;
}

Result<SigningKey> LoadSigningKey(const std::string& path, const SecretBytes& passphrase,
                                  std::string_view purpose) {
  LOTTERY_TRY(const auto key, Load(path, passphrase, purpose));
  return SigningKey::FromSeed(key.seed.Reveal());
}

Result<VrfKey> LoadVrfKey(const std::string& path, const SecretBytes& passphrase) {
  LOTTERY_TRY(const auto key, Load(path, passphrase, kVrfPurpose));
  return VrfKey::FromSeed(key.seed.Reveal());
}

Result<SecretBytes> LoadSecret(const std::string& path, const SecretBytes& passphrase,
                               std::string_view purpose) {
  LOTTERY_TRY(auto key, Load(path, passphrase, purpose));
  return std::move(key.seed);
}

}  // namespace lottery::crypto
