// Files that survive a power cut: written beside, fsynced, renamed, directory fsynced.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace lottery::base {

inline constexpr std::size_t kMaxFileOctets = std::size_t{1} << 30;

/// Errors: kFileMissing; kFileCorrupt above `limit` octets.
Result<Bytes> ReadFile(const std::string& path, std::size_t limit = kMaxFileOctets);
/// Replaces `path` atomically and durably; missing folders are made. `mode` e.g. 0644, 0600.
/// Errors: kFileWrite.
Status WriteFile(const std::string& path, ByteView content, unsigned mode = 0644);
/// Errors: kFileWrite.
Status MakeFolders(const std::string& path);
bool Exists(const std::string& path);
/// Regular files below `folder`, as paths relative to it, sorted.
std::vector<std::string> ListFiles(const std::string& folder);

/// Appends records durably: a record is the line's bytes plus "\n", fsynced before Append returns.
class DurableAppender {
 public:
  static Result<DurableAppender> Open(const std::string& path, unsigned mode = 0600);
  DurableAppender(DurableAppender&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DurableAppender& operator=(DurableAppender&&) = delete;
  ~DurableAppender();
  /// Errors: kFileWrite; the file may then end in a torn line, which readers drop.
  Status Append(ByteView line);

 private:
  explicit DurableAppender(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace lottery::base
