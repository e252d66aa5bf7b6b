#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace lottery::base {
namespace fs = std::filesystem;
namespace {

bool WriteAll(int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool SyncFolderOf(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  const int fd = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool ok = ::fsync(fd) == 0;
  ::close(fd);
  return ok;
}

}  // namespace

Result<Bytes> ReadFile(const std::string& path, std::size_t limit) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0 || S_ISDIR(info.st_mode)) {
    if (fd >= 0) ::close(fd);
    return tl::unexpected<Error>({ErrorCode::kFileMissing, "cannot read the file", path});
  }
  Bytes content;
  char buffer[65536];
  ssize_t n = 0;
  while ((n = ::read(fd, buffer, sizeof buffer)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || content.size() + static_cast<std::size_t>(n) > limit) break;
    content.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  if (n != 0)
    return tl::unexpected<Error>({ErrorCode::kFileCorrupt, "unreadable or too long", path});
  return content;
}

Status WriteFile(const std::string& path, ByteView content, unsigned mode) {
  const std::string parent = fs::path(path).parent_path().string();
  if (!parent.empty()) LOTTERY_TRY_VOID(MakeFolders(parent));
  const std::string fresh = path + ".new." + std::to_string(::getpid());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return tl::unexpected<Error>({ErrorCode::kFileWrite, "cannot create the file", path});
  const bool written = WriteAll(fd, content) && ::fsync(fd) == 0;
  const bool closed = ::close(fd) == 0;
  if (!written || !closed || ::rename(fresh.c_str(), path.c_str()) != 0 || !SyncFolderOf(path)) {
    ::unlink(fresh.c_str());
    return tl::unexpected<Error>({ErrorCode::kFileWrite, "write, fsync or rename failed", path});
  }
  return {};
}

Status MakeFolders(const std::string& path) {
  std::error_code ignored;
  fs::create_directories(path, ignored);
  if (!fs::is_directory(path, ignored)) {
    return tl::unexpected<Error>({ErrorCode::kFileWrite, "cannot make the folder", path});
  }
  return {};
}

bool Exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::vector<std::string> ListFiles(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file()) names.push_back(fs::relative(it->path(), folder).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<DurableAppender> DurableAppender::Open(const std::string& path, unsigned mode) {
  const std::string parent = fs::path(path).parent_path().string();
  if (!parent.empty()) LOTTERY_TRY_VOID(MakeFolders(parent));
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
  if (fd < 0 || !SyncFolderOf(path)) {
    return tl::unexpected<Error>({ErrorCode::kFileWrite, "cannot open for appending", path});
  }
  return DurableAppender(fd);
}

DurableAppender::~DurableAppender() {
  if (fd_ >= 0) ::close(fd_);
}

Status DurableAppender::Append(ByteView line) {
  Bytes record(line);
  record.push_back('\n');
  if (!WriteAll(fd_, record) || ::fdatasync(fd_) != 0)
    return Fail(ErrorCode::kFileWrite, "append failed");
  return {};
}

}  // namespace lottery::base
