#include "compliance/witness.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/hash.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::net::HttpAnswer;

namespace {
HttpAnswer Plain(int status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + "\n"};
}
HttpAnswer OtherSize(std::uint64_t size) {
  return {409, "text/x.tlog.size", std::to_string(size) + "\n"};
}
// Of an opened note: what is kept and shown holds no line that nobody here has verified.
crypto::NoteSignature OfTheLog(const crypto::Note& note, const crypto::VerifierKey& log_key) {
  return *std::find_if(note.signatures.begin(), note.signatures.end(), [&](const auto& line) {
    return line.name == log_key.name && line.key_id == log_key.Id();
  });
}
std::string NameOf(const std::string& origin) { return base::ToHex(crypto::Sha256(origin).view()); }
std::string RefusalOf(const std::string& folder, const std::string& origin) {
  return folder + "/" + NameOf(origin) + ".refused";
}
}  // namespace

Witness::Witness(std::string folder, base::FolderLock lock, std::string name,
                 crypto::SigningKey key, std::string operator_name, crypto::VerifierKey log_key,
                 const base::Clock& clock, Examine examine)
    : folder_(std::move(folder)),
      lock_(std::move(lock)),
      name_(std::move(name)),
      key_(std::move(key)),
      operator_name_(std::move(operator_name)),
      log_key_(std::move(log_key)),
      clock_(clock),
      examine_(std::move(examine)) {}

Result<std::unique_ptr<Witness>> Witness::Open(std::string folder, std::string name,
                                               crypto::SigningKey key, std::string operator_name,
                                               crypto::VerifierKey log_key,
                                               const base::Clock& clock, Examine examine) {
  LOTTERY_TRY(auto lock, base::FolderLock::Take(folder));
  std::unique_ptr<Witness> witness(new Witness(std::move(folder), std::move(lock), std::move(name),
                                               std::move(key), std::move(operator_name),
                                               std::move(log_key), clock, std::move(examine)));
  LOTTERY_TRY_VOID(witness->Load());
  return witness;
}

Status Witness::Load() {
  LOTTERY_TRY(const auto names, base::ListFiles(folder_));
  for (const auto& name : names) {
    if (!name.ends_with(".json")) continue;
    LOTTERY_TRY(const auto file, base::ReadJsonFile(folder_ + "/" + name));
    Held held;
    LOTTERY_TRY(const auto origin, base::GetString(file, "origin"));
    LOTTERY_TRY(const auto size, base::GetIntIn(file, "size", 0, INT64_MAX));
    held.size = static_cast<std::uint64_t>(size);
    LOTTERY_TRY(held.root, base::GetDigest(file, "root"));
    LOTTERY_TRY(held.at, base::GetTime(file, "at"));
    LOTTERY_TRY(held.note, base::GetString(file, "note"));
    held_[origin] = std::move(held);
  }
  return {};
}

Status Witness::Keep(const std::string& origin, const Held& held) {
  const base::json::object file{{"origin", origin},
                                {"size", static_cast<std::int64_t>(held.size)},
                                {"root", base::ToHex(held.root.view())},
                                {"at", base::ToIso(held.at)},
                                {"note", held.note}};
  return base::WriteFile(folder_ + "/" + NameOf(origin) + ".json", base::ToPretty(file), 0600);
}

// A refusal stands until a checkpoint of that log is cosigned. A line that fails, or leaves that
// cannot be read for the moment, are no refusal.
void Witness::KeepRefusal(const crypto::Checkpoint& checkpoint, const base::Error& why) {
  base::LogError("NOT COSIGNED " + checkpoint.origin + ": " +
                 std::string(base::SentenceEn(why.code)) + " " + why.detail);
  if (base::IsTransient(why.code) || why.code == ErrorCode::kLeafMissing) return;
  base::json::object file{{"origin", checkpoint.origin},
                          {"size", static_cast<std::int64_t>(checkpoint.size)},
                          {"root", base::ToHex(checkpoint.root.view())},
                          {"at", base::ToIso(clock_.Now())},
                          {"code", base::NameOf(why.code)},
                          {"detail", why.detail}};
  const auto kept =
      base::WriteFile(RefusalOf(folder_, checkpoint.origin), base::ToPretty(file), 0600);
  if (!kept) base::LogError("the refusal could not be kept: " + kept.error().detail);
}

// Two notes that the log signed and that cannot both be true: kept for good, beside the state.
void Witness::KeepSplitView(const crypto::Checkpoint& checkpoint, const std::string& shown,
                            const std::string& cosigned) {
  const std::string path = folder_ + "/" + NameOf(checkpoint.origin) + "-" +
                           std::to_string(checkpoint.size) + ".split-view";
  if (base::Exists(path)) return;
  const auto kept = base::WriteFile(
      path, base::ToPretty(base::json::object{{"shown", shown}, {"cosigned", cosigned}}), 0600);
  if (!kept) base::LogError("the split view could not be kept: " + kept.error().detail);
}

Result<crypto::Checkpoint> Witness::LastCosigned(const std::string& folder,
                                                 const std::string& origin,
                                                 const crypto::VerifierKey& log_key) {
  const auto refused = base::ReadJsonFile(RefusalOf(folder, origin));
  if (!refused && refused.error().code != ErrorCode::kFileMissing)
    return tl::unexpected<base::Error>(refused.error());
  if (refused) {
    LOTTERY_TRY(const auto code, base::GetString(*refused, "code"));
    LOTTERY_TRY(const auto detail, base::GetString(*refused, "detail"));
    return Fail(ErrorCode::kControlDisagrees,
                "refused to cosign " + origin + ": " + code + " " + detail);
  }
  const std::string path = folder + "/" + NameOf(origin) + ".json";
  if (!base::Exists(path))
    return Fail(ErrorCode::kNotAgreed, "nothing of " + origin + " is cosigned yet");
  LOTTERY_TRY(const auto file, base::ReadJsonFile(path));
  LOTTERY_TRY(const auto note, base::GetString(file, "note"));
  LOTTERY_TRY(const auto opened, crypto::OpenCheckpoint(note, log_key, origin));
  return opened.checkpoint;
}

HttpAnswer Witness::Serve(const protocol::net::HttpRequest& request) {
  if (request.method == "POST" && request.target == "/add-checkpoint") return Add(request.body);
  if (request.method != "GET") return Plain(405, "GET a checkpoint or POST /add-checkpoint");
  const std::lock_guard lock(mutex_);
  for (const auto& [origin, held] : held_) {
    if (request.target == "/" + NameOf(origin) + "/checkpoint")
      return {200, "text/plain; charset=utf-8", held.note};
  }
  return Plain(404, "not found");
}

// Compare and store are one step under the lock; the state is durable before the cosignature
// leaves.
HttpAnswer Witness::Add(const std::string& body) {
  const auto request = crypto::ParseAddCheckpointBody(body);
  if (!request) return Plain(400, "malformed request");
  const auto note = crypto::ParseNote(request->checkpoint_note);
  const auto checkpoint =
      note ? crypto::ParseCheckpoint(note->text) : Fail(ErrorCode::kBadCheckpoint);
  if (!checkpoint) return Plain(400, "malformed checkpoint");
  if (!checkpoint->origin.starts_with(operator_name_ + "/")) return Plain(404, "unknown log");
  const auto opened =
      crypto::OpenCheckpoint(request->checkpoint_note, log_key_, checkpoint->origin);
  if (!opened) return Plain(403, "the log's signature is missing or wrong");
  if (request->old_size > checkpoint->size) return Plain(400, "old is larger than the checkpoint");

  const std::lock_guard lock(mutex_);
  const auto known = held_.find(checkpoint->origin);
  const Held held = known == held_.end() ? Held{} : known->second;
  if (request->old_size != held.size) return OtherSize(held.size);
  if (known != held_.end() && held.size == checkpoint->size && held.root != checkpoint->root) {
    base::LogError("SPLIT VIEW: two roots of size " + std::to_string(held.size) + " of " +
                   checkpoint->origin);
    KeepSplitView(*checkpoint, request->checkpoint_note, held.note);
    return OtherSize(held.size);
  }
  if (!crypto::VerifyGrowth(held.size, held.root, checkpoint->size, checkpoint->root,
                            request->proof))
    return Plain(422, "the proof does not hold");
  if (examine_) {
    const auto fine = examine_(*checkpoint, held.size, held.at);
    if (!fine) {
      KeepRefusal(*checkpoint, fine.error());
      return Plain(422, std::string(base::NameOf(fine.error().code)) + " " + fine.error().detail);
    }
  }
  const base::UtcTime now = clock_.Now();
  const auto line =
      crypto::Cosign(key_, name_, note->text, static_cast<std::uint64_t>(now.ms / 1000));
  const Held fresh{checkpoint->size, checkpoint->root, now,
                   crypto::Note{note->text, {OfTheLog(opened->note, log_key_), line}}.ToText()};
  if (!Keep(checkpoint->origin, fresh)) return Plain(500, "cannot store");
  std::error_code failed;
  std::filesystem::remove(RefusalOf(folder_, checkpoint->origin), failed);
  if (failed) base::LogError("a refusal that is over could not be removed: " + failed.message());
  held_[checkpoint->origin] = fresh;
  return {200, "text/plain; charset=utf-8", crypto::SignatureLine(line)};
}

}  // namespace lottery::compliance
