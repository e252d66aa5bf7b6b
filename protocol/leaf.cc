#include "protocol/leaf.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;
namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeyIdOctets = 8;
constexpr std::size_t kSignatureOctets = 64;
}  // namespace

void EncodeSaleLeaf(base::ByteWriter& w, LeafKind kind, UtcTime time, ByteView key_id,
                    ByteView signature, const Digest& s_hash, ByteView message) {
  LOTTERY_CHECK(key_id.size() == kKeyIdOctets);
  LOTTERY_CHECK(signature.size() == kSignatureOctets);
  w.U8(kVersion).U8(static_cast<std::uint8_t>(kind)).U64(static_cast<std::uint64_t>(time.ms));
  w.Raw(key_id).Raw(signature).Raw(s_hash.view()).Long(message);
}

Bytes SaleLeaf::Encode() const {
  base::ByteWriter w;
  EncodeSaleLeaf(w, kind, time, key_id, signature, s_hash, message);
  return w.Take();
}

Result<SaleLeafView> ViewSaleLeaf(ByteView leaf) {
  base::ByteReader r(leaf);
  SaleLeafView out;
  const auto version = r.U8();
  const auto kind = r.U8();
  out.kind = static_cast<LeafKind>(kind);
  out.time.ms = static_cast<std::int64_t>(r.U64());
  out.key_id = r.Raw(kKeyIdOctets);
  out.signature = r.Raw(kSignatureOctets);
  out.s_hash = r.Raw(sizeof(Digest));
  out.message = r.Long();
  if (!r.AtEnd() || version != kVersion || (kind != 1 && kind != 2))
    return Fail(ErrorCode::kEntryInvalid, "sale leaf");
  return out;
}

Result<SaleLeaf> DecodeSaleLeaf(ByteView leaf) {
  LOTTERY_TRY(const auto view, ViewSaleLeaf(leaf));
  return SaleLeaf{view.kind,
                  view.time,
                  Bytes(view.key_id),
                  Bytes(view.signature),
                  base::ByteReader(view.s_hash).Hash(),
                  Bytes(view.message)};
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

Bytes LogHead::Encode() const {
  base::ByteWriter w;
  w.Short(origin).U64(size).Raw(root.view());
  return w.Take();
}

Result<std::vector<LogHead>> DecodeHeads(ByteView heads) {
  base::ByteReader r(heads);
  std::vector<LogHead> out;
  while (r.ok() && !r.AtEnd()) {
    LogHead head;
    head.origin = r.Short();
    head.size = r.U64();
    head.root = r.Hash();
    out.push_back(std::move(head));
  }
  if (!r.ok()) return Fail(ErrorCode::kEntryInvalid, "heads of a batch record");
  return out;
}

crypto::MerkleTree TreeOfHeads(const std::vector<LogHead>& heads) {
  crypto::MerkleTree tree;
  for (const auto& head : heads) tree.Append(crypto::LeafHash(head.Encode()));
  return tree;
}

Bytes BatchRecord::Encode() const {
  base::ByteWriter w;
  w.U8(kVersion)
      .U64(number)
      .U64(epoch)
      .U64(static_cast<std::uint64_t>(time.ms))
      .Raw(previous.view());
  w.U16(count).Raw(heads.view());
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
  out.count = r.U16();
  out.heads = r.Hash();
  if (!r.AtEnd() || version != kVersion) return Fail(ErrorCode::kEntryInvalid, "batch record");
  return out;
}

Digest SecretHalf(const crypto::HmacKey& mac_key, std::string_view first_origin,
                  std::uint64_t first_index, const Digest& message_hash) {
  using namespace std::string_view_literals;
  LOTTERY_CHECK(first_origin.size() <= 0xffff);
  std::array<char, 10> numbers;  // length of the origin; index
  const std::uint64_t length = __builtin_bswap64(first_origin.size() << 48);
  const std::uint64_t index = __builtin_bswap64(first_index);
  std::memcpy(numbers.data(), &length, 2);
  std::memcpy(numbers.data() + 2, &index, 8);
  return mac_key.Mac({"\x00\x15lottery-secret-half/1"sv, ByteView(numbers.data(), 2), first_origin,
                      ByteView(numbers.data() + 2, 8), message_hash.view()});
}

}  // namespace lottery::protocol
