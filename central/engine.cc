#include "central/engine.h"

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
  LOTTERY_TRY(auto state, store_.Recover(clock_.Now()));
  sequencer_ = std::make_unique<Sequencer>(operator_name_, trust_, secrets_, std::move(state));
  thread_ = std::thread([this] { Loop(); });
  return {};
}

void Engine::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  queue_.clear();  // answers hold connections, which must go before their threads
  questions_.clear();
}

bool Engine::Submit(Pending pending) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kMaxQueued) return false;
    queue_.push_back(std::move(pending));
  }
  wake_.notify_one();
  return true;
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
  Query([question, done](const Sequencer& sequencer) {
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
    std::vector<Pending> batch;
    std::vector<std::function<void(const Sequencer&)>> questions;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty() || !questions_.empty(); });
      if (stopping_) {
        questions_.clear();
        return;
      }
      if (queue_.size() <= kMaxBatch) {
        batch.swap(queue_);
      } else {
        batch.assign(std::make_move_iterator(queue_.begin()),
                     std::make_move_iterator(queue_.begin() + kMaxBatch));
        queue_.erase(queue_.begin(), queue_.begin() + kMaxBatch);
      }
      questions.swap(questions_);
    }
    if (!batch.empty()) RunBatch(std::move(batch), 1);
    for (const auto& question : questions) question(*sequencer_);
  }
}

// Numbers below a terminal's head are rare: only then the store is asked.
void Engine::FillPast(std::vector<Input>& inputs) {
  for (auto& input : inputs) {
    auto* message = std::get_if<TerminalInput>(&input);
    if (message == nullptr) continue;
    const auto& m = *message->message.decoded;
    const auto terminal = sequencer_->state().terminals.find(m.terminal());
    if (terminal == sequencer_->state().terminals.end() ||
        m.sequence() >= terminal->second.sequence)
      continue;
    if (auto found = store_.FindAccepted(m.terminal(), m.sequence()))
      message->past = std::move(*found);
  }
}

void Engine::RunBatch(std::vector<Pending> batch, int attempt) {
  std::erase_if(batch, [](const Pending& p) { return p.cancelled && p.cancelled->load(); });
  if (const int why = not_selling_; why != 0) {
    std::erase_if(batch, [&](const Pending& p) {
      if (!std::holds_alternative<TerminalInput>(p.input)) return false;
      p.answer(Fail(static_cast<ErrorCode>(why)));
      return true;
    });
  }
  if (batch.empty()) return;
  std::vector<Input> inputs;
  for (const auto& pending : batch) inputs.push_back(pending.input);
  FillPast(inputs);
  const Effects effects = sequencer_->Apply(inputs, clock_.Now());
  if (!effects.Empty()) {
    const CommitOutcome outcome = store_.CommitBatch(sequencer_->state(), effects);
    if (outcome != CommitOutcome::kDone) {
      base::LogWarn(outcome == CommitOutcome::kInDoubt ? "commit in doubt: recovering"
                                                       : "commit refused: recovering");
      // Rows of the inbox go back to it: only the store knows whether they were done.
      std::erase_if(batch, [](const Pending& p) {
        const bool command = std::holds_alternative<CommandInput>(p.input);
        if (command && p.answer) p.answer(Fail(ErrorCode::kCommitInDoubt));
        return command;
      });
      if (!RecoverOrRefuse(batch)) return;
      if (attempt < kCommitAttempts)
        return RunBatch(std::move(batch), attempt + 1);  // what was stored answers itself
      for (const auto& pending : batch) pending.answer(Fail(ErrorCode::kDatabaseUnavailable));
      return;
    }
    const std::uint64_t number = sequencer_->state().record_number;
    records_[number] = {effects.record,
                        crypto::SignTyped(record_key_, protocol::kTypeRecord, effects.record)};
    if (records_.size() > kRecordsInMemory) records_.erase(records_.begin());
    if (on_commit) on_commit();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto* message = std::get_if<TerminalInput>(&inputs[i]);
    if (message == nullptr) {
      if (batch[i].answer) batch[i].answer(wire::Receipt());
      continue;
    }
    const auto& accepted = effects.replies[i].accepted;
    batch[i].answer(accepted ? MakeReceipt(*message, *accepted)
                             : Outcome(tl::unexpected<base::Error>(accepted.error())));
  }
}

// Memory is dropped and a new epoch taken. True when the batch should be tried again on the new
// state.
bool Engine::RecoverOrRefuse(std::vector<Pending>& batch) {
  records_.clear();
  for (int attempt = 0;; ++attempt) {
    auto state = store_.Recover(clock_.Now());
    if (state) {
      sequencer_ = std::make_unique<Sequencer>(operator_name_, trust_, secrets_, std::move(*state));
      return !batch.empty();
    }
    if (attempt == 0) base::LogWarn("the database does not answer: " + state.error().detail);
    std::vector<Pending> waiting = std::move(batch);
    batch.clear();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      std::move(queue_.begin(), queue_.end(), std::back_inserter(waiting));
      queue_.clear();
    }
    for (auto& pending : waiting) {
      if (pending.answer) pending.answer(Fail(ErrorCode::kDatabaseUnavailable));
    }
    std::this_thread::sleep_for(kRecoverPause);
  }
}

Result<std::pair<Bytes, Bytes>> Engine::RecordWithSignature(std::uint64_t number) {
  const auto known = records_.find(number);
  if (known != records_.end()) return known->second;
  LOTTERY_TRY(Bytes record, store_.FindRecord(number));
  Bytes signature = crypto::SignTyped(record_key_, protocol::kTypeRecord, record);
  return std::pair(std::move(record), std::move(signature));
}

// The same for a fresh message and for one sent again. HOT: bench/issuance
Outcome Engine::MakeReceipt(const TerminalInput& input, const Accepted& accepted) {
  auto record = RecordWithSignature(accepted.record);
  if (!record) return tl::unexpected<base::Error>(record.error());
  const auto decoded = protocol::DecodeBatchRecord(record->first);
  LOTTERY_CHECK(decoded.has_value());
  // A skip may be answered with the receipt of another message, whose octets are not at hand: then
  // its leaf stays out and the sender looks at the index.
  const auto& terminal = sequencer_->state().terminals.at(input.message.decoded->terminal());
  wire::Receipt receipt;
  for (std::size_t i = 0; i < accepted.parts.size(); ++i) {
    const Part& part = accepted.parts[i];
    const Log& log = sequencer_->state().logs[static_cast<std::size_t>(part.log)];
    const auto head = std::find_if(decoded->logs.begin(), decoded->logs.end(),
                                   [&](const auto& h) { return h.origin == log.origin; });
    LOTTERY_CHECK(head != decoded->logs.end());
    auto* out = receipt.add_parts();
    out->set_origin(log.origin);
    out->set_index(part.index);
    const Bytes leaf = sequencer_->LeafOf(input.message, accepted, i);
    if (crypto::LeafHash(leaf) == log.tree.leaf(part.index)) out->set_leaf(leaf);
    for (const auto& hash : log.tree.Inclusion(part.index, head->size))
      out->add_proof(std::string(hash.view()));
  }
  receipt.set_record(std::move(record->first));
  receipt.set_record_signature(std::move(record->second));
  if (input.message.decoded->has_order())
    receipt.set_s(sequencer_->SecretOf(input.message, accepted));
  receipt.set_balance_fen(terminal.balance.fen());
  return receipt;
}

}  // namespace lottery::central
