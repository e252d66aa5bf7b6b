#include "protocol/leaf.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;
namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeyIdOctets = 8;
constexpr std::size_t kSignatureOctets = 64;
}  // namespace

Bytes SaleLeaf::Encode() const {
  LOTTERY_CHECK(key_id.size() == kKeyIdOctets);
  LOTTERY_CHECK(signature.size() == kSignatureOctets);
  base::ByteWriter w;
  w.U8(kVersion).U8(static_cast<std::uint8_t>(kind)).U64(static_cast<std::uint64_t>(time.ms));
  w.Raw(key_id).Raw(signature).Raw(s_hash.view()).Long(message);
  return w.Take();
}

Result<SaleLeaf> DecodeSaleLeaf(ByteView leaf) {
  base::ByteReader r(leaf);
  SaleLeaf out;
  const auto version = r.U8();
  const auto kind = r.U8();
  out.kind = static_cast<LeafKind>(kind);
  out.time.ms = static_cast<std::int64_t>(r.U64());
  out.key_id = r.Raw(kKeyIdOctets);
  out.signature = r.Raw(kSignatureOctets);
  out.s_hash = r.Hash();
  out.message = r.Long();
  if (!r.AtEnd() || version != kVersion || (kind != 1 && kind != 2))
    return Fail(ErrorCode::kEntryInvalid, "sale leaf");
  return out;
}

Bytes AuditLeaf::Encode() const {
  base::ByteWriter w;
  w.U8(kVersion)
      .U8(static_cast<std::uint8_t>(LeafKind::kAudit))
      .U64(static_cast<std::uint64_t>(time.ms))
      .Raw(json);
  return w.Take();
}

Result<AuditLeaf> DecodeAuditLeaf(ByteView leaf) {
  base::ByteReader r(leaf);
  const auto version = r.U8();
  const auto kind = r.U8();
  AuditLeaf out;
  out.time.ms = static_cast<std::int64_t>(r.U64());
  if (!r.ok() || version != kVersion || kind != 3)
    return Fail(ErrorCode::kEntryInvalid, "audit leaf");
  out.json = leaf.substr(10);
  return out;
}

Bytes BatchRecord::Encode() const {
  base::ByteWriter w;
  w.U8(kVersion)
      .U64(number)
      .U64(epoch)
      .U64(static_cast<std::uint64_t>(time.ms))
      .Raw(previous.view());
  w.U16(static_cast<std::uint16_t>(logs.size()));
  for (const auto& log : logs) w.Short(log.origin).U64(log.size).Raw(log.root.view());
  return w.Take();
}

Result<BatchRecord> DecodeBatchRecord(ByteView record) {
  base::ByteReader r(record);
  BatchRecord out;
  const auto version = r.U8();
  out.number = r.U64();
  out.epoch = r.U64();
  out.time.ms = static_cast<std::int64_t>(r.U64());
  out.previous = r.Hash();
  const auto count = r.U16();
  for (int i = 0; i < count && r.ok(); ++i) {
    LogHead head;
    head.origin = r.Short();
    head.size = r.U64();
    head.root = r.Hash();
    out.logs.push_back(std::move(head));
  }
  if (!r.AtEnd() || version != kVersion) return Fail(ErrorCode::kEntryInvalid, "batch record");
  return out;
}

Bytes SecretHalf(ByteView mac_key, std::string_view first_origin, std::uint64_t first_index,
                 const Digest& message_hash) {
  base::ByteWriter w;
  w.Short("lottery-secret-half/1").Short(first_origin).U64(first_index).Raw(message_hash.view());
  return Bytes(crypto::HmacSha256(mac_key, w.bytes()).view());
}

}  // namespace lottery::protocol
