#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
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

namespace {

tl::unexpected<Error> CannotWrite(const std::string& what, const std::string& path) {
  return tl::unexpected<Error>({ErrorCode::kFileWrite, what + ": " + std::strerror(errno), path});
}

// Where a link leads to, also when nothing is there yet; the path itself when it is none.
Result<std::string> BehindLinks(const std::string& path) {
  constexpr int kMostLinks = 40;
  fs::path at(path);
  std::error_code error;
  for (int i = 0; i < kMostLinks; ++i) {
    if (!fs::is_symlink(fs::symlink_status(at, error))) return at.string();
    const fs::path target = fs::read_symlink(at, error);
    if (error) break;
    at = target.is_absolute() ? target : at.parent_path() / target;
  }
  return tl::unexpected<Error>({ErrorCode::kFileWrite, "links that lead nowhere", path});
}

// A device, pipe or socket: nothing can stand beside it, and it must not be replaced.
Status WriteInto(const std::string& path, ByteView content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return CannotWrite("cannot be opened", path);
  const bool written = WriteAll(fd, content);
  const auto failed = written ? Status() : Status(CannotWrite("write failed", path));
  if (::close(fd) != 0 && failed) return CannotWrite("close failed", path);
  return failed;
}

// A file system that knows no flags takes a second name for the file instead, which replaces
// nothing either.
bool Rename(const std::string& from, const std::string& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return true;
  if (errno != EINVAL || flags != RENAME_NOREPLACE) return false;
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

constexpr const char* kFresh = ".new.";  // behind the name, before it is whole

// Written beside first; `flags` are renameat2's.
Status WriteBeside(const std::string& path, ByteView content, unsigned mode, unsigned flags) {
  static std::atomic<unsigned> number{0};
  const std::string fresh =
      path + kFresh + std::to_string(::getpid()) + "." + std::to_string(++number);
  ::unlink(fresh.c_str());  // of a process that died and had this number
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return CannotWrite("cannot create the file", path);
  Status status;
  if (!WriteAll(fd, content) || ::fsync(fd) != 0) status = CannotWrite("write failed", path);
  if (::close(fd) != 0 && status) status = CannotWrite("close failed", path);
  if (status && !Rename(fresh, path, flags)) {
    if (errno == EEXIST)
      status =
          tl::unexpected<Error>({ErrorCode::kAlreadyExists, "the file is there already", path});
    else
      status = CannotWrite("rename failed", path);
  }
  if (!status) {
    ::unlink(fresh.c_str());
    return status;
  }
  return SyncFolderOf(path) ? Status() : Status(CannotWrite("fsync of the folder failed", path));
}

}  // namespace

Status WriteFile(const std::string& path, ByteView content, unsigned mode) {
  LOTTERY_TRY(const std::string place, BehindLinks(path));
  const std::string parent = fs::path(place).parent_path().string();
  if (!parent.empty()) LOTTERY_TRY_VOID(MakeFolders(parent));
  struct stat there {};
  if (::stat(place.c_str(), &there) != 0 || S_ISREG(there.st_mode))
    return WriteBeside(place, content, mode, 0);
  if (S_ISDIR(there.st_mode))
    return tl::unexpected<Error>({ErrorCode::kFileWrite, "is a folder", path});
  return WriteInto(place, content);
}

Status WriteNewFile(const std::string& path, ByteView content, unsigned mode) {
  const std::string parent = fs::path(path).parent_path().string();
  if (!parent.empty()) LOTTERY_TRY_VOID(MakeFolders(parent));
  return WriteBeside(path, content, mode, RENAME_NOREPLACE);
}

void SweepUnfinished(const std::string& path) {
  const fs::path at(path);
  const std::string begins = at.filename().string() + kFresh;
  std::error_code error;
  std::vector<fs::path> left;
  for (fs::directory_iterator it(at.parent_path(), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().starts_with(begins)) left.push_back(it->path());
  }
  for (const auto& file : left) fs::remove(file, error);
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

bool IsPlainFile(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

Result<std::vector<std::string>> ListFiles(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  if (!fs::exists(folder, error) && !error) return names;
  std::string at = folder;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;) {
    if (it->is_regular_file(error) && !error)
      names.push_back(fs::relative(it->path(), folder).generic_string());
    if (it->is_directory(error)) at = it->path().string();
    it.increment(error);
  }
  if (error) return tl::unexpected<Error>({ErrorCode::kFileMissing, error.message(), at});
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
  struct stat before {};
  if (::fstat(fd_, &before) != 0) return Fail(ErrorCode::kFileWrite, std::strerror(errno));
  if (WriteAll(fd_, record) && ::fdatasync(fd_) == 0) return {};
  const std::string why = std::strerror(errno);
  const bool undone = ::ftruncate(fd_, before.st_size) == 0;
  return Fail(ErrorCode::kFileWrite, why + (undone ? "" : "; the line stays torn"));
}

}  // namespace lottery::base
