// Files an official's machine keeps and hands on: contributions, and shares of keys in escrow.
#pragma once

#include "draw/ceremony.h"

namespace lottery::draw {

/// A contribution travels unsigned: its proof authenticates itself.
Status WriteContribution(const std::string& path, const protocol::Contribution& contribution);
/// Errors: kFileMissing, kBadJson, kBadEncoding.
Result<protocol::Contribution> ReadContribution(const std::string& path);

/// Where the passphrase of `who` comes from.
using AskPassphrase = std::function<Result<crypto::SecretBytes>(const std::string& who)>;
/// OFFICIAL.HOLDER.share for each of three holders, sealed under the holder's passphrase, and
/// OFFICIAL.escrow.json, the published side, in `folder`. Returns the latter's path. Errors:
/// kUsage, kAlreadyExists, kFileWrite.
Result<std::string> WriteShares(const crypto::VrfKey& key, const std::string& official,
                                const std::vector<std::string>& holders, const std::string& folder,
                                const AskPassphrase& ask);
/// A holder's share of the key of `official`. Errors: kBadShare, those of OpenKey.
Result<OpenedShare> ReadShare(const std::string& path, const std::string& official,
                              const AskPassphrase& ask);

}  // namespace lottery::draw
