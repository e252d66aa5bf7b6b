#include "protocol/net/reactor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/result.h"

namespace lottery::protocol::net {

namespace {
constexpr int kEventsAtOnce = 1024;
constexpr int kEventsBetweenPosted = 8;
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

Reactor::Reactor()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  LOTTERY_CHECK(epoll_.get() >= 0);
  LOTTERY_CHECK(wake_.get() >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeTag;
  LOTTERY_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
}

Reactor::~Reactor() = default;

void Reactor::Control(int operation, int fd, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0U);
  event.data.u64 = (std::uint64_t{slots_[static_cast<std::size_t>(fd)].generation} << 32) |
                   static_cast<std::uint32_t>(fd);
  LOTTERY_CHECK(::epoll_ctl(epoll_.get(), operation, fd, &event) == 0);
}

void Reactor::Watch(int fd, std::shared_ptr<Watcher> watcher, bool writable) {
  const auto at = static_cast<std::size_t>(fd);
  if (slots_.size() <= at) slots_.resize(at + 64);
  LOTTERY_CHECK(slots_[at].watcher == nullptr);
  slots_[at].watcher = std::move(watcher);
  Control(EPOLL_CTL_ADD, fd, writable);
}

void Reactor::Change(int fd, bool writable) { Control(EPOLL_CTL_MOD, fd, writable); }

void Reactor::Forget(int fd) {
  Slot& slot = slots_[static_cast<std::size_t>(fd)];
  if (slot.watcher == nullptr) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  slot.watcher.reset();
  slot.generation = (slot.generation + 1) & 0x7fffffff;
}

void Reactor::Clear() {
  slots_.clear();
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

bool Reactor::Poll(std::chrono::microseconds timeout) {
  const timespec wait{timeout.count() / 1'000'000, timeout.count() % 1'000'000 * 1000};
  static thread_local std::array<epoll_event, kEventsAtOnce> events;
  const int count = ::epoll_pwait2(epoll_.get(), events.data(), kEventsAtOnce, &wait, nullptr);
  Sort({events.data(), static_cast<std::size_t>(std::max(count, 0))});
  for (std::size_t i = 0; i < prompt_.size(); ++i) {
    if (i % kEventsBetweenPosted == 0 && pending_.load(std::memory_order_relaxed) && !RunPosted())
      return false;
    waiting_ = prompt_.size() - i - 1;
    Wake(prompt_[i]);
  }
  if (served_ && !patient_.empty()) served_();
  // Some of them at least; the rest comes again.
  const auto until = std::chrono::steady_clock::now() + kForPatient;
  for (const std::uint64_t tag : patient_) {
    Wake(tag);
    if (std::chrono::steady_clock::now() > until) break;
  }
  return !pending_.load(std::memory_order_relaxed) || RunPosted();
}

// Who is served in this look, and in which order.
void Reactor::Sort(std::span<const epoll_event> events) {
  prompt_.clear();
  patient_.clear();
  for (const auto& event : events) {
    if (event.data.u64 == kWakeTag) {
      std::uint64_t drained = 0;
      [[maybe_unused]] const auto n = ::read(wake_.get(), &drained, sizeof drained);
      continue;
    }
    const auto& watcher = slots_[static_cast<std::size_t>(event.data.u64 & 0xffffffff)].watcher;
    (watcher != nullptr && watcher->Patient() ? patient_ : prompt_).push_back(event.data.u64);
  }
}

void Reactor::Wake(std::uint64_t tag) {
  const Slot& slot = slots_[static_cast<std::size_t>(tag & 0xffffffff)];
  if (slot.generation != tag >> 32) return;  // closed in this look
  const auto watcher = slot.watcher;
  if (watcher != nullptr) watcher->OnReady();
}

void Reactor::Run(const std::function<void()>& tick, std::function<void()> served) {
  served_ = std::move(served);
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
