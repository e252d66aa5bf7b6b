// Publishes: signs a checkpoint of each log that grew, at most once a second, has it shown to the
// witnesses, and serves notes and hash tiles over HTTP. What a quorum cosigned is stored and told
// to the engine at once; cosignatures that come later join the note as long as it is the newest.
#pragma once

#include "base/pg/pg.h"
#include "central/engine.h"
#include "central/witness_line.h"
#include "protocol/net/http.h"

namespace lottery::central {

/// A checkpoint's note that a quorum cosigned.
struct WitnessedNote {
  std::int32_t log = 0;
  std::uint64_t size = 0;
  std::string note;
  crypto::Witnessed witnessed;
};

/// Keeps witnessed notes in the database. On one thread.
class NoteStore {
 public:
  explicit NoteStore(std::string conninfo) : conninfo_(std::move(conninfo)) {}
  /// All in one transaction. Errors: those of the database; nothing is known to be stored then.
  base::Status Store(const std::vector<WitnessedNote>& notes);

 private:
  const std::string conninfo_;
  std::optional<base::pg::Session> session_;
};

class Publisher : private WitnessLine::Owner {
 public:
  using StoreNotes = std::function<base::Status(const std::vector<WitnessedNote>&)>;
  /// Witnesses that are not in `trust` are left out.
  Publisher(Engine& engine, const crypto::SigningKey& log_key, protocol::Trust trust,
            std::vector<WitnessAddress> witnesses, std::string conninfo);
  Publisher(Engine& engine, const crypto::SigningKey& log_key, protocol::Trust trust,
            std::vector<WitnessAddress> witnesses, StoreNotes store);
  ~Publisher() override;
  /// One round before anything is sold, so that a log behind its witnesses is seen: it waits for
  /// their answers, but not longer than kFirstRoundMs. Then the thread.
  void Start();
  /// A log has just got its last leaf: a round now, not at the end of the second.
  void Hurry();
  /// Answers GET /log/... from the engine's trees. From any thread.
  protocol::net::HttpAnswer Serve(const protocol::net::HttpRequest& request);

 private:
  // The newest checkpoint of a log: the log's signature, and of each witness that answered one
  // line.
  struct Newest {
    crypto::Checkpoint checkpoint;
    crypto::Note note;
    std::int64_t signed_ms = 0;  // SteadyMs
    int stored = 0;              // signers of what is stored
    int signers() const { return static_cast<int>(note.signatures.size()) - 1; }
    bool HasSigned(const std::string& witness) const;
  };
  using Growth = std::vector<std::pair<std::int32_t, crypto::Checkpoint>>;
  std::optional<crypto::Proof> Prove(std::int32_t log, std::uint64_t from,
                                     std::uint64_t to) override;
  void OnCosigned(const std::string& witness, const Shown& shown,
                  crypto::NoteSignature line) override;
  void OnLarger(const std::string& witness, const Shown& shown, std::uint64_t size,
                bool proven) override;
  void Loop();
  void Round(bool hurry);
  Growth TakeGrowth(bool hurry);
  bool IsDue(const Log& log, bool hurry) const;
  void ShowAll();
  void Keep();

  Engine& engine_;
  const crypto::SigningKey& log_key_;
  const protocol::Trust trust_;
  const StoreNotes store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, hurry_ = false, quorum_ = false;  // guarded by mutex_
  std::map<std::int32_t, Newest> newest_;                   // guarded by mutex_, by log
  std::map<std::string, std::set<std::string>>
      larger_;  // guarded by mutex_: who says so, by origin
  std::vector<std::unique_ptr<WitnessLine>> lines_;
  std::thread thread_;
};

}  // namespace lottery::central
