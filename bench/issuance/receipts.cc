#include "bench/issuance/receipts.h"

#include "crypto/envelope.h"
#include "protocol/frame.h"
#include "protocol/leaf.h"

namespace lottery::bench {

namespace {

constexpr std::size_t kFrameHead = 5;
constexpr std::uint64_t kMaxIndex = 1 << 28;  // far more leaves than a run has

}  // namespace

protocol::SignedMessage MessageOf(base::ByteView frame) {
  wire::Submit submit;
  LOTTERY_CHECK(submit.ParseFromArray(frame.data() + kFrameHead,
                                      static_cast<int>(frame.size() - kFrameHead)));
  auto message = protocol::DecodeMessage(submit.message(), submit.signature());
  LOTTERY_CHECK(message.has_value());
  return std::move(*message);
}

bool Receipts::Claim(const base::Bytes& origin, std::uint64_t index) {
  if (index > kMaxIndex) return false;
  auto& claimed = claimed_[origin];
  if (index >= claimed.size()) claimed.resize(index + 1);
  if (claimed[index]) return false;
  claimed[index] = true;
  return true;
}

void Receipts::Add(const protocol::SignedMessage& message, base::ByteView octets,
                   const terminal::ReceiptKeys& keys) {
  wire::Receipt receipt;
  bool good = receipt.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
  const base::Bytes signed_record = receipt.record() + receipt.record_signature();
  if (good && !good_records_.contains(signed_record)) {
    good = crypto::VerifyTyped(keys.record_key, protocol::kTypeRecord, receipt.record(),
                               receipt.record_signature());
    if (good) good_records_.insert(signed_record);
  }
  good = good && terminal::VerifyReceiptContent(message, receipt, keys).has_value();
  for (const auto& part : receipt.parts()) good = Claim(part.origin(), part.index()) && good;
  wrong += good ? 0 : 1;
  ++sold;
  leaves += receipt.parts_size();
  order_octets += static_cast<std::int64_t>(message.octets.size());
}

void Receipts::Join(const Receipts& other) {
  wrong += other.wrong;
  sold += other.sold;
  leaves += other.leaves;
  order_octets += other.order_octets;
  for (const auto& [origin, claimed] : other.claimed_) {
    for (std::size_t index = 0; index < claimed.size(); ++index) {
      if (claimed[index] && !Claim(origin, index)) ++wrong;
    }
  }
}

}  // namespace lottery::bench
