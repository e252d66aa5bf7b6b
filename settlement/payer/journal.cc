#include "settlement/payer/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"

namespace lottery::settlement::payer {
using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Fail;
using base::Result;
using base::Status;
namespace {

constexpr std::size_t kMostPaper = 4'096;

Bytes LineOf(ByteView paper) {
  base::ByteWriter w;
  w.Short(paper);
  return w.Take();
}

bool WriteAll(int fd, ByteView octets) {
  while (!octets.empty()) {
    const auto written = ::write(fd, octets.data(), octets.size());
    if (written > 0) octets.remove_prefix(static_cast<std::size_t>(written));
    if (written <= 0 && errno != EINTR) return false;
  }
  return true;
}

}  // namespace

Result<Journal> Journal::Open(const std::string& folder) {
  LOTTERY_TRY(auto lock, base::FolderLock::Take(folder));
  const std::string path = folder + "/payments";
  const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return Fail(ErrorCode::kFileWrite, path);
  Journal journal(std::move(lock), path, fd);
  LOTTERY_TRY(const auto text, base::ReadFile(path));
  base::ByteReader r(text);
  std::size_t whole = 0;
  while (!r.AtEnd()) {
    const auto paper = r.Short();
    if (!r.ok() || paper.empty() || paper.size() > kMostPaper) break;
    journal.found_.emplace_back(paper);
    whole += 2 + paper.size();
  }
  if (whole != text.size() && ::ftruncate(fd, static_cast<off_t>(whole)) != 0)
    return Fail(ErrorCode::kFileWrite, path);
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : lock_(std::move(other.lock_)),
      path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      found_(std::move(other.found_)) {}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Status Journal::Append(ByteView paper) {
  LOTTERY_CHECK(!paper.empty() && paper.size() <= kMostPaper);
  const Bytes line = LineOf(paper);
  std::unique_lock lock(mutex_);
  if (broken_ || !WriteAll(fd_, line)) {
    broken_ = true;
    return Fail(ErrorCode::kFileWrite, path_);
  }
  written_ += line.size();
  const std::uint64_t own = written_;
  while (synced_ < own && !broken_) {
    if (syncing_) {
      wake_.wait(lock);
      continue;
    }
    syncing_ = true;
    const std::uint64_t upto = written_;
    lock.unlock();
    const bool done = ::fdatasync(fd_) == 0;
    lock.lock();
    syncing_ = false;
    broken_ = broken_ || !done;
    if (done) synced_ = upto;
    wake_.notify_all();
  }
  return broken_ ? Fail(ErrorCode::kFileWrite, path_) : Status();
}

Status Journal::Keep(const std::vector<Bytes>& papers) {
  Bytes text;
  for (const auto& paper : papers) text += LineOf(paper);
  LOTTERY_TRY_VOID(base::WriteFile(path_, text));
  const std::lock_guard lock(mutex_);
  ::close(fd_);
  fd_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
  return fd_ >= 0 ? Status() : Fail(ErrorCode::kFileWrite, path_);
}

}  // namespace lottery::settlement::payer
