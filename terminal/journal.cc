#include "terminal/journal.h"

#include <unistd.h>

#include <algorithm>

namespace lottery::terminal {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

namespace {
constexpr std::size_t kMaxSecretOctets = 4096;

std::string SecretPath(const std::string& folder) { return folder + "/pending.secret"; }

// The message without a ticket's secrets; nothing when it carries none.
Result<std::optional<Bytes>> WithoutSecrets(const Pending& pending) {
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(pending.message, pending.signature));
  wire::TerminalMessage bare = *message.decoded;
  if (bare.has_claim()) {
    bare.mutable_claim()->clear_t();
    bare.mutable_claim()->clear_s();
  } else if (bare.has_void_()) {
    bare.mutable_void_()->clear_s();
  } else {
    return std::optional<Bytes>();
  }
  return std::optional<Bytes>(bare.SerializeAsString());
}

Status KeepSecrets(const std::string& path, const Pending& pending, bool message) {
  const json::object secrets{{"t", base::ToHex(pending.t)},
                             {"message", message ? base::ToBase64(pending.message) : ""}};
  return base::WriteFile(path, base::ToLine(secrets), 0600);
}

// What the journal does not have of a message under way.
Status ReadSecrets(const std::string& path, bool bare, Pending& pending) {
  if (!base::Exists(path))
    return bare ? Status(tl::unexpected<base::Error>({ErrorCode::kFileCorrupt, "is missing", path}))
                : Status();
  LOTTERY_TRY(const auto text, base::ReadFile(path, kMaxSecretOctets));
  LOTTERY_TRY(const auto secrets, base::ParseJsonObject(text));
  LOTTERY_TRY(const auto t, base::GetString(secrets, "t"));
  LOTTERY_TRY(pending.t, base::FromHex(t));
  if (bare) {
    LOTTERY_TRY(pending.message, base::GetBase64(secrets, "message"));
  }
  return {};
}
}  // namespace

Result<Journal> Journal::Open(const std::string& folder) {
  LOTTERY_TRY(auto lock, base::FolderLock::Take(folder));
  base::SweepUnfinished(SecretPath(folder));  // secrets that a crash left half written
  const std::string path = folder + "/journal.jsonl";
  std::string text;
  if (base::Exists(path)) {
    if (!base::IsPlainFile(path))
      return tl::unexpected<base::Error>({ErrorCode::kFileMissing, "is no plain file", path});
    LOTTERY_TRY(text, base::ReadFile(path));
    const auto whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    if (whole != text.size()) {  // torn by a crash: never acted upon
      text.resize(whole);
      LOTTERY_TRY_VOID(base::WriteFile(path, text, 0600));
    }
  }
  LOTTERY_TRY(auto file, base::DurableAppender::Open(path, 0600));
  Journal journal(folder, std::move(lock), std::move(file));
  LOTTERY_TRY_VOID(journal.Replay(text));
  return journal;
}

Status Journal::Replay(const std::string& text) {
  std::int64_t line_number = 0;
  bool bare = false;
  for (const auto line : base::Split(text, '\n')) {
    ++line_number;
    if (line.empty()) continue;
    const auto entry = base::ParseJsonObject(line);
    const auto event = entry ? base::GetString(*entry, "event") : Fail(ErrorCode::kFileCorrupt);
    const auto sequence = entry ? base::GetInt(*entry, "sequence") : Fail(ErrorCode::kFileCorrupt);
    if (!event || !sequence)
      return tl::unexpected<base::Error>(
          {ErrorCode::kFileCorrupt, "journal line", folder_ + "/journal.jsonl", line_number});
    if (*event == "intend") {
      Pending p;
      p.sequence = static_cast<std::uint64_t>(*sequence);
      LOTTERY_TRY(p.message, base::GetBase64(*entry, "message"));
      LOTTERY_TRY(p.signature, base::GetBase64(*entry, "signature"));
      LOTTERY_TRY(p.slip, base::GetString(*entry, "slip"));
      bare = entry->contains("without_secrets");
      if (terminal_ == 0) {
        LOTTERY_TRY(const auto message, protocol::DecodeMessage(p.message, p.signature));
        terminal_ = message.decoded->terminal();
      }
      pending_ = std::move(p);
    } else if (*event == "accepted") {
      last_sequence_ = static_cast<std::uint64_t>(*sequence);
      LOTTERY_TRY(head_, base::GetDigest(*entry, "message_hash"));
      const auto needs_print = base::GetBool(*entry, "print");
      if (!needs_print || !*needs_print) pending_.reset();
    } else if (*event == "refused" || *event == "printed") {
      pending_.reset();
    }
  }
  if (pending_) return ReadSecrets(SecretPath(folder_), bare, *pending_);
  ::unlink(SecretPath(folder_).c_str());  // a crash may have come between the last line and this
  return {};
}

Status Journal::Note(const std::string& event, json::object detail) {
  json::object entry{{"event", event}, {"sequence", static_cast<std::int64_t>(last_sequence_)}};
  for (auto& [key, value] : detail) entry[key] = value;
  return Write(std::move(entry));
}

Result<std::vector<json::object>> Journal::EntriesFrom(std::size_t& from) const {
  const std::string path = folder_ + "/journal.jsonl";
  LOTTERY_TRY(auto text, base::ReadFile(path));
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  const auto rest = std::string_view(text).substr(std::min(from, text.size()));
  std::vector<json::object> entries;
  for (const auto line : base::Split(rest, '\n')) {
    if (line.empty()) continue;
    auto entry = base::ParseJsonObject(line);
    if (!entry) return tl::unexpected<base::Error>({ErrorCode::kFileCorrupt, "journal line", path});
    entries.push_back(std::move(*entry));
  }
  from = text.size();
  return entries;
}

Status Journal::Write(json::object entry) { return file_.Append(base::ToLine(entry)); }

Status Journal::Intend(const Pending& pending) {
  LOTTERY_CHECK(pending.sequence == last_sequence_ + 1);
  LOTTERY_TRY(const auto bare, WithoutSecrets(pending));
  if (bare || !pending.t.empty())
    LOTTERY_TRY_VOID(KeepSecrets(SecretPath(folder_), pending, bare.has_value()));
  json::object entry{{"event", "intend"},
                     {"sequence", static_cast<std::int64_t>(pending.sequence)},
                     {"slip", pending.slip},
                     {"message", base::ToBase64(bare ? *bare : pending.message)},
                     {"signature", base::ToBase64(pending.signature)}};
  if (bare) entry["without_secrets"] = true;
  LOTTERY_TRY_VOID(Write(std::move(entry)));
  pending_ = pending;
  return {};
}

Status Journal::Accepted(std::uint64_t sequence, const Digest& message_hash, json::object detail) {
  json::object entry{{"event", "accepted"},
                     {"sequence", static_cast<std::int64_t>(sequence)},
                     {"message_hash", base::ToHex(message_hash.view())}};
  for (auto& [key, value] : detail) entry[key] = value;
  const bool print = entry.contains("print") && entry.at("print") == true;
  LOTTERY_TRY_VOID(Write(std::move(entry)));
  last_sequence_ = sequence;
  head_ = message_hash;
  if (!print) {
    pending_.reset();
    ::unlink(SecretPath(folder_).c_str());
  }
  return {};
}

Status Journal::Refused(std::uint64_t sequence, const std::string& code) {
  LOTTERY_TRY_VOID(Write(
      {{"event", "refused"}, {"sequence", static_cast<std::int64_t>(sequence)}, {"code", code}}));
  pending_.reset();
  ::unlink(SecretPath(folder_).c_str());
  return {};
}

Status Journal::Printed(std::uint64_t sequence) {
  LOTTERY_TRY_VOID(
      Write({{"event", "printed"}, {"sequence", static_cast<std::int64_t>(sequence)}}));
  pending_.reset();
  ::unlink(SecretPath(folder_).c_str());
  return {};
}

}  // namespace lottery::terminal
