#include "compliance/public_folder.h"

#include "base/file.h"
#include "compliance/verify.h"
#include "crypto/tile.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {
constexpr const char* kManifest = "manifest.json";

// What file managers leave in a folder that was only looked at. These names say nothing to anybody,
// no document has them, and nothing of them is read.
bool IsFileManagers(const std::string& name) {
  const std::string last = name.substr(name.rfind('/') + 1);
  return last == ".DS_Store" || last == "Thumbs.db" || last == "desktop.ini" ||
         last.starts_with("._");
}

// Errors: kFileMissing, with the folder that cannot be read.
Result<std::vector<std::string>> FilesOf(const std::string& folder) {
  LOTTERY_TRY(auto names, base::ListFiles(folder));
  std::erase_if(names, IsFileManagers);
  return names;
}
}  // namespace

base::Error InFile(base::Error error, const std::string& name) {
  if (error.file.empty()) error.file = name;
  return error;
}

Result<base::json::object> WriteManifest(const std::string& folder) {
  base::json::object files;
  LOTTERY_TRY(const auto names, FilesOf(folder));
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
  const auto refuse = [](ErrorCode code, const std::string& name, const char* detail) {
    return tl::unexpected<base::Error>({code, detail, name});
  };
  const auto text = base::ReadFile(root_ + "/" + kManifest);
  if (!text) return refuse(ErrorCode::kFileMissing, kManifest, "the folder has no manifest");
  const auto object = base::ParseJsonObject(*text);
  if (!object || base::ToPretty(*object) != *text)
    return refuse(ErrorCode::kManifestMismatch, kManifest, "not in canonical form");
  LOTTERY_TRY(const auto format, base::GetString(*object, "format"));
  LOTTERY_TRY(const auto listed, base::GetObject(*object, "files"));
  if (format != "manifest/1" || object->size() != 2)
    return refuse(ErrorCode::kManifestMismatch, kManifest, "unknown format");
  LOTTERY_TRY(const auto names, FilesOf(root_));
  for (const auto& name : names) {
    if (name == kManifest) continue;
    const auto* hash = listed.if_contains(name);
    if (hash == nullptr)
      return refuse(ErrorCode::kFileUnexpected, name, "the manifest does not name it");
    LOTTERY_TRY(const auto content, base::ReadFile(root_ + "/" + name));
    if (!hash->is_string() || hash->get_string() != base::ToHex(crypto::Sha256(content).view())) {
      return refuse(ErrorCode::kManifestMismatch, name, "SHA-256 differs");
    }
    files_[name] = false;
  }
  for (const auto& [name, hash] : listed) {
    if (!files_.contains(std::string(name)))
      return refuse(ErrorCode::kFileMissing, std::string(name), "the manifest names it");
  }
  return {};
}

Result<Bytes> PublicFolder::Read(const std::string& name) {
  const auto file = files_.find(name);
  if (file == files_.end())
    return tl::unexpected<base::Error>({ErrorCode::kFileMissing, "not in the folder", name});
  file->second = true;
  return base::ReadFile(root_ + "/" + name);
}

bool PublicFolder::Has(const std::string& name) const { return files_.contains(name); }

std::vector<std::string> PublicFolder::Names(const std::string& folder,
                                             const std::string& suffix) const {
  std::vector<std::string> names;
  for (const auto& [name, read] : files_) {
    if (!name.starts_with(folder + "/") || !name.ends_with(suffix)) continue;
    const std::string stem =
        name.substr(folder.size() + 1, name.size() - folder.size() - 1 - suffix.size());
    if (stem.find_first_of("/.") == std::string::npos) names.push_back(stem);
  }
  return names;
}

std::vector<std::string> PublicFolder::Below(const std::string& folder) const {
  std::vector<std::string> names;
  for (const auto& [name, read] : files_) {
    if (name.starts_with(folder + "/")) names.push_back(name);
  }
  return names;
}

Status PublicFolder::CheckAllRead() const {
  for (const auto& [name, read] : files_) {
    if (!read)
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
  LOTTERY_TRY(const auto lowest, FilesOf(files.root() + "/" + folder + "/tile/0"));
  for (const auto& name : lowest) {
    LOTTERY_TRY(const auto hashes, base::ReadFile(files.root() + "/" + folder + "/tile/0/" + name));
    hashes_there += hashes.size() / 32;
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
  LOTTERY_TRY(const auto all, FilesOf(files.root() + "/" + folder + "/tile"));
  for (const auto& name : all) {
    const bool entries = name.starts_with("entries/");
    if (!entries && !expected.contains(folder + "/tile/" + name)) {
      return tl::unexpected<base::Error>(
          {ErrorCode::kLeafAdded, "a tile beyond the checkpoint", folder + "/tile/" + name});
    }
  }
  if (tree.Root() != checkpoint.root)
    return tl::unexpected<base::Error>(
        {ErrorCode::kLogMismatch, "tiles do not make the root", folder + "/checkpoint"});
  return tree;
}

Result<std::vector<Bytes>> ReadBundles(const std::string& folder) {
  std::map<std::uint64_t, std::string> names;  // index -> path
  LOTTERY_TRY(const auto bundles, FilesOf(folder + "/tile/entries"));
  for (const auto& name : bundles) {
    std::uint64_t index = 0;
    for (const auto part : base::Split(std::string_view(name).substr(0, name.find(".p")), '/')) {
      const auto digits = part.starts_with("x") ? part.substr(1) : part;
      for (const char c : digits) {
        if (c < '0' || c > '9')
          return tl::unexpected<base::Error>({ErrorCode::kFileUnexpected, "entry bundle", name});
        index = index * 10 + static_cast<std::uint64_t>(c - '0');
      }
    }
    names[index] = folder + "/tile/entries/" + name;
  }
  std::vector<Bytes> leaves;
  for (const auto& [index, path] : names) {
    LOTTERY_TRY(const auto bundle, base::ReadFile(path));
    auto entries = crypto::ParseEntries(bundle);
    if (!entries) return tl::unexpected<base::Error>(InFile(entries.error(), path));
    for (auto& entry : *entries) leaves.push_back(std::move(entry));
  }
  return leaves;
}

}  // namespace lottery::compliance
