#include "crypto/keyfile.h"

#include <fcntl.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <limits>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::string_view kFormat = "lottery-key/1";

Result<SecretBytes> DeriveKey(const SecretBytes& passphrase, ByteView salt, std::uint64_t ops,
                              std::size_t memory) {
  Bytes key(crypto_secretbox_KEYBYTES, '\0');
  const ByteView phrase = passphrase.Reveal();
  if (crypto_pwhash(base::U8(key), key.size(), phrase.data(), phrase.size(), base::U8(salt), ops,
                    memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Fail(ErrorCode::kBadKey, "not enough memory for Argon2id");
  }
  SecretBytes out(key);
  WipeString(key);
  return out;
}

Result<SecretBytes> ReadLine(int fd) {
  std::string line;
  char c = 0;
  while (line.size() < 1024) {
    const ssize_t n = ::read(fd, &c, 1);
    if (n < 0) return Fail(ErrorCode::kFileMissing, "the passphrase cannot be read");
    if (n == 0 || c == '\n') break;
    line.push_back(c);
  }
  SecretBytes secret(line);
  WipeString(line);
  return secret;
}

}  // namespace

std::string SealKey(const NamedKey& key, ByteView public_key, const SecretBytes& passphrase,
                    KeyCost cost) {
  const bool sensitive = cost == KeyCost::kSensitive;
  const std::uint64_t ops =
      sensitive ? crypto_pwhash_OPSLIMIT_SENSITIVE : crypto_pwhash_OPSLIMIT_INTERACTIVE;
  const std::size_t memory =
      sensitive ? crypto_pwhash_MEMLIMIT_SENSITIVE : crypto_pwhash_MEMLIMIT_INTERACTIVE;
  const Bytes salt = RandomBytes(crypto_pwhash_SALTBYTES);
  const Bytes nonce = RandomBytes(crypto_secretbox_NONCEBYTES);
  auto box_key = DeriveKey(passphrase, salt, ops, memory);
  LOTTERY_CHECK(box_key.has_value());
  base::ByteWriter inside;
  inside.Short(key.purpose).Short(key.name).Raw(key.seed.Reveal());
  Bytes plain = inside.Take();
  Bytes box(plain.size() + crypto_secretbox_MACBYTES, '\0');
  LOTTERY_CHECK(crypto_secretbox_easy(base::U8(box), base::U8(ByteView(plain)), plain.size(),
                                      base::U8(ByteView(nonce)), base::U8(box_key->Reveal())) == 0);
  WipeString(plain);
  return base::ToPretty(base::json::object{{"format", kFormat},
                                           {"purpose", key.purpose},
                                           {"name", key.name},
                                           {"public_key", base::ToHex(public_key)},
                                           {"argon2id_ops", static_cast<std::int64_t>(ops)},
                                           {"argon2id_octets", static_cast<std::int64_t>(memory)},
                                           {"salt", base::ToHex(salt)},
                                           {"nonce", base::ToHex(nonce)},
                                           {"box", base::ToBase64(box)}});
}

Result<NamedKey> OpenKey(std::string_view text, const SecretBytes& passphrase,
                         std::string_view purpose) {
  LOTTERY_TRY(const auto file, base::ParseJsonObject(text));
  LOTTERY_TRY(const auto format, base::GetString(file, "format"));
  LOTTERY_TRY(const auto ops, base::GetInt(file, "argon2id_ops"));
  LOTTERY_TRY(const auto memory, base::GetInt(file, "argon2id_octets"));
  LOTTERY_TRY(const auto salt_hex, base::GetString(file, "salt"));
  LOTTERY_TRY(const auto nonce_hex, base::GetString(file, "nonce"));
  LOTTERY_TRY(const Bytes salt, base::FromHex(salt_hex));
  LOTTERY_TRY(const Bytes nonce, base::FromHex(nonce_hex));
  LOTTERY_TRY(const Bytes box, base::GetBase64(file, "box"));
  const bool sound = format == kFormat && salt.size() == crypto_pwhash_SALTBYTES &&
                     nonce.size() == crypto_secretbox_NONCEBYTES &&
                     box.size() > crypto_secretbox_MACBYTES && ops >= 1 && ops <= 16 &&
                     memory >= 8192 &&
                     static_cast<std::size_t>(memory) <= crypto_pwhash_MEMLIMIT_SENSITIVE;
  if (!sound) return Fail(ErrorCode::kFileCorrupt, "not a key file of this format");
  LOTTERY_TRY(const auto box_key, DeriveKey(passphrase, salt, static_cast<std::uint64_t>(ops),
                                            static_cast<std::size_t>(memory)));
  Bytes plain(box.size() - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(base::U8(plain), base::U8(ByteView(box)), box.size(),
                                 base::U8(ByteView(nonce)), base::U8(box_key.Reveal())) != 0) {
    return Fail(ErrorCode::kWrongPassphrase);
  }
  base::ByteReader reader(plain);
  NamedKey key;
  key.purpose = reader.Short();
  key.name = reader.Short();
  key.seed = SecretBytes(reader.Raw(kSeedOctets));
  const bool whole = reader.AtEnd();
  WipeString(plain);
  if (!whole) return Fail(ErrorCode::kFileCorrupt, "the key file's content is short");
  if (key.purpose != purpose) {
    return Fail(ErrorCode::kBadKey,
                "the key serves \"" + key.purpose + "\", not \"" + std::string(purpose) + "\"");
  }
  return key;
}

namespace {
// Editors put a byte order mark in front and a CR before the line's end, and nobody means them. A
// blank at an end cannot be seen and may be meant, so it is named.
Result<SecretBytes> CleanPassphrase(std::string_view text, const std::string& source) {
  text = base::WithoutBom(text);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return Fail(ErrorCode::kUsage, "no passphrase in " + source);
  if (!base::IsUtf8(text) || text.find('\0') != std::string_view::npos)
    return Fail(ErrorCode::kUsage, "the passphrase in " + source + " is no text in UTF-8");
  if (base::Trim(text) != text)
    return Fail(ErrorCode::kUsage, "the passphrase in " + source + " begins or ends with a blank");
  return SecretBytes(text);
}
}  // namespace

Result<SecretBytes> ReadPassphrase(const std::string& source, const std::string& prompt) {
  if (source.starts_with("file:")) {
    LOTTERY_TRY(auto content, base::ReadFile(source.substr(5), 1024));
    auto secret = CleanPassphrase(content, source);
    WipeString(content);
    return secret;
  }
  if (source.starts_with("fd:")) {
    const auto fd = base::ParseDecimal(std::string_view(source).substr(3));
    if (!fd || *fd < 0 || *fd > std::numeric_limits<int>::max() ||
        ::fcntl(static_cast<int>(*fd), F_GETFD) < 0)
      return Fail(ErrorCode::kUsage, "fd:N is the number of an open descriptor, not " + source);
    LOTTERY_TRY(const auto line, ReadLine(static_cast<int>(*fd)));
    return CleanPassphrase(line.Reveal(), source);
  }
  if (source != "prompt")
    return Fail(ErrorCode::kUsage, "passphrase source is prompt, fd:N or file:PATH");
  if (::isatty(STDIN_FILENO) == 0)
    return Fail(ErrorCode::kUsage, "no terminal to ask for the passphrase; use fd:N or file:PATH");
  std::fprintf(stderr, "%s: ", prompt.c_str());
  termios old{};
  ::tcgetattr(STDIN_FILENO, &old);
  termios silent = old;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  auto secret = ReadLine(STDIN_FILENO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
  std::fputc('\n', stderr);
  return secret;
}

}  // namespace lottery::crypto
