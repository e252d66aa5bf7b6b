// Makes pages of accepted messages, some time behind the writer, with a session and a thread of its
// own. The database gives this work the weight of a commit, so it comes in small pieces with rests
// in between.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/pg/pg.h"

namespace lottery::central {

class Pager {
 public:
  explicit Pager(std::string conninfo) : conninfo_(std::move(conninfo)) {}
  void Start();

 private:
  void Loop(const std::stop_token& stop);
  int MakePages(const std::stop_token& stop);
  bool Rest(const std::stop_token& stop);
  bool Sleep(const std::stop_token& stop, std::chrono::steady_clock::duration time);

  const std::string conninfo_;
  std::optional<base::pg::Session> session_;
  std::chrono::steady_clock::time_point began_{};  // of the piece of work under way
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // the last: ends before what it uses
};

}  // namespace lottery::central
