// Publishes: signs a checkpoint of each log that grew, at most once a second, pushes it to the
// witnesses with the proof each needs, stores the cosigned note, and serves notes and hash tiles
// over HTTP.
#pragma once

#include "base/pg/pg.h"
#include "central/engine.h"
#include "protocol/net/http.h"

namespace lottery::central {

struct WitnessAddress {
  std::string name, url;  // url + "/add-checkpoint"
};

class Publisher {
 public:
  Publisher(Engine& engine, const crypto::SigningKey& log_key, protocol::Trust trust,
            std::vector<WitnessAddress> witnesses, std::string conninfo);
  ~Publisher();
  /// One round before anything is sold, so a log behind its witnesses is seen; then the thread.
  void Start();
  /// A log has just got its last leaf: a round now, not at the end of the second.
  void Hurry();
  /// Answers GET /log/... from the engine's trees.
  protocol::net::HttpAnswer Serve(const protocol::net::HttpRequest& request);

 private:
  struct Snapshot {
    std::int32_t log = 0;
    crypto::Checkpoint checkpoint;
    std::map<std::string, crypto::Proof> proofs;  // by witness, from what it holds
    crypto::Note note;
  };
  struct Cosigned {
    const Snapshot& snapshot;
    std::string text;
    crypto::Quorum quorum;
  };
  struct Served {
    std::uint64_t size = 0;
    int signers = 0;
    std::string note;
  };
  using Cosignature = std::optional<crypto::NoteSignature>;
  void Loop();
  void Round();
  std::vector<Snapshot> TakeSnapshots();
  void AskWitnesses(std::vector<Snapshot>& snapshots);
  Result<crypto::NoteSignature> Push(const WitnessAddress& witness, const Snapshot& snapshot,
                                     const std::string& note);
  void Remember(const std::string& witness, const std::string& origin, std::uint64_t size);
  void Serve(const crypto::Checkpoint& checkpoint, int signers, const std::string& note);
  void Store(const std::vector<Cosigned>& cosigned);

  Engine& engine_;
  const crypto::SigningKey& log_key_;
  const protocol::Trust trust_;
  const std::vector<WitnessAddress> witnesses_;
  const std::string conninfo_;
  std::optional<base::pg::Session> session_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, hurry_ = false;  // guarded by mutex_
  std::map<std::pair<std::string, std::string>, std::uint64_t>
      held_;                             // guarded: (witness, origin) -> size
  std::map<std::string, Served> notes_;  // guarded: by origin
  std::map<std::int32_t, std::pair<std::uint64_t, int>> stored_;  // log -> size, signers
  std::thread thread_;
};

}  // namespace lottery::central
