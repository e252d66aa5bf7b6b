#include "protocol/frame.h"

#include <utility>

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;

Bytes EncodeFrame(FrameType type, ByteView body) {
  base::ByteWriter w;
  w.Reserve(5 + body.size());
  w.U32(static_cast<std::uint32_t>(body.size() + 1)).U8(static_cast<std::uint8_t>(type)).Raw(body);
  return w.Take();
}

Result<std::optional<Frame>> FrameReader::Next() {
  const ByteView rest = ByteView(buffer_).substr(taken_);
  if (rest.size() < 4) return std::optional<Frame>();
  base::ByteReader r(rest);
  const std::size_t length = r.U32();
  if (length == 0) return Fail(ErrorCode::kBadFrame, "empty frame");
  if (length > max_octets_) return Fail(ErrorCode::kFrameTooLarge);
  if (rest.size() < 4 + length) return std::optional<Frame>();
  const std::uint8_t type = r.U8();
  const bool known = (type >= 1 && type <= 6) || (type >= 65 && type <= 71);
  if (!known) return Fail(ErrorCode::kBadFrame, "unknown frame type " + std::to_string(type));
  Frame frame{static_cast<FrameType>(type), Bytes(r.Raw(length - 1))};
  taken_ += 4 + length;
  if (taken_ == buffer_.size()) {
    Bytes().swap(buffer_);  // idle connections hold no buffer
    taken_ = 0;
  } else if (taken_ > buffer_.size() / 2) {
    buffer_.erase(0, std::exchange(taken_, 0));  // nor does one that is never idle hold the past
  }
  return std::optional<Frame>(std::move(frame));
}

}  // namespace lottery::protocol
