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

void Pager::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    base::BeNice(base::kNiceOfBookkeepers);
    Loop(stop);
  });
}

// Until the newest batch is reached, then not for a while: pages of few messages cost more octets.
void Pager::Loop(const std::stop_token& stop) {
  do {
    while (MakePages(stop) == kBatchesATransaction) {
    }
  } while (Sleep(stop, kEvery));
}

// How many batches it took.
int Pager::MakePages(const std::stop_token& stop) {
  if (session_ && session_->Broken()) session_.reset();
  if (!session_) {
    auto session = base::pg::Session::Open(conninfo_);
    if (!session) return 0;  // whoever sells says so
    if (!session->Script("SET application_name = 'lottery-central-pager'")) return 0;
    session_.emplace(std::move(*session));
  }
  began_ = std::chrono::steady_clock::now();
  const auto made = IndexAccepted(*session_, kBatchesATransaction, [&] { return Rest(stop); });
  if (!made) base::LogWarn("pages of accepted messages: " + made.error().detail);
  return made.value_or(0);
}

// False when it is time to stop.
bool Pager::Rest(const std::stop_token& stop) {
  const bool goes_on = Sleep(stop, kRests * (std::chrono::steady_clock::now() - began_));
  began_ = std::chrono::steady_clock::now();
  return goes_on;
}

bool Pager::Sleep(const std::stop_token& stop, std::chrono::steady_clock::duration time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace lottery::central
