#include "base/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace lottery::base {

Result<FolderLock> FolderLock::Take(const std::string& folder) {
  LOTTERY_TRY_VOID(MakeFolders(folder));
  const std::string path = folder + "/.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return tl::unexpected<Error>({ErrorCode::kFileWrite, std::strerror(errno), path});
  FolderLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return tl::unexpected<Error>({ErrorCode::kFileWrite, std::strerror(errno), path});
    char holder[32] = {};
    const bool named = ::pread(fd, holder, sizeof holder - 1, 0) > 0;
    return tl::unexpected<Error>(
        {ErrorCode::kInUse, named ? "by process " + std::string(holder) : "", folder});
  }
  // Only for the sentence above; the lock is the kernel's.
  const std::string self = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, self.data(), self.size(), 0) < 0)
    return tl::unexpected<Error>({ErrorCode::kFileWrite, std::strerror(errno), path});
  return lock;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace lottery::base
