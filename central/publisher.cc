#include "central/publisher.h"

#include <algorithm>
#include <deque>

#include "base/log.h"
#include "base/thread.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using protocol::net::HttpAnswer;
using protocol::net::HttpRequest;

namespace {
constexpr std::int64_t kRoundMs = 1000;
/// A checkpoint is shown for so long before a newer one takes its place without its quorum: two
/// witnesses that take their time must come to the same one.
constexpr std::int64_t kPatienceMs = 8000;
constexpr std::int64_t kFirstRoundMs = 5000;
/// Once there is a quorum the others' lines are a moment away: one transaction does for all.
constexpr auto kOthers = std::chrono::milliseconds(30);
constexpr char kInsert[] =
    "INSERT INTO issuance.checkpoint VALUES ($1::bigint, $2, $3, $4::bigint, $5) "
    "ON CONFLICT DO NOTHING";
}  // namespace

base::Status NoteStore::Store(const std::vector<WitnessedNote>& notes) {
  if (session_ && session_->Broken()) session_.reset();
  if (!session_) {
    LOTTERY_TRY(auto session, base::pg::Session::Open(conninfo_));
    LOTTERY_TRY_VOID(session.Prepare("checkpoint", kInsert));
    session_.emplace(std::move(session));
  }
  std::deque<base::Bytes> numbers;
  std::vector<base::pg::Call> calls;
  const auto number = [&](std::int64_t v) -> base::ByteView {
    return numbers.emplace_back(base::pg::BinaryInt8(v));
  };
  for (const auto& n : notes) {
    calls.push_back({"checkpoint",
                     {number(n.log), number(static_cast<std::int64_t>(n.size)), n.note,
                      number(n.witnessed.count), number(n.witnessed.at.ms)}});
  }
  base::Error error{ErrorCode::kInternal, ""};
  if (session_->RunTransaction(calls, error) == base::pg::Commit::kDone) return {};
  session_.reset();
  return tl::unexpected<base::Error>(std::move(error));
}

Publisher::Publisher(Engine& engine, const crypto::SigningKey& log_key, protocol::Trust trust,
                     std::vector<WitnessAddress> witnesses, std::string conninfo)
    : Publisher(engine, log_key, std::move(trust), std::move(witnesses),
                [store = std::make_shared<NoteStore>(std::move(conninfo))](const auto& notes) {
                  return store->Store(notes);
                }) {}

Publisher::Publisher(Engine& engine, const crypto::SigningKey& log_key, protocol::Trust trust,
                     std::vector<WitnessAddress> witnesses, StoreNotes store)
    : engine_(engine), log_key_(log_key), trust_(std::move(trust)), store_(std::move(store)) {
  WitnessLine::Owner& owner = *this;
  for (auto& address : witnesses) {
    const auto key = std::find_if(trust_.witnesses.begin(), trust_.witnesses.end(),
                                  [&](const auto& w) { return w.name == address.name; });
    if (key == trust_.witnesses.end()) {
      base::LogWarn("witness " + address.name + " is not in trust.json and is not asked");
      continue;
    }
    lines_.push_back(std::make_unique<WitnessLine>(std::move(address), *key, trust_.log_key,
                                                   engine_.clock(), owner));
  }
}

Publisher::~Publisher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  lines_.clear();  // their threads call back
}

bool Publisher::Newest::HasSigned(const std::string& witness) const {
  return std::any_of(note.signatures.begin() + 1, note.signatures.end(),
                     [&](const auto& line) { return line.name == witness; });
}

void Publisher::Start() {
  Round(true);
  const std::int64_t deadline = base::SteadyMs() + kFirstRoundMs;
  for (const auto& line : lines_) line->WaitUntilQuiet(deadline);
  Keep();
  thread_ = std::thread([this] {
    base::BeNice(base::kNiceOfBookkeepers);
    Loop();
  });
}

void Publisher::Loop() {
  std::int64_t next = base::SteadyMs() + kRoundMs;
  while (true) {
    bool hurry = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(next - base::SteadyMs()),
                     [&] { return stopping_ || hurry_ || quorum_; });
      hurry = std::exchange(hurry_, false);
      if (!hurry && quorum_) wake_.wait_for(lock, kOthers, [&] { return stopping_; });
      quorum_ = false;
      if (stopping_) return;
    }
    Keep();  // before a newer one takes its place
    if (hurry || base::SteadyMs() >= next) {
      Round(hurry);
      next = base::SteadyMs() + kRoundMs;
    }
  }
}

void Publisher::Hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  wake_.notify_all();
}

// Checkpoints of one moment: served as soon as they are signed, and shown to the witnesses.
void Publisher::Round(bool hurry) {
  for (auto& [log, checkpoint] : TakeGrowth(hurry)) {
    Newest fresh;
    fresh.note.text = checkpoint.ToText();
    fresh.note.signatures = {crypto::SignNote(log_key_, trust_.log_key.name, fresh.note.text)};
    fresh.checkpoint = std::move(checkpoint);
    fresh.signed_ms = base::SteadyMs();
    const std::lock_guard lock(mutex_);
    newest_[log] = std::move(fresh);
  }
  ShowAll();
}

// On the engine's thread: sizes and roots of one moment, all of it durable.
Publisher::Growth Publisher::TakeGrowth(bool hurry) {
  Growth out;
  engine_.Ask([&](const Sequencer& sequencer) {
    const std::lock_guard lock(mutex_);
    for (const Log& log : sequencer.state().logs) {
      if (IsDue(log, hurry))
        out.push_back({log.id, {log.origin, log.tree.size(), log.tree.Root()}});
    }
  });
  return out;
}

// Under the lock.
bool Publisher::IsDue(const Log& log, bool hurry) const {
  const auto known = newest_.find(log.id);
  if (known == newest_.end()) return true;
  const Newest& newest = known->second;
  if (newest.checkpoint.size == log.tree.size()) return false;
  return hurry || newest.stored >= trust_.quorum ||
         base::SteadyMs() - newest.signed_ms > kPatienceMs;
}

// To each witness what it has not signed yet.
void Publisher::ShowAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [log, newest] : newest_) {
    const crypto::Note bare{newest.note.text, {newest.note.signatures.front()}};
    for (const auto& line : lines_) {
      if (!newest.HasSigned(line->name())) line->Show({log, newest.checkpoint, bare.ToText()});
    }
  }
}

std::optional<crypto::Proof> Publisher::Prove(std::int32_t log, std::uint64_t from,
                                              std::uint64_t to) {
  std::optional<crypto::Proof> proof;
  engine_.Ask([&](const Sequencer& s) {
    const auto& tree = s.state().logs[static_cast<std::size_t>(log)].tree;
    if (to <= tree.size()) proof = tree.Consistency(from, to);
  });
  return proof;
}

// Of a checkpoint that a newer one has replaced it comes too late.
void Publisher::OnCosigned(const std::string& witness, const Shown& shown,
                           crypto::NoteSignature line) {
  const std::lock_guard lock(mutex_);
  Newest& newest = newest_[shown.log];
  if (newest.checkpoint != shown.checkpoint || newest.HasSigned(witness)) return;
  newest.note.signatures.push_back(std::move(line));
  larger_[shown.checkpoint.origin].erase(witness);  // it holds what we hold
  if (newest.signers() < trust_.quorum) return;
  quorum_ = true;
  wake_.notify_all();
}

// One witness's word stops nothing: it must show our own signature, or no quorum is left without
// those who say so.
void Publisher::OnLarger(const std::string& witness, const Shown& shown, std::uint64_t size,
                         bool proven) {
  const auto& origin = shown.checkpoint.origin;
  bool behind = false;
  engine_.Ask([&](const Sequencer& s) {
    behind = s.state().logs[static_cast<std::size_t>(shown.log)].tree.size() < size;
  });
  if (!behind) return;
  {
    const std::lock_guard lock(mutex_);
    auto& witnesses = larger_[origin];
    witnesses.insert(witness);
    const auto others = static_cast<int>(lines_.size() - witnesses.size());
    if (!proven && others >= trust_.quorum) return;
  }
  base::LogError(origin + " is behind witness " + witness + "; selling stops");
  engine_.StopSelling(ErrorCode::kBehindWitnesses);
}

// Stored first, told then: a draw opens and is sealed by what outlives this process.
void Publisher::Keep() {
  std::vector<WitnessedNote> notes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [log, newest] : newest_) {
      if (newest.signers() < trust_.quorum || newest.signers() == newest.stored) continue;
      const auto witnessed =
          crypto::CheckWitnessed(newest.note, trust_.log_key, trust_.witnesses, trust_.quorum);
      if (witnessed)
        notes.push_back({log, newest.checkpoint.size, newest.note.ToText(), *witnessed});
    }
  }
  if (notes.empty()) return;
  if (const auto stored = store_(notes); !stored)
    return base::LogWarn("checkpoints not known to be stored: " + stored.error().detail);
  for (const auto& n : notes) {
    {
      const std::lock_guard lock(mutex_);
      Newest& newest = newest_[n.log];
      if (newest.checkpoint.size == n.size) newest.stored = n.witnessed.count;
    }
    const base::json::object body{{"log", n.log},
                                  {"size", static_cast<std::int64_t>(n.size)},
                                  {"note", n.note},
                                  {"latest_ms", n.witnessed.at.ms}};
    engine_.Submit(CommandInput{0, "witnessed", base::ToLine(body), "publisher"}, nullptr);
  }
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
        const auto newest = newest_.find(log.id);
        if (newest != newest_.end())
          answer = {200, "text/plain; charset=utf-8", newest->second.note.ToText()};
        return;
      }
      const auto tile = crypto::ParseTilePath(path);
      if (!tile) return;
      const std::uint64_t hashes = log.tree.size() >> (8 * tile->level);
      const bool there = tile->index <= hashes / crypto::kTileWidth &&
                         tile->index * crypto::kTileWidth + tile->width <= hashes;
      if (there) answer = {200, "application/octet-stream", crypto::TileHashes(log.tree, *tile)};
      return;
    }
  });
  return answer;
}

}  // namespace lottery::central
