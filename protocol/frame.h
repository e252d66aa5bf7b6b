// Frames on a TLS stream: u32 length of what follows, one type octet, a protobuf body of that type.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace lottery::protocol {

using base::Bytes;
using base::ByteView;
using base::Result;

enum class FrameType : std::uint8_t {
  kSubmit = 1,
  kStatusRequest = 2,
  kTicketRequest = 3,
  kEntriesRequest = 4,
  kLogsRequest = 5,
  kSealRequest = 6,
  kReceipt = 65,
  kRefusal = 66,
  kStatus = 67,
  kTicketStatus = 68,
  kEntries = 69,
  kLogs = 70,
  kSealStatus = 71,
};

/// The whole message that a terminal may send, type octet included.
inline constexpr std::size_t kMaxRequestOctets = 60'000 + 100;
/// What central may answer.
inline constexpr std::size_t kMaxAnswerOctets = 4 << 20;

struct Frame {
  FrameType type;
  Bytes body;
};

Bytes EncodeFrame(FrameType type, ByteView body);

/// Cuts frames out of a stream that arrives in pieces.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_octets) : max_octets_(max_octets) {}
  void Feed(ByteView piece) { buffer_.append(piece); }
  /// The next whole frame, or nothing yet. Errors end the connection: kFrameTooLarge, kBadFrame.
  Result<std::optional<Frame>> Next();
  bool Idle() const { return buffer_.size() == taken_; }

 private:
  std::size_t max_octets_;
  Bytes buffer_;
  std::size_t taken_ = 0;
};

}  // namespace lottery::protocol
