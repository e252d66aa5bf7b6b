// A witness: cosigns a log's checkpoint only when it extends what it cosigned before, and remembers
// that durably. C2SP tlog-witness: POST /add-checkpoint; GET /<sha256 of origin>/checkpoint.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "base/clock.h"
#include "base/lock.h"
#include "crypto/checkpoint.h"
#include "protocol/net/http.h"

namespace lottery::compliance {

using base::Result;
using base::Status;

class Witness {
 public:
  /// Looks at what a checkpoint adds before it is cosigned; an error means no cosignature.
  using Examine =
      std::function<Status(const crypto::Checkpoint&, std::uint64_t held, base::UtcTime held_at)>;

  /// Any origin under `operator_name`/ signed by `log_key`. State is one file per origin in
  /// `folder`, which is this one's alone. Errors: kInUse; kFileCorrupt.
  static Result<std::unique_ptr<Witness>> Open(std::string folder, std::string name,
                                               crypto::SigningKey key, std::string operator_name,
                                               crypto::VerifierKey log_key,
                                               const base::Clock& clock, Examine examine);
  protocol::net::HttpAnswer Serve(const protocol::net::HttpRequest& request);

  /// What the witness whose state is `folder` last cosigned of the log `origin`, signed by
  /// `log_key`; also while it runs. Errors: kNotAgreed when it has cosigned nothing of it yet;
  /// kControlDisagrees when the last checkpoint it was asked for was refused, with its reason;
  /// kFileCorrupt, kBadSignature.
  static Result<crypto::Checkpoint> LastCosigned(const std::string& folder,
                                                 const std::string& origin,
                                                 const crypto::VerifierKey& log_key);

 private:
  struct Held {
    std::uint64_t size = 0;
    crypto::Digest root;
    base::UtcTime at;
    std::string note;
  };
  Witness(std::string folder, base::FolderLock lock, std::string name, crypto::SigningKey key,
          std::string operator_name, crypto::VerifierKey log_key, const base::Clock& clock,
          Examine examine);
  Status Load();
  protocol::net::HttpAnswer Add(const std::string& body);
  Status Keep(const std::string& origin, const Held& held);
  void KeepRefusal(const crypto::Checkpoint& checkpoint, const base::Error& why);
  void KeepSplitView(const crypto::Checkpoint& checkpoint, const std::string& shown,
                     const std::string& cosigned);

  const std::string folder_;
  const base::FolderLock lock_;  // two programs of one state would cosign two roots
  const std::string name_;
  const crypto::SigningKey key_;
  const std::string operator_name_;
  const crypto::VerifierKey log_key_;
  const base::Clock& clock_;
  const Examine examine_;
  std::mutex mutex_;
  std::map<std::string, Held> held_;  // guarded by mutex_, by origin
};

}  // namespace lottery::compliance
