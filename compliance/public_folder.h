// A public folder as a stranger reads it: every file by name, hashed against its manifest, logs
// rebuilt from tiles.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "compliance/sales_view.h"

namespace lottery::compliance {

using base::Result;

/// What a folder may hold: plain files in plain folders, as paths relative to it, sorted. What file
/// managers leave there is passed over. Errors: kFileUnexpected for a link, a pipe, a device or an
/// empty folder; kFileMissing for a folder that cannot be read.
Result<std::vector<std::string>> PlainFiles(const std::string& folder);

/// A closed set of files. What is judged is the octets whose hash was taken, and a file that
/// nothing asked for is seen.
class PublicFolder {
 public:
  explicit PublicFolder(std::string root) : root_(std::move(root)) {}
  /// The manifest names every file that is there and no other. Errors: kManifestMismatch,
  /// kFileMissing, kFileUnexpected.
  Status CheckManifest();
  /// The octets, which have the manifest's hash. Errors: kFileMissing, kManifestMismatch.
  Result<Bytes> Read(const std::string& name);
  /// Every file below `folder`, whatever its depth; all of them below "".
  std::vector<std::string> Below(const std::string& folder) const;
  bool Has(const std::string& name) const;
  /// As the manifest writes it. Pre: Has(name).
  const std::string& HashOf(const std::string& name) const { return files_.at(name).sha256; }
  /// Names directly below `folder` that end in `suffix`, without folder and suffix.
  std::vector<std::string> Names(const std::string& folder, const std::string& suffix) const;
  /// kFileUnexpected for the first file that nothing read.
  Status CheckAllRead() const;
  const std::string& root() const { return root_; }

 private:
  struct File {
    std::string sha256;  // as the manifest writes it
    bool read = false;
  };
  std::string root_;
  std::map<std::string, File> files_;
};

/// Rebuilds a log of `size` leaves from its hash tiles below `folder`, every level checked. Errors:
/// kLeafMissing when a tile is missing or short, kLeafAdded when there are more, kLogMismatch.
Result<crypto::MerkleTree> ReadTiles(PublicFolder& files, const std::string& folder,
                                     const crypto::Checkpoint& checkpoint);
/// The entries of a log of `size` leaves from the files `names` (paths below tile/entries/,
/// sorted): each bundle has its one spelling, and together they hold exactly `size` entries.
/// `where` is named in errors. Errors: kFileUnexpected, kLeafMissing, kLeafAdded, kFileCorrupt.
Result<std::vector<Bytes>> ReadBundles(
    std::uint64_t size, const std::vector<std::string>& names, const std::string& where,
    const std::function<Result<Bytes>(const std::string& name)>& read);

/// Attaches the file's name to an error that has none.
base::Error InFile(base::Error error, const std::string& name);

}  // namespace lottery::compliance
