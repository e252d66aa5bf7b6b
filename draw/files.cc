#include "draw/files.h"

#include "base/file.h"
#include "crypto/escrow.h"
#include "crypto/keyfile.h"
#include "protocol/escrow.h"

namespace lottery::draw {
using base::ErrorCode;
using base::Fail;

Status WriteContribution(const std::string& path, const protocol::Contribution& contribution) {
  return base::WriteFile(path, base::ToPretty(protocol::ToJson(contribution)));
}

Result<protocol::Contribution> ReadContribution(const std::string& path) {
  LOTTERY_TRY(const auto file, base::ReadJsonFile(path));
  return protocol::ParseContribution(file);
}

Result<std::string> WriteShares(const crypto::VrfKey& key, const std::string& official,
                                const std::vector<std::string>& holders, const std::string& folder,
                                const AskPassphrase& ask) {
  if (holders.size() != protocol::kEscrowHolderCount)
    return Fail(ErrorCode::kUsage, "three holders");
  const auto split = crypto::SplitVrfKey(key);
  for (std::size_t i = 0; i < holders.size(); ++i) {
    const std::string path = folder + "/" + official + "." + holders[i] + ".share";
    if (base::Exists(path)) return Fail(ErrorCode::kAlreadyExists, path);
    LOTTERY_TRY(const auto phrase, ask(holders[i]));
    const crypto::NamedKey share{"escrow-share", official + "/" + holders[i],
                                 split.shares[i].Clone()};
    LOTTERY_TRY_VOID(base::WriteFile(
        path, crypto::SealKey(share, key.public_key(), phrase, crypto::KeyCost::kInteractive),
        0600));
  }
  const protocol::Escrow escrow{holders, {{official, key.public_key(), split.commitment}}};
  const std::string part = folder + "/" + official + ".escrow.json";
  LOTTERY_TRY_VOID(base::WriteFile(part, escrow.ToBody()));
  return part;
}

Result<OpenedShare> ReadShare(const std::string& path, const std::string& official,
                              const AskPassphrase& ask) {
  LOTTERY_TRY(const auto text, base::ReadFile(path));
  LOTTERY_TRY(const auto phrase, ask(path));
  LOTTERY_TRY(auto share, crypto::OpenKey(text, phrase, "escrow-share"));
  const std::string prefix = official + "/";
  if (!share.name.starts_with(prefix)) return Fail(ErrorCode::kBadShare, "of another official");
  return OpenedShare{share.name.substr(prefix.size()), std::move(share.seed)};
}

}  // namespace lottery::draw
