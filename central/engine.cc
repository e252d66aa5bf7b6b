#include "central/engine.h"

#include <algorithm>
#include <future>

#include "base/log.h"
#include "crypto/envelope.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;

namespace {
constexpr std::size_t kRecordsInMemory = 4096;
constexpr auto kRecoverPause = std::chrono::milliseconds(200);
}  // namespace

Engine::Engine(std::string operator_name, protocol::Trust trust, const Secrets& secrets,
               const crypto::SigningKey& record_key, Store& store, const base::Clock& clock)
    : operator_name_(std::move(operator_name)),
      trust_(std::move(trust)),
      secrets_(secrets),
      record_key_(record_key),
      store_(store),
      clock_(clock) {}

Engine::~Engine() { Stop(); }

base::Status Engine::Start() {
  LOTTERY_TRY(auto state, store_.Recover());
  sequencer_ = std::make_unique<Sequencer>(operator_name_, trust_, secrets_, std::move(state));
  TellEnrolled();
  thread_ = std::thread([this] { Loop(); });
  return {};
}

void Engine::TellEnrolled() const {
  if (!on_enrolled) return;
  for (const auto& [id, terminal] : sequencer_->state().terminals) on_enrolled(terminal);
}

void Engine::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  queue_ = {};  // senders hold connections, which must go before their threads
  questions_.clear();
}

std::size_t Engine::Submit(std::span<Submission> messages) {
  std::size_t taken = 0;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return 0;
    for (; taken < messages.size() && queue_.size() < kMaxQueued; ++taken)
      queue_.Add(std::move(messages[taken].input), std::move(messages[taken].sender), nullptr);
    wake = taken != 0 && (!gathering_ || HasGathered());
  }
  if (wake) wake_.notify_one();
  return taken;
}

bool Engine::Submit(CommandInput command, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kMaxQueued) return false;
    queue_.Add(std::move(command), {}, std::move(done));
  }
  wake_.notify_one();
  return true;
}

void Engine::Work::Reserve(std::size_t count) {
  inputs.reserve(count);
  senders.reserve(count);
  dones.reserve(count);
}

void Engine::Work::Add(Input input, Sender sender, Done done) {
  inputs.push_back(std::move(input));
  senders.push_back(std::move(sender));
  dones.push_back(std::move(done));
}

void Engine::Query(std::function<void(const Sequencer&)> question) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    questions_.push_back(std::move(question));
  }
  wake_.notify_one();
}

void Engine::Ask(const std::function<void(const Sequencer&)>& question) {
  auto done = std::make_shared<std::promise<void>>();
  auto future = done->get_future();
  Query([question, done = std::move(done)](const Sequencer& sequencer) {
    question(sequencer);
    done->set_value();
  });
  try {
    future.wait();
    future.get();
  } catch (const std::future_error&) {
    // The engine stopped before it came to the question.
  }
}

void Engine::Loop() {
  while (true) {
    Work work;
    std::vector<std::function<void(const Sequencer&)>> questions;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || queue_.size() != 0 || !questions_.empty(); });
      if (stopping_) {
        questions_.clear();
        return;
      }
      Gather(lock);
      work = Take();
      questions.swap(questions_);
    }
    if (work.size() != 0) RunBatch(std::move(work));
    if (sequencer_ == nullptr) return;
    for (const auto& question : questions) question(*sequencer_);
  }
}

// A commit costs the same for one sale as for two hundred, so under load a batch waits for company:
// a little when batches follow each other closely, longer while messages wait before the engine
// anyway. An idle server never waits. Nobody wakes the engine for each message meanwhile.
void Engine::Gather(std::unique_lock<std::mutex>& lock) {
  const auto now = std::chrono::steady_clock::now();
  const bool flooded = answers_ != nullptr && answers_->Flooded();
  const auto pace = flooded ? kPaceInFlood : kPace;
  const auto paced = taken_ >= kPacedFrom ? taken_at_ + pace : now;
  const auto gather_until = [&](auto until) {
    if (until <= now || HasGathered()) return;
    gathering_ = true;
    wake_.wait_until(lock, until, [&] { return stopping_ || HasGathered(); });
    gathering_ = false;
  };
  const std::chrono::microseconds waiting =
      (answers_ == nullptr ? 0 : answers_->Waiting()) * kGatherEach;
  gather_until(paced);
  awaits_company_ = waiting.count() > 0;
  gather_until(now + std::min<std::chrono::microseconds>(waiting, kGather));
  awaits_company_ = false;
  taken_at_ = std::chrono::steady_clock::now();
  taken_ = queue_.size();
}

// Enough, or nobody else waits to be checked; what checkers hold comes with the next. Under the
// lock.
bool Engine::HasGathered() const {
  return queue_.size() >= kGathered || (awaits_company_ && answers_->Waiting() == 0);
}

// The oldest of the queue, at most a batch. Under the lock.
Engine::Work Engine::Take() {
  Work work;
  if (queue_.size() <= kMaxBatch) {
    work = std::exchange(queue_, {});
    queue_.Reserve(work.size());  // the next will be about as many
    return work;
  }
  const auto take = [](auto& from, auto& to) {
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(kMaxBatch);
    to.assign(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
  };
  take(queue_.inputs, work.inputs);
  take(queue_.senders, work.senders);
  take(queue_.dones, work.dones);
  return work;
}

// What was cancelled, what is not sold now, and what needs a look into the store first: the latter
// two are answered here or go there.
bool Engine::LeftOut(Input& any, Sender& sender) {
  auto* input = std::get_if<TerminalInput>(&any);
  if (input == nullptr) return false;
  if (sender.cancelled != nullptr && sender.cancelled->load()) return true;
  if (const int why = not_selling_; why != 0) {
    answers_->OnAnswer(sender, *input, Fail(static_cast<ErrorCode>(why)));
    return true;
  }
  const Need need = NeedOf(sequencer_->state(), *input);
  if (need == Need::kNothing) return false;
  answers_->OnLookUp(std::move(sender), std::move(*input), need);
  return true;
}

// Most often all of it stays where it is.
void Engine::Filter(Work& work) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < work.size(); ++i) {
    if (LeftOut(work.inputs[i], work.senders[i])) continue;
    if (kept != i) {
      work.inputs[kept] = std::move(work.inputs[i]);
      work.senders[kept] = std::move(work.senders[i]);
      work.dones[kept] = std::move(work.dones[i]);
    }
    ++kept;
  }
  const auto cut = [kept](auto& from) {
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(kept), from.end());
  };
  cut(work.inputs);
  cut(work.senders);
  cut(work.dones);
}

// A leaf that was written by a clock far ahead would stop selling until that time has come. Steps
// of the system's clock are held against the steady one; a demonstration's clock is moved on
// purpose.
bool Engine::ClockHolds(base::UtcTime now) {
  if (dynamic_cast<const base::SystemClock*>(&clock_) == nullptr) return true;
  const std::int64_t offset = now.ms - base::SteadyMs();
  if (!clock_offset_ms_) clock_offset_ms_ = offset;
  const std::int64_t stepped = offset - *clock_offset_ms_;
  if (stepped <= kClockStepMs) {
    clock_offset_ms_ = offset;  // slewed, or set back: the sequencer waits for the newest leaf
    clock_stepped_ = false;
    return true;
  }
  if (!clock_stepped_)
    base::LogError("the clock went ahead by " + std::to_string(stepped) +
                   " ms at once: nothing is accepted until it is set right, or until central is "
                   "started again once it is right");
  clock_stepped_ = true;
  return false;
}

void Engine::RunBatch(Work work) {
  for (int attempt = 1;; ++attempt) {
    Filter(work);
    if (work.size() == 0) break;
    const base::UtcTime now = clock_.Now();
    if (!ClockHolds(now)) {
      Refuse(work, ErrorCode::kSellingStopped);
      break;
    }
    const Effects effects = sequencer_->Apply(work.inputs, now);
    std::vector<Bytes> receipts;
    if (effects.Empty() || CommitOrRecover(work, effects, receipts)) {
      AnswerAll(work, effects, std::move(receipts));
      break;
    }
    if (work.size() == 0) break;
    if (attempt == kCommitAttempts) {
      Refuse(work, ErrorCode::kDatabaseUnavailable);
      break;
    }  // else once more on the new state: what was stored answers itself
  }
  if (answers_ != nullptr) answers_->OnBatchAnswered();
}

// True when the batch is durable, with what its receipts say: made while the database works, of no
// worth without the record's signature. Else memory was dropped and a new epoch taken, and `work`
// holds what should be tried again on it.
bool Engine::CommitOrRecover(Work& work, const Effects& effects, std::vector<Bytes>& receipts) {
  const auto began = std::chrono::steady_clock::now();
  const CommitOutcome outcome = store_.CommitBatch(sequencer_->state(), effects,
                                                   [&] { receipts = MakeReceipts(work, effects); });
  if (outcome == CommitOutcome::kDone) {
    if (answers_ != nullptr) answers_->OnCommitted(std::chrono::steady_clock::now() - began);
    KeepRecord(effects);
    return true;
  }
  base::LogWarn(outcome == CommitOutcome::kInDoubt ? "commit in doubt: recovering"
                                                   : "commit refused: recovering");
  // Rows of the inbox go back to it: only the store knows whether they were done.
  Work messages;
  for (std::size_t i = 0; i < work.size(); ++i) {
    if (work.dones[i]) work.dones[i]();
    if (std::holds_alternative<TerminalInput>(work.inputs[i]))
      messages.Add(std::move(work.inputs[i]), std::move(work.senders[i]), nullptr);
  }
  work = std::move(messages);
  records_.clear();
  while (!Recovered(work)) std::this_thread::sleep_for(kRecoverPause);
  return false;
}

// While the database does not answer, everybody who waits is told so.
bool Engine::Recovered(Work& work) {
  auto state = store_.Recover();
  if (state) {
    sequencer_ = std::make_unique<Sequencer>(operator_name_, trust_, secrets_, std::move(*state));
    changes_since_snapshot_ = 0;
    TellEnrolled();  // an enrolment in doubt may have been stored
    return true;
  }
  if (work.size() != 0) base::LogWarn("the database does not answer: " + state.error().detail);
  Work waiting;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {  // what is in memory is not stored: nobody may ask it anything
      work = {};
      sequencer_.reset();
      return true;
    }
    waiting = std::exchange(queue_, {});
  }
  Refuse(work, ErrorCode::kDatabaseUnavailable);
  Refuse(waiting, ErrorCode::kDatabaseUnavailable);
  for (const auto& done : waiting.dones) {
    if (done) done();
  }
  work = {};
  answers_->OnBatchAnswered();
  return false;
}

void Engine::Refuse(const Work& work, ErrorCode code) {
  for (std::size_t i = 0; i < work.size(); ++i) {
    const auto* input = std::get_if<TerminalInput>(&work.inputs[i]);
    if (input != nullptr) answers_->OnAnswer(work.senders[i], *input, Fail(code));
  }
}

// The batch is durable: its record may be signed now, and a snapshot may be taken of its state.
void Engine::KeepRecord(const Effects& effects) {
  const std::uint64_t number = sequencer_->state().record_number;
  records_[number] = {{effects.record, effects.heads},
                      crypto::SignTyped(record_key_, protocol::kTypeRecord, effects.record)};
  if (records_.size() > kRecordsInMemory) records_.erase(records_.begin());
  for (const auto& terminal : effects.new_terminals)
    if (on_enrolled) on_enrolled(terminal);
  const bool closed = std::any_of(effects.steps.begin(), effects.steps.end(), [](const auto& step) {
    return step.state == protocol::NameOf(protocol::DrawState::kClosed);
  });
  if (closed && on_closed) on_closed();
  changes_since_snapshot_ += effects.changes.size();
  if (changes_since_snapshot_ < kSnapshotAfterOctets || !on_snapshot) return;
  changes_since_snapshot_ = 0;
  on_snapshot(number, EncodeSnapshot(sequencer_->state()));
}

}  // namespace lottery::central
