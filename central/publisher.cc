#include "central/publisher.h"

#include <deque>
#include <future>

#include "base/log.h"
#include "base/thread.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using protocol::net::HttpAnswer;
using protocol::net::HttpRequest;

namespace {
constexpr auto kInterval = std::chrono::milliseconds(1000);
constexpr int kWitnessTimeoutMs = 4000;
constexpr char kInsert[] =
    "INSERT INTO issuance.checkpoint VALUES ($1::bigint, $2, $3, $4::bigint, $5) "
    "ON CONFLICT DO NOTHING";
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
  thread_ = std::thread([this] {
    base::BeNice(base::kNiceOfBookkeepers);
    Loop();
  });
}

void Publisher::Loop() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kInterval, [&] { return stopping_ || hurry_; });
      if (stopping_) return;
      hurry_ = false;
    }
    Round();
  }
}

void Publisher::Hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  wake_.notify_all();
}

// The checkpoints of one moment: served as soon as they are signed, then shown to the witnesses,
// then stored in one transaction with the cosignatures they got.
void Publisher::Round() {
  std::vector<Snapshot> snapshots = TakeSnapshots();
  if (snapshots.empty()) return;
  for (auto& s : snapshots) {
    s.note.text = s.checkpoint.ToText();
    s.note.signatures.push_back(crypto::SignNote(log_key_, trust_.log_key.name, s.note.text));
    Serve(s.checkpoint, 0, s.note.ToText());
  }
  AskWitnesses(snapshots);
  std::vector<Cosigned> cosigned;
  for (const auto& s : snapshots) {
    cosigned.push_back(
        {s, s.note.ToText(), crypto::CountWitnesses(s.note, trust_.log_key, trust_.witnesses)});
  }
  Store(cosigned);
  for (const auto& c : cosigned) {
    if (c.quorum.count < trust_.quorum) continue;
    const base::json::object body{{"log", c.snapshot.log},
                                  {"size", static_cast<std::int64_t>(c.snapshot.checkpoint.size)},
                                  {"note", c.text},
                                  {"latest_ms", c.quorum.latest_ms}};
    engine_.Submit(CommandInput{0, "witnessed", base::ToLine(body), "publisher"}, nullptr);
  }
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
      Snapshot s{log.id, {log.origin, log.tree.size(), log.tree.Root()}, {}, {}};
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

// All witnesses at once, each log after log. One that does not answer is left alone until the next
// round.
void Publisher::AskWitnesses(std::vector<Snapshot>& snapshots) {
  std::vector<std::string> bare;
  for (const auto& s : snapshots) bare.push_back(s.note.ToText());
  std::vector<std::future<std::vector<Cosignature>>> asked;
  for (const auto& witness : witnesses_) {
    asked.push_back(std::async(std::launch::async, [&, this] {
      std::vector<Cosignature> lines;
      for (std::size_t i = 0; i < snapshots.size(); ++i) {
        auto line = Push(witness, snapshots[i], bare[i]);
        if (!line && line.error().code == ErrorCode::kDisconnected) break;
        lines.push_back(line ? Cosignature(std::move(*line)) : std::nullopt);
      }
      return lines;
    }));
  }
  for (auto& lines : asked) {
    std::size_t i = 0;
    for (auto& line : lines.get()) {
      if (line) snapshots[i].note.signatures.push_back(std::move(*line));
      ++i;
    }
  }
}

void Publisher::Remember(const std::string& witness, const std::string& origin,
                         std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  held_[{witness, origin}] = size;
}

// C2SP tlog-witness: 200 with cosignature lines, or 409 with the size the witness holds.
// kDisconnected: no answer.
Result<crypto::NoteSignature> Publisher::Push(const WitnessAddress& witness,
                                              const Snapshot& snapshot, const std::string& note) {
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
    if (!answer) return Fail(ErrorCode::kDisconnected, witness.name);
    if (answer->status == 200) {
      auto line = crypto::ParseSignatureLine(
          std::string_view(answer->body).substr(0, answer->body.find('\n')));
      if (!line) return Fail(ErrorCode::kBadNote, witness.name);
      Remember(witness.name, checkpoint.origin, checkpoint.size);
      return line;
    }
    const auto size =
        base::ParseDecimal(std::string_view(answer->body).substr(0, answer->body.find('\n')));
    if (answer->status != 409 || !size) {
      base::LogWarn("witness " + witness.name + " answers " + std::to_string(answer->status) +
                    " for " + checkpoint.origin + ": " + answer->body);
      return Fail(ErrorCode::kWitnessConflict, witness.name);
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
      return Fail(ErrorCode::kWitnessConflict, witness.name);
    }
    engine_.Ask([&](const Sequencer& s) {
      proof = s.state().logs[static_cast<std::size_t>(snapshot.log)].tree.Consistency(
          held, checkpoint.size);
    });
  }
  return Fail(ErrorCode::kWitnessConflict, witness.name);
}

// A note with fewer cosignatures never takes the place of one with more for the same size.
void Publisher::Serve(const crypto::Checkpoint& checkpoint, int signers, const std::string& note) {
  const std::lock_guard lock(mutex_);
  Served& served = notes_[checkpoint.origin];
  const auto better = std::pair(checkpoint.size, signers);
  if (served.note.empty() || std::pair(served.size, served.signers) <= better)
    served = {checkpoint.size, signers, note};
}

void Publisher::Store(const std::vector<Cosigned>& cosigned) {
  for (const auto& c : cosigned) Serve(c.snapshot.checkpoint, c.quorum.count, c.text);
  if (session_ && session_->Broken()) session_.reset();
  if (!session_) {
    auto session = base::pg::Session::Open(conninfo_);
    if (!session || !session->Prepare("checkpoint", kInsert)) return;
    session_.emplace(std::move(*session));
  }
  std::deque<base::Bytes> numbers;
  std::vector<base::pg::Call> calls;
  const auto number = [&](std::int64_t v) -> base::ByteView {
    return numbers.emplace_back(base::pg::BinaryInt8(v));
  };
  for (const auto& c : cosigned) {
    calls.push_back(
        {"checkpoint",
         {number(c.snapshot.log), number(static_cast<std::int64_t>(c.snapshot.checkpoint.size)),
          c.text, number(c.quorum.count), number(c.quorum.latest_ms)}});
  }
  base::Error error{ErrorCode::kInternal, ""};
  if (session_->RunTransaction(calls, error) != base::pg::Commit::kDone) {
    session_.reset();
    return base::LogWarn("checkpoints not known to be stored: " + error.detail);
  }
  for (const auto& c : cosigned)
    stored_[c.snapshot.log] = {c.snapshot.checkpoint.size, c.quorum.count};
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
        if (note != notes_.end()) answer = {200, "text/plain; charset=utf-8", note->second.note};
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
