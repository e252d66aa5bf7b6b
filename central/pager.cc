#include "central/pager.h"

#include "base/log.h"
#include "base/thread.h"
#include "central/accepted_index.h"

namespace lottery::central {
namespace {
constexpr auto kEvery = std::chrono::seconds(30);
constexpr int kBatchesATransaction = 4096;
constexpr int kRests = 4;  // times as long as it works: no more than a fifth of a processor
}  // namespace

Pager::~Pager() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Pager::Start() {
  thread_ = std::thread([this] {
    base::BeNice(base::kNiceOfBookkeepers);
    Loop();
  });
}

// Until the newest batch is reached, then not for a while: pages of few messages cost more octets.
void Pager::Loop() {
  do {
    while (MakePages() == kBatchesATransaction) {
    }
  } while (Sleep(kEvery));
}

// How many batches it took.
int Pager::MakePages() {
  if (session_ && session_->Broken()) session_.reset();
  if (!session_) {
    auto session = base::pg::Session::Open(conninfo_);
    if (!session) return 0;  // whoever sells says so
    if (!session->Script("SET application_name = 'lottery-central-pager'")) return 0;
    session_.emplace(std::move(*session));
  }
  began_ = std::chrono::steady_clock::now();
  const auto made = IndexAccepted(*session_, kBatchesATransaction, [this] { return Rest(); });
  if (!made) base::LogWarn("pages of accepted messages: " + made.error().detail);
  return made.value_or(0);
}

// False when it is time to stop.
bool Pager::Rest() {
  const bool goes_on = Sleep(kRests * (std::chrono::steady_clock::now() - began_));
  began_ = std::chrono::steady_clock::now();
  return goes_on;
}

bool Pager::Sleep(std::chrono::steady_clock::duration time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [&] { return stopping_; });
  return !stopping_;
}

}  // namespace lottery::central
