#include "compliance/follow.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::FrameType;

namespace {
constexpr int kTimeoutMs = 5000;
constexpr std::uint64_t kEntriesAtOnce = 1024;
}  // namespace

Result<protocol::Frame> Follower::Call(FrameType type, const Bytes& body) {
  for (int attempt = 0;; ++attempt) {
    if (!client_) {
      LOTTERY_TRY(auto fresh,
                  protocol::net::Client::Connect(address_, context_.get(), kTimeoutMs, &session_));
      client_.emplace(std::move(fresh));
    }
    auto answer = client_->Call(type, body, kTimeoutMs);
    if (answer && answer->type == FrameType::kRefusal) {
      wire::Refusal refusal;
      if (!refusal.ParseFromString(answer->body)) return Fail(ErrorCode::kBadMessage, "refusal");
      return tl::unexpected<base::Error>(protocol::FromRefusal(refusal));
    }
    if (answer) return answer;
    client_.reset();  // central may have been restarted since: one fresh try
    if (attempt == 1) return answer;
  }
}

Status Follower::ForEntries(const std::string& origin, std::uint64_t from, std::uint64_t size,
                            const std::function<Status(base::ByteView)>& each) {
  while (from < size) {
    wire::EntriesRequest request;
    request.set_origin(origin);
    request.set_from(from);
    request.set_count(static_cast<std::uint32_t>(std::min(kEntriesAtOnce, size - from)));
    LOTTERY_TRY(const auto frame, Call(FrameType::kEntriesRequest, request.SerializeAsString()));
    wire::Entries entries;
    if (frame.type != FrameType::kEntries || !entries.ParseFromString(frame.body))
      return Fail(ErrorCode::kBadMessage, "entries");
    if (entries.leaves_size() == 0)
      return Fail(ErrorCode::kLeafMissing, origin + " ends at " + std::to_string(from));
    for (const auto& leaf : entries.leaves()) LOTTERY_TRY_VOID(each(leaf));
    from += static_cast<std::uint64_t>(entries.leaves_size());
  }
  return {};
}

Result<wire::Logs> Follower::Logs() {
  LOTTERY_TRY(const auto frame, Call(FrameType::kLogsRequest, {}));
  wire::Logs logs;
  if (frame.type != FrameType::kLogs || !logs.ParseFromString(frame.body))
    return Fail(ErrorCode::kBadMessage, "logs");
  return logs;
}

}  // namespace lottery::compliance
