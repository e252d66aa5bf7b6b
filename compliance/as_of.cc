#include "compliance/as_of.h"

#include "base/file.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::int64_t kHourMs = 3600 * base::kSecondMs;

// Signed papers and what they name never change; logs grow, and samples and proofs are made anew
// with each export.
bool IsLasting(const std::string& name) {
  return name.ends_with(".json") && name != "trust.json" && !name.starts_with("tickets/");
}

Status Begins(const crypto::Checkpoint& shown, const crypto::MerkleTree& audit) {
  if (shown.size > audit.size())
    return Fail(ErrorCode::kTooOld, "an audit log of " + std::to_string(shown.size) +
                                        " leaves was seen; this folder has " +
                                        std::to_string(audit.size()));
  if (audit.RootAt(shown.size) != shown.root)
    return Fail(ErrorCode::kSplitView, "the audit log of this folder begins otherwise");
  return {};
}

}  // namespace

std::int64_t AsOf::AgeHours(base::UtcTime now) const {
  const std::int64_t ms = now.ms - time.ms;
  return ms >= 0 ? ms / kHourMs : -((-ms + kHourMs - 1) / kHourMs);
}

base::json::object AsOf::ToJson(base::UtcTime now) const {
  return {{"audit_size", static_cast<std::int64_t>(audit_size)},
          {"time", base::ToIso(time)},
          {"beijing", base::ToBeijingText(time)},
          {"age_hours", AgeHours(now)}};
}

Status CheckAge(const AsOf& as_of, const Outside& outside) {
  if (outside.max_age_ms == 0 || outside.now.ms - as_of.time.ms <= outside.max_age_ms) return {};
  return Fail(ErrorCode::kTooOld, "as of " + base::ToIso(as_of.time) + ", " +
                                      std::to_string(as_of.AgeHours(outside.now)) +
                                      " hours before " + base::ToIso(outside.now));
}

Status CheckAtLeast(const std::string& note, const protocol::Trust& trust,
                    const crypto::MerkleTree& audit) {
  LOTTERY_TRY(const auto shown, crypto::OpenCheckpoint(note, trust.log_key,
                                                       protocol::AuditOrigin(trust.operator_name)));
  LOTTERY_TRY_VOID(crypto::CheckWitnessed(shown.note, trust.log_key, trust.witnesses, 1));
  return Begins(shown.checkpoint, audit);
}

Status CheckSince(const std::string& before, const PublicFolder& files,
                  const protocol::Trust& trust, const crypto::MerkleTree& audit) {
  PublicFolder old(before);
  LOTTERY_TRY_VOID(old.CheckManifest());
  LOTTERY_TRY(const auto trust_text, old.Read("trust.json"));
  LOTTERY_TRY(const auto then, protocol::OpenTrust(trust_text));
  if (then.root_key != trust.root_key || then.operator_name != trust.operator_name)
    return Fail(ErrorCode::kRootMismatch, "the folder of before has another root or operator");
  LOTTERY_TRY(const auto note, old.Read("audit/checkpoint"));
  LOTTERY_TRY(const auto shown, crypto::OpenCheckpoint(note, then.log_key,
                                                       protocol::AuditOrigin(then.operator_name)));
  LOTTERY_TRY_VOID(Begins(shown.checkpoint, audit));
  for (const auto& name : old.Below("")) {
    if (!IsLasting(name)) continue;
    if (!files.Has(name))
      return tl::unexpected<base::Error>(
          {ErrorCode::kFileMissing, "the folder of before has it", name});
    if (files.HashOf(name) != old.HashOf(name))
      return tl::unexpected<base::Error>(
          {ErrorCode::kLogMismatch, "it was another one in the folder of before", name});
  }
  return {};
}

}  // namespace lottery::compliance
