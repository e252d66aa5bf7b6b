// One witness and the thread that asks it. A witness that is slow, silent or wrong holds up its own
// line and no other: it is asked one thing at a time, log after log, always for the newest
// checkpoint, and of what it answers only its own verified cosignature is handed on.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/log_limit.h"
#include "crypto/checkpoint.h"

namespace lottery::central {

using base::Result;

struct WitnessAddress {
  std::string name, url;  // url + "/add-checkpoint"
};

/// A checkpoint as a witness is shown it.
struct Shown {
  std::int32_t log = 0;
  crypto::Checkpoint checkpoint;
  std::string note;  // with the log's signature alone
};

/// Judges what a witness answered to a checkpoint of this text: its cosignature under `key`,
/// wherever in the answer it stands, and not stamped later than `now` allows. Errors: kBadNote when
/// there is none.
Result<crypto::NoteSignature> JudgeAnswer(std::string_view answer, const std::string& text,
                                          const crypto::VerifierKey& key, base::UtcTime now);
/// The size in the body of a 409. Errors: kBadEncoding, also for one no log ever has.
Result<std::uint64_t> JudgeConflict(std::string_view answer);

class WitnessLine {
 public:
  /// Whom a line works for. Called on the line's thread.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// The proof that a log grew; nothing when it cannot be had now.
    virtual std::optional<crypto::Proof> Prove(std::int32_t log, std::uint64_t from,
                                               std::uint64_t to) = 0;
    virtual void OnCosigned(const std::string& witness, const Shown& shown,
                            crypto::NoteSignature line) = 0;
    /// The witness says it holds `size` leaves, more than it was shown; `proven` when it showed a
    /// checkpoint of that size with the log's own signature.
    virtual void OnLarger(const std::string& witness, const Shown& shown, std::uint64_t size,
                          bool proven) = 0;
  };

  /// `owner` and `clock` outlive the line. The thread begins at once.
  WitnessLine(WitnessAddress address, crypto::VerifierKey key, crypto::VerifierKey log_key,
              const base::Clock& clock, Owner& owner);
  ~WitnessLine();
  const std::string& name() const { return address_.name; }
  /// Queues a checkpoint; one of the same log that still waits gives way. From any thread.
  void Show(Shown shown);
  /// Waits until nothing is under way, or until `deadline_ms` of SteadyMs. From any thread.
  void WaitUntilQuiet(std::int64_t deadline_ms);

 private:
  void Loop();
  bool Push(const Shown& shown);
  void OnConflict(const Shown& shown, std::uint64_t size);
  void Warn(const Shown& shown, const std::string& why);

  const WitnessAddress address_;
  const crypto::VerifierKey key_, log_key_;
  const base::Clock& clock_;
  Owner& owner_;
  std::map<std::string, std::uint64_t> held_;  // cosigned by it, by origin; on the line's thread
  base::LogLimit limit_;                       // likewise
  std::mutex mutex_;
  std::condition_variable wake_, quiet_;
  std::map<std::int32_t, Shown> waiting_;  // guarded by mutex_, by log
  std::optional<Shown> asking_;            // guarded by mutex_
  bool stopping_ = false;                  // guarded by mutex_
  std::thread thread_;
};

}  // namespace lottery::central
