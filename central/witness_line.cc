#include "central/witness_line.h"

#include <algorithm>

#include "base/log.h"
#include "base/thread.h"
#include "crypto/hash.h"
#include "protocol/net/http.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;

namespace {
constexpr int kAnswerTimeoutMs = 4000;
constexpr int kAttempts = 3;  // of one checkpoint: the first may learn what the witness holds
constexpr std::size_t kMaxAnswer = 64 << 10;
constexpr std::int64_t kStampAheadMs = 60 * base::kSecondMs;
constexpr std::int64_t kMostLeaves = std::int64_t{1} << 40;
constexpr int kWarningsAMinute = 6;
constexpr std::size_t kMostQuoted = 100;

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string Quote(std::string_view text) {
  std::string out(FirstLine(text).substr(0, kMostQuoted));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}
}  // namespace

Result<crypto::NoteSignature> JudgeAnswer(std::string_view answer, const std::string& text,
                                          const crypto::VerifierKey& key, base::UtcTime now) {
  const crypto::Note note{text, {}};
  const auto latest_ms = now.ms + kStampAheadMs;
  for (std::size_t read = 0; !answer.empty() && read < crypto::kMaxNoteSignatures; ++read) {
    const auto first = FirstLine(answer);
    const auto line = crypto::ParseSignatureLine(first);
    answer.remove_prefix(std::min(answer.size(), first.size() + 1));
    if (!line || !crypto::VerifyNoteSignature(note, *line, key)) continue;
    const auto seconds = crypto::CosignatureSeconds(*line);
    if (seconds && *seconds <= static_cast<std::uint64_t>(latest_ms / base::kSecondMs))
      return *line;
  }
  return Fail(ErrorCode::kBadNote, "no cosignature of " + key.name + " in it that holds");
}

Result<std::uint64_t> JudgeConflict(std::string_view answer) {
  LOTTERY_TRY(const auto size, base::ParseDecimal(FirstLine(answer)));
  if (size > kMostLeaves) return Fail(ErrorCode::kBadEncoding, "no log has that many leaves");
  return static_cast<std::uint64_t>(size);
}

WitnessLine::WitnessLine(WitnessAddress address, crypto::VerifierKey key,
                         crypto::VerifierKey log_key, const base::Clock& clock, Owner& owner)
    : address_(std::move(address)),
      key_(std::move(key)),
      log_key_(std::move(log_key)),
      clock_(clock),
      owner_(owner),
      limit_(kWarningsAMinute),
      thread_([this] {
        base::BeNice(base::kNiceOfBookkeepers);
        Loop();
      }) {}

WitnessLine::~WitnessLine() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void WitnessLine::Show(Shown shown) {
  {
    const std::lock_guard lock(mutex_);
    if (asking_ && asking_->log == shown.log && asking_->checkpoint == shown.checkpoint) return;
    waiting_[shown.log] = std::move(shown);
  }
  wake_.notify_all();
}

void WitnessLine::WaitUntilQuiet(std::int64_t deadline_ms) {
  std::unique_lock lock(mutex_);
  quiet_.wait_for(lock, std::chrono::milliseconds(deadline_ms - base::SteadyMs()),
                  [this] { return waiting_.empty() && !asking_; });
}

// Round and round the logs, so that one that always grows keeps no other waiting. What waits for a
// witness that does not answer is dropped: it is shown again with the next round.
void WitnessLine::Loop() {
  std::int32_t last = -1;
  while (true) {
    Shown shown;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      auto next = waiting_.upper_bound(last);
      if (next == waiting_.end()) next = waiting_.begin();
      last = next->first;
      asking_ = shown = std::move(next->second);
      waiting_.erase(next);
    }
    const bool answered = Push(shown);
    {
      const std::lock_guard lock(mutex_);
      asking_.reset();
      if (!answered) waiting_.clear();
    }
    quiet_.notify_all();
  }
}

// C2SP tlog-witness: 200 with cosignature lines, or 409 with the size the witness holds. False: no
// answer.
bool WitnessLine::Push(const Shown& shown) {
  const auto& checkpoint = shown.checkpoint;
  std::uint64_t held = held_[checkpoint.origin];
  if (held > checkpoint.size) held = 0;  // the log lost leaves: the witness is to say so itself
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto proof = owner_.Prove(shown.log, held, checkpoint.size);
    if (!proof) return false;
    const auto answer = protocol::net::HttpCall(
        "POST", address_.url + "/add-checkpoint",
        crypto::ToAddCheckpointBody({held, *proof, shown.note}), kAnswerTimeoutMs, kMaxAnswer);
    if (!answer) return Warn(shown, "does not answer: " + answer.error().detail), false;
    if (answer->status == 200) {
      auto line = JudgeAnswer(answer->body, checkpoint.ToText(), key_, clock_.Now());
      if (!line) return Warn(shown, "answers for nothing: " + line.error().detail), true;
      held_[checkpoint.origin] = checkpoint.size;
      owner_.OnCosigned(address_.name, shown, std::move(*line));
      return true;
    }
    const auto size = answer->status == 409 ? JudgeConflict(answer->body)
                                            : Fail(ErrorCode::kWitnessConflict, "no size");
    if (!size) {
      Warn(shown, "answers " + std::to_string(answer->status) + ": " + Quote(answer->body));
      return true;
    }
    if (*size > checkpoint.size) return OnConflict(shown, *size), true;
    if (*size == held) break;
    held = *size;
  }
  Warn(shown, "takes no proof from the size it says it holds");
  return true;
}

// A size is only a word. What proves that the log lost leaves is a checkpoint with its own
// signature.
void WitnessLine::OnConflict(const Shown& shown, std::uint64_t size) {
  const auto& origin = shown.checkpoint.origin;
  Warn(shown, "says it holds " + std::to_string(size) + " leaves of " +
                  std::to_string(shown.checkpoint.size));
  const auto answer = protocol::net::HttpCall(
      "GET", address_.url + "/" + base::ToHex(crypto::Sha256(origin).view()) + "/checkpoint", "",
      kAnswerTimeoutMs, kMaxAnswer);
  const auto held = answer && answer->status == 200
                        ? crypto::OpenCheckpoint(answer->body, log_key_, origin)
                        : Fail(ErrorCode::kBadNote, "no checkpoint");
  const bool proven = held && held->checkpoint.size > shown.checkpoint.size;
  owner_.OnLarger(address_.name, shown, proven ? held->checkpoint.size : size, proven);
}

void WitnessLine::Warn(const Shown& shown, const std::string& why) {
  base::WarnWithin(limit_,
                   "witness " + address_.name + " for " + shown.checkpoint.origin + " " + why);
}

}  // namespace lottery::central
