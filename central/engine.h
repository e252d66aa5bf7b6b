// The thread that owns the sequencer: takes what is queued, applies, commits, answers. Batches form
// while the commit before is in flight; no timer delays a sale.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "central/sequencer.h"
#include "central/store.h"
#include "protocol/wire.pb.h"

namespace lottery::central {

inline constexpr std::size_t kMaxQueued = 20'000;
inline constexpr std::size_t kMaxBatch = 2'000;
inline constexpr int kCommitAttempts =
    3;  // of one batch, before its senders are told to come again

/// What a message's sender gets: a receipt or an error.
using Outcome = Result<wire::Receipt>;

class Engine {
 public:
  using Answer = std::function<void(Outcome)>;
  /// `cancelled` set before the message is taken means it is never sequenced.
  struct Pending {
    Input input;
    Answer answer;
    std::shared_ptr<const std::atomic<bool>> cancelled;
  };

  Engine(std::string operator_name, protocol::Trust trust, const Secrets& secrets,
         const crypto::SigningKey& record_key, Store& store, const base::Clock& clock);
  ~Engine();

  /// First recovery, then the thread. Errors: those of Store::Recover.
  base::Status Start();
  void Stop();

  /// False when the queue is full: answer kBusy.
  bool Submit(Pending pending);
  /// Runs on the engine's thread between batches, when everything in the state is durable.
  void Query(std::function<void(const Sequencer&)> question);
  /// As Query, but waits for it.
  void Ask(const std::function<void(const Sequencer&)>& question);
  /// A log that is behind its witnesses does not sell.
  void StopSelling(base::ErrorCode why) { not_selling_ = static_cast<int>(why); }
  /// Called on the engine's thread after every commit that touched a log; set before Start.
  std::function<void()> on_commit;

 private:
  void Loop();
  void RunBatch(std::vector<Pending> batch, int attempt);
  bool RecoverOrRefuse(std::vector<Pending>& batch);
  void FillPast(std::vector<Input>& inputs);
  Outcome MakeReceipt(const TerminalInput& input, const Accepted& accepted);
  Result<std::pair<Bytes, Bytes>> RecordWithSignature(std::uint64_t number);

  const std::string operator_name_;
  const protocol::Trust trust_;
  const Secrets& secrets_;
  const crypto::SigningKey& record_key_;
  Store& store_;
  const base::Clock& clock_;
  std::unique_ptr<Sequencer> sequencer_;
  std::map<std::uint64_t, std::pair<Bytes, Bytes>>
      records_;  // number -> record, signature; the newest few

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Pending> queue_;                                    // guarded by mutex_
  std::vector<std::function<void(const Sequencer&)>> questions_;  // guarded by mutex_
  bool stopping_ = false;                                         // guarded by mutex_
  std::atomic<int> not_selling_{0};
  std::thread thread_;
};

}  // namespace lottery::central
