// A public folder as a stranger reads it: every file by name, hashed against its manifest, logs
// rebuilt from tiles.
#pragma once

#include <map>
#include <set>

#include "compliance/sales_view.h"

namespace lottery::compliance {

using base::Result;

/// Reads files once and remembers which were asked for, so that a file nobody checked is seen.
class PublicFolder {
 public:
  explicit PublicFolder(std::string root) : root_(std::move(root)) {}
  /// Every file of the manifest is there and equal; nothing else is. Errors: kManifestMismatch,
  /// kFileMissing, kFileUnexpected.
  Status CheckManifest();
  /// Errors: kFileMissing.
  Result<Bytes> Read(const std::string& name);
  /// Every file below `folder`, whatever its depth.
  std::vector<std::string> Below(const std::string& folder) const;
  bool Has(const std::string& name) const;
  /// Names directly below `folder` that end in `suffix`, without folder and suffix.
  std::vector<std::string> Names(const std::string& folder, const std::string& suffix) const;
  /// kFileUnexpected for the first file that nothing read.
  Status CheckAllRead() const;
  const std::string& root() const { return root_; }

 private:
  std::string root_;
  std::map<std::string, bool> files_;  // name -> was read
};

/// Rebuilds a log of `size` leaves from its hash tiles below `folder`, every level checked. Errors:
/// kLeafMissing when a tile is missing or short, kLeafAdded when there are more, kLogMismatch.
Result<crypto::MerkleTree> ReadTiles(PublicFolder& files, const std::string& folder,
                                     const crypto::Checkpoint& checkpoint);
/// All entries of the bundles below `folder`.
Result<std::vector<Bytes>> ReadBundles(const std::string& folder);

/// Attaches the file's name to an error that has none.
base::Error InFile(base::Error error, const std::string& name);

}  // namespace lottery::compliance
