#include "compliance/public_folder.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "compliance/verify.h"
#include "crypto/tile.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace fs = std::filesystem;
namespace {
constexpr const char* kManifest = "manifest.json";
constexpr std::string_view kEntries = "tile/entries/";
constexpr int kDeepestFolder = 16;  // of tile/entries/x000/x000/..., with room

// What file managers leave in a folder that was only looked at. These names say nothing to anybody,
// no document has them, and nothing of them is read.
bool IsFileManagers(const std::string& name) {
  const std::string last = name.substr(name.rfind('/') + 1);
  return last == ".DS_Store" || last == "Thumbs.db" || last == "desktop.ini" ||
         last.starts_with("._");
}

tl::unexpected<base::Error> Refuse(ErrorCode code, const std::string& name, const char* detail) {
  return tl::unexpected<base::Error>({code, detail, name});
}

// Adds the plain files of `folder`, whose name relative to the whole is `prefix`.
Status AddPlainFiles(const fs::path& folder, const std::string& prefix, int depth,
                     std::vector<std::string>& out) {
  std::error_code error;
  fs::directory_iterator at(folder, error);
  if (error) return Refuse(ErrorCode::kFileMissing, folder.string(), "cannot be read");
  if (at == fs::directory_iterator() && depth != 0)
    return Refuse(ErrorCode::kFileUnexpected, prefix, "an empty folder");
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = prefix + at->path().filename().string();
    const auto status = at->symlink_status(error);
    if (fs::is_directory(status) && depth < kDeepestFolder) {
      LOTTERY_TRY_VOID(AddPlainFiles(at->path(), name + "/", depth + 1, out));
    } else if (!fs::is_regular_file(status)) {
      return Refuse(ErrorCode::kFileUnexpected, name, "not a plain file in a plain folder");
    } else if (!IsFileManagers(name)) {
      out.push_back(name);
    }
  }
  if (error) return Refuse(ErrorCode::kFileMissing, folder.string(), "cannot be read");
  return {};
}
}  // namespace

Result<std::vector<std::string>> PlainFiles(const std::string& folder) {
  std::vector<std::string> names;
  LOTTERY_TRY_VOID(AddPlainFiles(folder, "", 0, names));
  std::sort(names.begin(), names.end());
  return names;
}

base::Error InFile(base::Error error, const std::string& name) {
  if (error.file.empty()) error.file = name;
  return error;
}

// Programs make a folder before they have something to put there, and leave it when that has gone.
static void RemoveEmptyFolders(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (!fs::is_directory(at->symlink_status(error))) continue;
    RemoveEmptyFolders(at->path());
    ::rmdir(at->path().c_str());  // refused by the system where something is in it
  }
}

Result<base::json::object> WriteManifest(const std::string& folder) {
  RemoveEmptyFolders(folder);
  base::json::object files;
  LOTTERY_TRY(const auto names, PlainFiles(folder));
  for (const auto& name : names) {
    if (name == kManifest) continue;
    LOTTERY_TRY(const auto content, base::ReadFile(folder + "/" + name));
    files[name] = base::ToHex(crypto::Sha256(content).view());
  }
  const auto count = static_cast<std::int64_t>(files.size());
  LOTTERY_TRY_VOID(base::WriteFile(
      folder + "/" + kManifest,
      base::ToPretty(base::json::object{{"format", "manifest/1"}, {"files", std::move(files)}})));
  return base::json::object{{"files", count}};
}

Status PublicFolder::CheckManifest() {
  LOTTERY_TRY(const auto names, PlainFiles(root_));
  const auto text = base::ReadFile(root_ + "/" + kManifest);
  if (!text) return Refuse(ErrorCode::kFileMissing, kManifest, "the folder has no manifest");
  const auto object = base::ParseJsonObject(*text);
  if (!object || base::ToPretty(*object) != *text)
    return Refuse(ErrorCode::kManifestMismatch, kManifest, "not in canonical form");
  LOTTERY_TRY(const auto format, base::GetString(*object, "format"));
  LOTTERY_TRY(const auto listed, base::GetObject(*object, "files"));
  if (format != "manifest/1" || object->size() != 2)
    return Refuse(ErrorCode::kManifestMismatch, kManifest, "unknown format");
  for (const auto& [name, hash] : listed) {
    if (!hash.is_string()) return Refuse(ErrorCode::kManifestMismatch, kManifest, "a hash is text");
    files_[std::string(name)].sha256 = hash.get_string();
  }
  for (const auto& name : names) {
    if (name != kManifest && !files_.contains(name))
      return Refuse(ErrorCode::kFileUnexpected, name, "the manifest does not name it");
  }
  for (const auto& [name, file] : files_) {
    if (!std::binary_search(names.begin(), names.end(), name))
      return Refuse(ErrorCode::kFileMissing, name, "the manifest names it");
  }
  return {};
}

Result<Bytes> PublicFolder::Read(const std::string& name) {
  const auto file = files_.find(name);
  if (file == files_.end()) return Refuse(ErrorCode::kFileMissing, name, "not in the folder");
  file->second.read = true;
  LOTTERY_TRY(auto content, base::ReadFile(root_ + "/" + name));
  if (base::ToHex(crypto::Sha256(content).view()) != file->second.sha256)
    return Refuse(ErrorCode::kManifestMismatch, name, "SHA-256 differs");
  return content;
}

bool PublicFolder::Has(const std::string& name) const { return files_.contains(name); }

std::vector<std::string> PublicFolder::Names(const std::string& folder,
                                             const std::string& suffix) const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) {
    if (!name.starts_with(folder + "/") || !name.ends_with(suffix)) continue;
    const std::string stem =
        name.substr(folder.size() + 1, name.size() - folder.size() - 1 - suffix.size());
    if (stem.find_first_of("/.") == std::string::npos) names.push_back(stem);
  }
  return names;
}

std::vector<std::string> PublicFolder::Below(const std::string& folder) const {
  std::vector<std::string> names;
  for (const auto& [name, file] : files_) {
    if (folder.empty() || name.starts_with(folder + "/")) names.push_back(name);
  }
  return names;
}

Status PublicFolder::CheckAllRead() const {
  for (const auto& [name, file] : files_) {
    if (!file.read)
      return tl::unexpected<base::Error>(
          {ErrorCode::kFileUnexpected, "no document of this folder stands behind it", name});
  }
  return {};
}

Result<crypto::MerkleTree> ReadTiles(PublicFolder& files, const std::string& folder,
                                     const crypto::Checkpoint& checkpoint) {
  crypto::MerkleTree tree;
  std::set<std::string> expected;
  std::uint64_t hashes_there = 0;
  for (const auto& name : files.Below(folder + "/tile/0")) {
    const auto tile = crypto::ParseTilePath(name.substr(folder.size() + 1));
    if (!tile) return Refuse(ErrorCode::kFileUnexpected, name, "not the one spelling of a tile");
    hashes_there += tile->width;
  }
  if (hashes_there > checkpoint.size) {
    return tl::unexpected<base::Error>(
        {ErrorCode::kLeafAdded,
         std::to_string(hashes_there) + " of " + std::to_string(checkpoint.size),
         folder + "/tile/0"});
  }
  for (const auto& tile : crypto::TilesOf(checkpoint.size)) {
    const std::string name = folder + "/" + crypto::TilePath(tile);
    expected.insert(name);
    if (!files.Has(name))
      return tl::unexpected<base::Error>(
          {ErrorCode::kLeafMissing, "tile of " + checkpoint.origin, name});
    LOTTERY_TRY(const auto hashes, files.Read(name));
    if (hashes.size() != tile.width * 32) {
      return tl::unexpected<base::Error>(
          {hashes.size() < tile.width * 32 ? ErrorCode::kLeafMissing : ErrorCode::kLeafAdded,
           "tile of " + checkpoint.origin, name});
    }
    for (std::size_t at = 0; tile.level == 0 && at < hashes.size(); at += 32)
      tree.Append(*base::DigestFrom(base::ByteView(hashes).substr(at, 32)));
    if (tile.level > 0 && crypto::TileHashes(tree, tile) != hashes)
      return tl::unexpected<base::Error>({ErrorCode::kLogMismatch, "upper tile", name});
  }
  for (const auto& name : files.Below(folder + "/tile")) {
    if (!name.starts_with(folder + "/tile/entries/") && !expected.contains(name))
      return Refuse(ErrorCode::kLeafAdded, name, "a tile beyond the checkpoint");
  }
  if (tree.Root() != checkpoint.root)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLogMismatch, "tiles do not make the root", folder + "/checkpoint"});
  return tree;
}

Result<std::vector<Bytes>> ReadBundles(
    std::uint64_t size, const std::vector<std::string>& names, const std::string& where,
    const std::function<Result<Bytes>(const std::string& name)>& read) {
  std::uint64_t there = 0;
  for (const auto& name : names) {
    const auto tile = crypto::ParseTilePath("tile/0/" + name);  // spelt as a hash tile is
    if (!tile)
      return Refuse(ErrorCode::kFileUnexpected, where + "/" + name, "not the one spelling");
    there += tile->width;
  }
  if (there != size)
    return tl::unexpected<base::Error>(
        {there < size ? ErrorCode::kLeafMissing : ErrorCode::kLeafAdded,
         std::to_string(there) + " of " + std::to_string(size), where});
  std::vector<Bytes> leaves;
  for (std::uint64_t from = 0; from < size; from += crypto::kTileWidth) {
    const std::uint64_t width = std::min(crypto::kTileWidth, size - from);
    const std::string name =
        crypto::EntriesPath(from / crypto::kTileWidth, width).substr(kEntries.size());
    if (!std::binary_search(names.begin(), names.end(), name))
      return Refuse(ErrorCode::kLeafMissing, where + "/" + name, "bundle of entries");
    LOTTERY_TRY(const auto bundle, read(name));
    auto entries = crypto::ParseEntries(bundle);
    if (!entries) return tl::unexpected<base::Error>(InFile(entries.error(), where + "/" + name));
    if (entries->size() != width)
      return tl::unexpected<base::Error>(
          {entries->size() < width ? ErrorCode::kLeafMissing : ErrorCode::kLeafAdded,
           "a bundle holds what its name says", where + "/" + name});
    for (auto& entry : *entries) leaves.push_back(std::move(entry));
  }
  return leaves;
}

}  // namespace lottery::compliance
