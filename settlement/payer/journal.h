// What this payer has signed, in a file of its own: on disk before any database sees it. So a
// payment that the database forgets, or gives back undone, is not signed a second time for somebody
// else.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/bytes.h"
#include "base/lock.h"

namespace lottery::settlement::payer {

class Journal {
 public:
  /// The folder is locked: one payer has it. A line that a crash cut short counts as not written.
  /// Errors: kInUse, kFileWrite, kFileCorrupt.
  static base::Result<Journal> Open(const std::string& folder);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();
  /// Every paper, in the order of its signing, as it was found at Open.
  const std::vector<base::Bytes>& found() const { return found_; }
  /// Returns when it is on disk. From any thread; those who come together wait for one write.
  /// Errors: kFileWrite, and from then on always.
  base::Status Append(base::ByteView paper);
  /// Leaves only `papers`: what the witnessed log has needs no second record. Errors: kFileWrite.
  base::Status Keep(const std::vector<base::Bytes>& papers);

 private:
  Journal(base::FolderLock lock, std::string path, int fd)
      : lock_(std::move(lock)), path_(std::move(path)), fd_(fd) {}
  base::FolderLock lock_;
  std::string path_;
  int fd_;
  std::vector<base::Bytes> found_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t written_ = 0, synced_ = 0;  // guarded by mutex_: octets
  bool syncing_ = false, broken_ = false;   // guarded by mutex_
};

}  // namespace lottery::settlement::payer
