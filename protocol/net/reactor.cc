#include "protocol/net/reactor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/result.h"

namespace lottery::protocol::net {

namespace {
// Of a socket and look: a whole record, and no multiple of a page, or all pieces would want the
// same places in the processor's cache.
constexpr std::size_t kReadPiece = 17 * 1024 + 64;
constexpr auto kForPatient = std::chrono::microseconds(700);  // of a look
constexpr std::uint64_t kWakeTag = ~std::uint64_t{0};
}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = other.Release();
  }
  return *this;
}

int Descriptor::Release() { return std::exchange(fd_, -1); }

void Descriptor::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Reactor::Reactor(const base::Clock& clock, bool together)
    : clock_(clock),
      sockets_(together),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  LOTTERY_CHECK(epoll_.get() >= 0);
  LOTTERY_CHECK(wake_.get() >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeTag;
  LOTTERY_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
}

Reactor::~Reactor() = default;

std::uint64_t Reactor::TagOf(int fd) const {
  return (std::uint64_t{slots_[static_cast<std::size_t>(fd)].generation} << 32) |
         static_cast<std::uint32_t>(fd);
}

// Null when it was closed since.
Reactor::Slot* Reactor::Find(std::uint64_t tag) {
  Slot& slot = slots_[static_cast<std::size_t>(tag & 0xffffffff)];
  return slot.generation == tag >> 32 && slot.watcher != nullptr ? &slot : nullptr;
}

void Reactor::Control(int operation, int fd, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0U);
  event.data.u64 = TagOf(fd);
  LOTTERY_CHECK(::epoll_ctl(epoll_.get(), operation, fd, &event) == 0);
}

void Reactor::Add(int fd, std::shared_ptr<Watcher> watcher, Stream* stream) {
  const auto at = static_cast<std::size_t>(fd);
  if (slots_.size() <= at) slots_.resize(at + 64);
  Slot& slot = slots_[at];
  LOTTERY_CHECK(slot.watcher == nullptr);
  slot.watcher = std::move(watcher);
  slot.stream = stream;
  slot.pushed = slot.blocked = false;
  Control(EPOLL_CTL_ADD, fd, false);
}

void Reactor::Watch(int fd, std::shared_ptr<Watcher> watcher) {
  Add(fd, std::move(watcher), nullptr);
}

void Reactor::WatchStream(int fd, std::shared_ptr<Stream> stream) {
  Stream* const plain = stream.get();
  Add(fd, std::move(stream), plain);
}

void Reactor::Forget(int fd) {
  Slot& slot = slots_[static_cast<std::size_t>(fd)];
  if (slot.watcher == nullptr) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  slot.watcher.reset();
  slot.stream = nullptr;
  slot.generation = (slot.generation + 1) & 0x7fffffff;
}

void Reactor::Clear() {
  slots_.clear();
  pushed_.clear();
  const std::lock_guard lock(mutex_);
  posted_.clear();
}

void Reactor::Post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
    pending_.store(true, std::memory_order_relaxed);
    if (std::exchange(woken_, true)) return;
  }
  const std::uint64_t one = 1;
  LOTTERY_CHECK(::write(wake_.get(), &one, sizeof one) == sizeof one);
}

void Reactor::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  Post([] {});
}

// False when it is time to stop.
bool Reactor::RunPosted() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    tasks.swap(posted_);
    pending_.store(false, std::memory_order_relaxed);
    woken_ = false;
  }
  for (const auto& task : tasks) task();
  return true;
}

// Whoever is full will be less so soon, and tells nobody: a look at it each millisecond.
bool Reactor::WaitForPosted() {
  pollfd wake{wake_.get(), POLLIN, 0};
  if (::poll(&wake, 1, 1) == 1) DrainWake();
  const bool goes_on = RunPosted();
  Flush();
  return goes_on;
}

void Reactor::DrainWake() {
  std::uint64_t drained = 0;
  [[maybe_unused]] const auto n = ::read(wake_.get(), &drained, sizeof drained);
}

bool Reactor::Poll(std::chrono::microseconds timeout, int most) {
  Flush();
  if (full_ && full_()) return WaitForPosted();
  const timespec wait{timeout.count() / 1'000'000, timeout.count() % 1'000'000 * 1000};
  static thread_local std::array<epoll_event, kEventsAtOnce> events;
  const int count =
      ::epoll_pwait2(epoll_.get(), events.data(), std::min(most, kEventsAtOnce), &wait, nullptr);
  Sort({events.data(), static_cast<std::size_t>(std::max(count, 0))});
  for (std::size_t i = 0; i < prompt_.size(); i += ManySockets::kMost) {
    if (pending_.load(std::memory_order_relaxed)) {
      if (!RunPosted()) return false;
      Flush();
    }
    const std::size_t some = std::min(ManySockets::kMost, prompt_.size() - i);
    waiting_ = prompt_.size() - i;
    Serve(std::span(prompt_).subspan(i, some));
    Flush();
    if (full_ && full_()) break;  // who is left comes again
  }
  if (served_ && !patient_.empty()) served_();
  // Some of them at least; the rest comes again.
  const auto until = std::chrono::steady_clock::now() + kForPatient;
  for (const std::uint64_t& tag : patient_) {
    Serve({&tag, 1});
    Flush();
    if (std::chrono::steady_clock::now() > until) break;
  }
  waiting_ = 0;
  if (pending_.load(std::memory_order_relaxed) && !RunPosted()) return false;
  Flush();
  return true;
}

// Who is served in this look, and in which order.
void Reactor::Sort(std::span<const epoll_event> events) {
  prompt_.clear();
  patient_.clear();
  for (const auto& event : events) {
    if (event.data.u64 == kWakeTag) {
      DrainWake();
      continue;
    }
    const auto& watcher = slots_[static_cast<std::size_t>(event.data.u64 & 0xffffffff)].watcher;
    (watcher != nullptr && watcher->Patient() ? patient_ : prompt_).push_back(event.data.u64);
  }
}

void Reactor::Serve(std::span<const std::uint64_t> tags) {
  std::array<std::uint64_t, ManySockets::kMost> streams{};
  std::size_t count = 0;
  for (const std::uint64_t tag : tags) {
    const Slot* slot = Find(tag);
    if (slot != nullptr && slot->stream != nullptr) streams[count++] = tag;
  }
  Receive({streams.data(), count});
  for (const std::uint64_t tag : tags) {  // after it: they may close what was to be received
    const Slot* slot = Find(tag);
    if (slot == nullptr || slot->stream != nullptr) continue;
    const auto watcher = slot->watcher;
    watcher->OnReady();
  }
}

// HOT: bench/issuance
void Reactor::Receive(std::span<const std::uint64_t> tags) {
  static thread_local std::array<std::array<char, kReadPiece>, ManySockets::kMost> pieces;
  std::array<ManySockets::Part, ManySockets::kMost> parts{};
  for (std::size_t i = 0; i < tags.size(); ++i)
    parts[i] = {static_cast<int>(tags[i] & 0xffffffff), pieces[i].data(), kReadPiece, 0};
  sockets_.Receive({parts.data(), tags.size()});
  const base::UtcTime now = clock_.Now();
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (waiting_ > 0) --waiting_;
    Slot* slot = Find(tags[i]);
    if (slot == nullptr) continue;  // closed by what another one brought
    const auto keep = slot->watcher;
    Stream& stream = *slot->stream;
    if (std::exchange(slot->blocked, false)) {
      Control(EPOLL_CTL_MOD, parts[i].fd, false);
      Push(parts[i].fd);
      if (Find(tags[i]) == nullptr) continue;
    }
    const std::ptrdiff_t n = parts[i].done;
    if (n > 0) {
      stream.OnOctets({parts[i].octets, static_cast<std::size_t>(n)}, now);
    } else if (n != -EAGAIN && n != -EINTR) {
      stream.OnEnd();
    }
  }
}

bool Reactor::Push(int fd) {
  Slot& slot = slots_[static_cast<std::size_t>(fd)];
  if (slot.blocked) return false;
  if (std::exchange(slot.pushed, true)) return true;
  pushed_.push_back(TagOf(fd));
  if (pushed_.size() >= ManySockets::kMost) Flush();
  return true;
}

// HOT: bench/issuance
void Reactor::Flush() {
  if (std::exchange(flushing_, true)) return;
  for (std::size_t at = 0; at < pushed_.size();) {
    std::array<ManySockets::Part, ManySockets::kMost> parts{};
    std::array<std::uint64_t, ManySockets::kMost> tags{};
    std::size_t count = 0;
    for (; at < pushed_.size() && count < ManySockets::kMost; ++at) {
      Slot* slot = Find(pushed_[at]);
      if (slot == nullptr) continue;
      slot->pushed = false;
      if (slot->blocked) continue;  // it comes again when the peer takes more
      const base::ByteView unsent = slot->stream->Unsent();
      if (unsent.empty()) continue;
      tags[count] = pushed_[at];
      auto* const octets = const_cast<char*>(unsent.data());  // sending only reads them
      parts[count++] = {static_cast<int>(pushed_[at] & 0xffffffff), octets, unsent.size(), 0};
    }
    sockets_.Send({parts.data(), count});
    for (std::size_t i = 0; i < count; ++i) Sent(tags[i], parts[i]);
  }
  pushed_.clear();
  flushing_ = false;
}

void Reactor::Sent(std::uint64_t tag, const ManySockets::Part& part) {
  Slot* slot = Find(tag);
  if (slot == nullptr) return;
  const auto keep = slot->watcher;
  Stream& stream = *slot->stream;
  if (part.done < 0 && part.done != -EAGAIN && part.done != -EINTR) return stream.OnEnd();
  const auto sent = static_cast<std::size_t>(std::max<std::ptrdiff_t>(part.done, 0));
  slot->blocked = sent < part.size;
  if (slot->blocked) Control(EPOLL_CTL_MOD, part.fd, true);
  stream.OnSent(sent, slot->blocked);
}

void Reactor::Run(const std::function<void()>& tick, std::function<void()> served,
                  std::function<bool()> full) {
  served_ = std::move(served);
  full_ = std::move(full);
  constexpr std::chrono::seconds kTick(1);
  auto next_tick = std::chrono::steady_clock::now() + kTick;
  while (Poll(kTick)) {
    if (served_) served_();
    if (!tick || std::chrono::steady_clock::now() < next_tick) continue;
    tick();
    next_tick = std::chrono::steady_clock::now() + kTick;
  }
}

}  // namespace lottery::protocol::net
