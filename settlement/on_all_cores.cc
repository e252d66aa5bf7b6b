#include "settlement/on_all_cores.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace lottery::settlement {
namespace {

constexpr unsigned kMostThreads = 8;

}  // namespace

std::size_t Processors() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
}

Status OnAllCores(base::pg::Session& session, std::size_t threads,
                  const std::function<Status(base::pg::Session&, std::size_t)>& share) {
  std::vector<base::pg::Session> others;
  for (std::size_t i = 1; i < threads; ++i) {
    LOTTERY_TRY(auto another, session.Another());
    others.push_back(std::move(another));
  }
  std::vector<Status> done(threads);
  std::vector<std::jthread> running;
  for (std::size_t i = 1; i < threads; ++i)
    running.emplace_back([&, i] { done[i] = share(others[i - 1], i); });
  done[0] = share(session, 0);
  running.clear();  // joined
  for (const auto& status : done) LOTTERY_TRY_VOID(status);
  return {};
}

}  // namespace lottery::settlement
