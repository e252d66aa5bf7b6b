// What a forger has who holds all of the operator's keys: reads and writes a copy of a folder,
// signs anew.
#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

#include "base/file.h"
#include "base/json.h"
#include "crypto/keyset.h"
#include "protocol/documents.h"

namespace lottery::tests {

using base::Bytes;
using base::Money;

template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", std::string(base::NameOf(result.error().code)).c_str(),
                 result.error().detail.c_str());
    std::exit(3);
  }
  return std::move(*result);
}
inline void Must(base::Status status) {
  if (!status) std::exit(3);
}

struct Folders {
  std::string demo, out, name, draw;  // name "ssq-2026097", draw "ssq/2026097"
  std::string Public(const std::string& file) const { return out + "/public/" + file; }
  std::string Auditor() const { return out + "/auditor/" + draw; }
};

using Tampering = std::function<void(const Folders&)>;
/// Of the ways off a plan, of 3d and of the fund, each with the draw it is made on.
const std::map<std::string, std::pair<std::string, Tampering>>& LaterTamperings();

/// The draw it is made on; `after` the manifest was written, where a manifest would see it.
struct Forgery {
  std::string draw;
  Tampering make;
  bool after = false;
};
/// Made without any key, by whoever copies a folder.
const std::map<std::string, Forgery>& FolderForgeries();
/// Made with the log's key and every witness's.
const std::map<std::string, Forgery>& AuditForgeries();
/// One member of a signed paper changed, signed again by its own signers, and the audit log written
/// anew with it: what the signers can do together with the operator and every witness.
const std::map<std::string, Forgery>& PaperForgeries();
/// The overseers sign what the entries of a certificate say by now, whatever they saw.
std::string Attended(const Folders& f, const std::string& before,
                     const std::vector<std::string>& entries);
/// The audit log written anew, with `text` as the draw's paper of that kind.
void Relog(const Folders& f, const std::string& kind, const std::string& text);
/// The draw's paper of that kind as it stands in the log.
std::string Logged(const Folders& f, const std::string& kind);

// Each is opened once: a passphrase takes its time on purpose.
inline crypto::SigningKey Key(const Folders& f, const std::string& file,
                              const std::string& purpose) {
  static std::map<std::string, crypto::SigningKey> opened;
  auto at = opened.find(file);
  if (at == opened.end()) {
    const auto phrase = Must(crypto::ReadPassphrase("file:" + f.demo + "/private/passphrase", ""));
    at = opened
             .emplace(file, Must(crypto::LoadSigningKey(f.demo + "/private/keys/" + file + ".key",
                                                        phrase, purpose)))
             .first;
  }
  return Must(crypto::SigningKey::FromSeed(at->second.RevealSeed()));
}

inline protocol::Trust LoadTrust(const Folders& f) {
  return Must(protocol::OpenTrust(Must(base::ReadFile(f.Public("trust.json")))));
}

inline void Write(const std::string& path, const std::string& text) {
  Must(base::WriteFile(path, text));
}

inline std::string Sealed(std::string_view type, std::string body,
                          const std::vector<crypto::SigningKey>& keys) {
  crypto::Envelope envelope{std::string(type), std::move(body), {}};
  for (const auto& key : keys) envelope.Sign(key);
  return envelope.ToText();
}

template <typename Document>
void ReSign(const std::string& path, std::string_view type, const Document& document,
            const std::vector<crypto::SigningKey>& keys) {
  Write(path, Sealed(type, document.ToBody(), keys));
}

template <typename... Names>
std::vector<crypto::SigningKey> Keys(const Folders& f, const char* purpose, Names... names) {
  std::vector<crypto::SigningKey> keys;
  (keys.push_back(Key(f, names, purpose)), ...);
  return keys;
}

inline std::vector<crypto::SigningKey> One(crypto::SigningKey key) {
  std::vector<crypto::SigningKey> keys;
  keys.push_back(std::move(key));
  return keys;
}

inline std::string Body(const std::string& path, std::string_view type) {
  return Must(crypto::ParseEnvelope(Must(base::ReadFile(path)), type)).body;
}

}  // namespace lottery::tests
