// The thread that owns the sequencer: takes what is queued, applies, commits, answers. Batches form
// while the commit before is in flight; no timer delays a sale.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

#include "central/sequencer.h"
#include "central/store.h"
#include "protocol/wire.pb.h"

namespace lottery::central {

inline constexpr std::size_t kMaxQueued = 20'000;
inline constexpr std::size_t kMaxBatch = 2'000;
/// How long a batch gathers for each message that waits to be checked, and at most. A commit costs
/// the same for one sale as for two hundred.
inline constexpr auto kGatherEach = std::chrono::microseconds(40);
inline constexpr auto kGather = std::chrono::milliseconds(4);
inline constexpr std::size_t kGathered = 400;
/// Batches of several sales do not follow each other faster than this; one sale alone never waits.
inline constexpr auto kPace = std::chrono::microseconds(1000);
inline constexpr auto kPaceInFlood = std::chrono::microseconds(4000);
inline constexpr std::size_t kPacedFrom = 3;
inline constexpr int kCommitAttempts =
    3;  // of one batch, before its senders are told to come again
/// A new snapshot is due when the changes since the last one are this long: what a restart reads.
inline constexpr std::size_t kSnapshotAfterOctets = 64 << 20;

/// What a message's sender gets: a serialized wire::Receipt or an error.
using Outcome = Result<Bytes>;

/// Who waits for a message: the engine hands `peer` back with the answer. `cancelled`, which lives
/// as long as `peer`, set before the message is taken means it is never sequenced.
struct Sender {
  std::shared_ptr<void> peer;
  const std::atomic<bool>* cancelled = nullptr;
  Digest hash;  // of the message
};

/// A message and who waits for its answer.
struct Submission {
  Sender sender;
  TerminalInput input;
};

/// A larger step ahead of the system's clock, measured against the steady clock, is not believed.
inline constexpr std::int64_t kClockStepMs = 2'000;

class Engine {
 public:
  /// Where answers go; all on the engine's thread.
  class Answers {
   public:
    virtual ~Answers() = default;
    virtual void OnAnswer(const Sender& sender, const TerminalInput& input, Outcome outcome) = 0;
    /// After the last answer of a batch: time to hand them on.
    virtual void OnBatchAnswered() = 0;
    /// How many messages wait to be checked: a batch may gather meanwhile without making anybody
    /// wait much longer.
    virtual int Waiting() const = 0;
    /// More comes than can be answered: nobody gains by small batches.
    virtual bool Flooded() const = 0;
    /// A batch is durable, so long after it was handed to the store.
    virtual void OnCommitted(std::chrono::duration<double, std::milli> took) = 0;
    /// The store must be asked before this can be sequenced: it comes back by Submit.
    virtual void OnLookUp(Sender sender, TerminalInput input, Need need) = 0;
  };
  using Done = std::function<void()>;

  Engine(std::string operator_name, protocol::Trust trust, const Secrets& secrets,
         const crypto::SigningKey& record_key, Store& store, const base::Clock& clock);
  ~Engine();

  /// First recovery, then the thread. Errors: those of Store::Recover.
  base::Status Start();
  void Stop();
  /// Before anything is submitted.
  void SendAnswersTo(Answers* answers) { answers_ = answers; }

  /// Takes in order, and moves from, as many as there is room for; how many that is: answer kBusy
  /// to the others.
  std::size_t Submit(std::span<Submission> messages);
  /// A row of the inbox, or what the publisher saw. `done` runs whatever became of it.
  bool Submit(CommandInput command, Done done);
  /// Runs on the engine's thread between batches, when everything in the state is durable.
  void Query(std::function<void(const Sequencer&)> question);
  /// As Query, but waits for it.
  void Ask(const std::function<void(const Sequencer&)>& question);
  const base::Clock& clock() const { return clock_; }
  /// A log that is behind its witnesses does not sell.
  void StopSelling(base::ErrorCode why) { not_selling_ = static_cast<int>(why); }
  /// Set before Start: called by it and after each recovery for every terminal that is enrolled.
  /// Then on the engine's thread: for each terminal a commit enrolled, after a commit that closed a
  /// draw, and with a snapshot to be stored, durable up to its record.
  std::function<void(const Terminal&)> on_enrolled;
  std::function<void()> on_closed;
  std::function<void(std::uint64_t record, Bytes snapshot)> on_snapshot;

 private:
  /// Inputs and who waits for them, in step.
  struct Work {
    std::vector<Input> inputs;
    std::vector<Sender> senders;
    std::vector<Done> dones;
    void Reserve(std::size_t count);
    void Add(Input input, Sender sender, Done done);
    std::size_t size() const { return inputs.size(); }
  };
  struct SignedRecord : StoredRecord {
    Bytes signature;
  };

  void Loop();
  Work Take();
  void Gather(std::unique_lock<std::mutex>& lock);
  bool HasGathered() const;
  void TellEnrolled() const;
  void RunBatch(Work work);
  bool ClockHolds(base::UtcTime now);
  bool LeftOut(Input& any, Sender& sender);
  void Filter(Work& work);
  bool CommitOrRecover(Work& work, const Effects& effects, std::vector<Bytes>& receipts);
  bool Recovered(Work& work);
  void KeepRecord(const Effects& effects);
  std::vector<Bytes> MakeReceipts(const Work& work, const Effects& effects);
  void AnswerAll(const Work& work, const Effects& effects, std::vector<Bytes> receipts);
  void Refuse(const Work& work, base::ErrorCode code);
  Outcome ReceiptAgain(const TerminalInput& input, const Accepted& accepted);
  void AddParts(const TerminalInput& input, const Accepted& accepted, wire::Receipt& receipt,
                const std::function<const TouchedLog&(std::int32_t)>& touched);
  Result<SignedRecord> FindRecord(std::uint64_t number);

  const std::string operator_name_;
  const protocol::Trust trust_;
  const Secrets& secrets_;
  const crypto::SigningKey& record_key_;
  Store& store_;
  const base::Clock& clock_;
  Answers* answers_ = nullptr;
  std::unique_ptr<Sequencer> sequencer_;
  std::map<std::uint64_t, SignedRecord> records_;  // the newest few, by number
  std::size_t changes_since_snapshot_ = 0;
  std::optional<std::int64_t>
      clock_offset_ms_;  // of the clock from the steady one, at the last batch
  bool clock_stepped_ = false;
  std::chrono::steady_clock::time_point taken_at_{};  // of the last batch
  std::size_t taken_ = 0;
  wire::Receipt receipt_;  // reused from sale to sale: its memory stays

  std::mutex mutex_;
  std::condition_variable wake_;
  Work queue_;                                                          // guarded by mutex_
  std::vector<std::function<void(const Sequencer&)>> questions_;        // guarded by mutex_
  bool stopping_ = false, gathering_ = false, awaits_company_ = false;  // guarded by mutex_
  std::atomic<int> not_selling_{0};
  std::thread thread_;
};

}  // namespace lottery::central
