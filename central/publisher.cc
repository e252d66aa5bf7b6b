#include "central/publisher.h"

#include <future>

#include "base/log.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using protocol::net::HttpAnswer;
using protocol::net::HttpRequest;

namespace {
constexpr auto kInterval = std::chrono::milliseconds(1000);
constexpr auto kRetry = std::chrono::milliseconds(300);
constexpr int kWitnessTimeoutMs = 4000;
}  // namespace

Publisher::Publisher(Engine& engine, const crypto::SigningKey& log_key, protocol::Trust trust,
                     std::vector<WitnessAddress> witnesses, std::string conninfo)
    : engine_(engine),
      log_key_(log_key),
      trust_(std::move(trust)),
      witnesses_(std::move(witnesses)),
      conninfo_(std::move(conninfo)) {}

Publisher::~Publisher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Publisher::Start() {
  Round();
  thread_ = std::thread([this] { Loop(); });
}

void Publisher::Loop() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kInterval, [&] { return stopping_; })) return;
    }
    Round();
  }
}

void Publisher::Round() {
  for (const auto& snapshot : TakeSnapshots()) Publish(snapshot);
}

// On the engine's thread: sizes, roots and proofs of one moment, all of it durable. Logs whose
// whole size has every witness already are left out.
std::vector<Publisher::Snapshot> Publisher::TakeSnapshots() {
  std::vector<Snapshot> out;
  engine_.Ask([&](const Sequencer& sequencer) {
    const std::lock_guard lock(mutex_);
    for (const Log& log : sequencer.state().logs) {
      const auto done = stored_.find(log.id);
      const auto all = static_cast<int>(witnesses_.size());
      if (done != stored_.end() && done->second == std::pair(log.tree.size(), all)) continue;
      Snapshot s{log.id, {log.origin, log.tree.size(), log.tree.Root()}, {}, log.witnessed};
      for (const auto& witness : witnesses_) {
        const std::uint64_t held = held_[{witness.name, log.origin}];
        if (held <= log.tree.size())
          s.proofs[witness.name] = log.tree.Consistency(held, log.tree.size());
      }
      out.push_back(std::move(s));
    }
  });
  return out;
}

void Publisher::Publish(const Snapshot& snapshot) {
  crypto::Note note{snapshot.checkpoint.ToText(), {}};
  note.signatures.push_back(crypto::SignNote(log_key_, trust_.log_key.name, note.text));
  const std::string bare = note.ToText();
  std::vector<std::future<std::optional<crypto::NoteSignature>>> pushes;
  for (const auto& witness : witnesses_) {
    pushes.push_back(std::async(std::launch::async, [&] { return Push(witness, snapshot, bare); }));
  }
  for (auto& push : pushes) {
    if (auto line = push.get()) note.signatures.push_back(std::move(*line));
  }
  const crypto::Quorum quorum = crypto::CountWitnesses(note, trust_.log_key, trust_.witnesses);
  const std::string text = note.ToText();
  Store(snapshot, text, quorum);
  if (quorum.count < trust_.quorum) return;
  const base::json::object body{{"log", snapshot.log},
                                {"size", static_cast<std::int64_t>(snapshot.checkpoint.size)},
                                {"note", text},
                                {"latest_ms", quorum.latest_ms}};
  engine_.Submit(CommandInput{0, "witnessed", base::ToLine(body), "publisher"}, nullptr);
}

void Publisher::Remember(const std::string& witness, const std::string& origin,
                         std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  held_[{witness, origin}] = size;
}

// C2SP tlog-witness: 200 with cosignature lines, or 409 with the size the witness holds.
std::optional<crypto::NoteSignature> Publisher::Push(const WitnessAddress& witness,
                                                     const Snapshot& snapshot,
                                                     const std::string& note) {
  const auto& checkpoint = snapshot.checkpoint;
  std::uint64_t held = 0;
  {
    const std::lock_guard lock(mutex_);
    held = held_[{witness.name, checkpoint.origin}];
  }
  crypto::Proof proof =
      snapshot.proofs.contains(witness.name) ? snapshot.proofs.at(witness.name) : crypto::Proof();
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto answer = protocol::net::HttpCall("POST", witness.url + "/add-checkpoint",
                                                crypto::ToAddCheckpointBody({held, proof, note}),
                                                kWitnessTimeoutMs);
    if (!answer) return std::nullopt;
    if (answer->status == 200) {
      auto line = crypto::ParseSignatureLine(
          std::string_view(answer->body).substr(0, answer->body.find('\n')));
      if (!line) return std::nullopt;
      Remember(witness.name, checkpoint.origin, checkpoint.size);
      return std::move(*line);
    }
    const auto size =
        base::ParseDecimal(std::string_view(answer->body).substr(0, answer->body.find('\n')));
    if (answer->status != 409 || !size) {
      base::LogWarn("witness " + witness.name + " answers " + std::to_string(answer->status) +
                    " for " + checkpoint.origin + ": " + answer->body);
      return std::nullopt;
    }
    held = static_cast<std::uint64_t>(*size);
    Remember(witness.name, checkpoint.origin, held);
    if (held > checkpoint.size) {
      bool behind = false;
      engine_.Ask([&](const Sequencer& s) {
        behind = s.state().logs[static_cast<std::size_t>(snapshot.log)].tree.size() < held;
      });
      if (behind) {
        base::LogError(checkpoint.origin + " is behind witness " + witness.name +
                       "; selling stops");
        engine_.StopSelling(ErrorCode::kBehindWitnesses);
      }
      return std::nullopt;
    }
    engine_.Ask([&](const Sequencer& s) {
      proof = s.state().logs[static_cast<std::size_t>(snapshot.log)].tree.Consistency(
          held, checkpoint.size);
    });
  }
  return std::nullopt;
}

void Publisher::Store(const Snapshot& snapshot, const std::string& note,
                      const crypto::Quorum& quorum) {
  {
    const std::lock_guard lock(mutex_);
    notes_[snapshot.checkpoint.origin] = note;
  }
  if (session_ && session_->Broken()) session_.reset();
  if (!session_) {
    auto session = base::pg::Session::Open(conninfo_);
    if (!session) return;
    session_.emplace(std::move(*session));
  }
  const auto stored = session_->Exec(
      "INSERT INTO issuance.checkpoint VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
      {snapshot.log, static_cast<std::int64_t>(snapshot.checkpoint.size), note, quorum.count,
       quorum.latest_ms});
  if (stored) stored_[snapshot.log] = {snapshot.checkpoint.size, quorum.count};
}

HttpAnswer Publisher::Serve(const HttpRequest& request) {
  const HttpAnswer missing{404, "text/plain; charset=utf-8", "not found\n"};
  if (request.method != "GET") return {405, "text/plain; charset=utf-8", "GET only\n"};
  if (request.target == "/log/vkey")
    return {200, "text/plain; charset=utf-8", trust_.log_key.ToText() + "\n"};
  const std::string prefix = "/log/";
  if (!request.target.starts_with(prefix)) return missing;
  const std::string rest = request.target.substr(prefix.size());
  HttpAnswer answer = missing;
  engine_.Ask([&](const Sequencer& sequencer) {
    for (const Log& log : sequencer.state().logs) {
      const std::string folder = log.origin.substr(sequencer.operator_name().size() + 1) + "/";
      if (!rest.starts_with(folder)) continue;
      const std::string path = rest.substr(folder.size());
      if (path == "checkpoint") {
        const std::lock_guard lock(mutex_);
        const auto note = notes_.find(log.origin);
        if (note != notes_.end()) answer = {200, "text/plain; charset=utf-8", note->second};
        return;
      }
      const auto tile = crypto::ParseTilePath(path);
      const bool there = tile && tile->index * crypto::kTileWidth + tile->width <=
                                     log.tree.size() >> (8 * tile->level);
      if (there) answer = {200, "application/octet-stream", crypto::TileHashes(log.tree, *tile)};
      return;
    }
  });
  return answer;
}

}  // namespace lottery::central
