// Files that survive a power cut: written beside, fsynced, renamed, directory fsynced. This is the
// only way in which the product writes a whole file.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace lottery::base {

inline constexpr std::size_t kMaxFileOctets = std::size_t{1} << 30;

/// Errors: kFileMissing; kFileCorrupt above `limit` octets.
Result<Bytes> ReadFile(const std::string& path, std::size_t limit = kMaxFileOctets);
/// Replaces `path` atomically and durably; missing folders are made. `mode` e.g. 0644, 0600. A link
/// is followed, and what it leads to is replaced. A device, a pipe or a socket is written to and
/// stays what it is. Errors: kFileWrite; the file is then as it was.
Status WriteFile(const std::string& path, ByteView content, unsigned mode = 0644);
/// Makes a file that is not there yet. Two programs at once: one of them does. Errors:
/// kAlreadyExists, and the file is as it was; kFileWrite.
Status WriteNewFile(const std::string& path, ByteView content, unsigned mode);
/// Errors: kFileWrite.
Status MakeFolders(const std::string& path);
/// Removes what a process that died while it wrote `path` left beside it.
void SweepUnfinished(const std::string& path);
bool Exists(const std::string& path);
/// Also behind a link; not a pipe, a device or a folder.
bool IsPlainFile(const std::string& path);
/// Regular files below `folder`, as paths relative to it, sorted; none where there is no such
/// folder. Errors: kFileMissing, with the folder that this user may not read.
Result<std::vector<std::string>> ListFiles(const std::string& folder);

/// Appends records durably: a record is the line's bytes plus "\n", fsynced before Append returns.
class DurableAppender {
 public:
  static Result<DurableAppender> Open(const std::string& path, unsigned mode = 0600);
  DurableAppender(DurableAppender&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DurableAppender& operator=(DurableAppender&&) = delete;
  ~DurableAppender();
  /// Errors: kFileWrite; what was written of the line is taken off again, and a line that stays
  /// torn because the process died is dropped by readers.
  Status Append(ByteView line);

 private:
  explicit DurableAppender(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace lottery::base
