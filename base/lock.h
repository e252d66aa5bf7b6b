// A folder with a single user: a till's journal, a witness's state, an official's device. Two
// programs on one such folder would say two things in one name, so the second one is refused at its
// start.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace lottery::base {

/// Held until it is destroyed or its process ends, however that ends (flock(2) on `folder`/.lock).
class FolderLock {
 public:
  /// Makes the folder where it is missing. Errors: kInUse, which names the process that holds it;
  /// kFileWrite.
  static Result<FolderLock> Take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace lottery::base
