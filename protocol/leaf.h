// What one entry of a log holds, octet for octet. docs/formats/leaf.md has the grammar and a worked
// example.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

namespace lottery::protocol {

using base::Bytes;
using base::ByteView;
using base::Digest;
using base::Result;
using base::UtcTime;

enum class LeafKind : std::uint8_t { kOrder = 1, kVoid = 2, kAudit = 3 };

/// A sale or a void in a draw's log: what the terminal signed, and what central adds.
struct SaleLeaf {
  LeafKind kind = LeafKind::kOrder;
  UtcTime time;     // never before the leaf in front of it
  Bytes key_id;     // 8 octets: which terminal key signed
  Bytes signature;  // 64 octets over the message, type kTypeMessage
  Digest s_hash;    // orders: SHA-256 of central's half of the secret code; zeros in a void
  Bytes message;    // wire::TerminalMessage as sent
  Bytes Encode() const;
};
/// The same octets appended to `w`, from views. HOT: bench/micro
void EncodeSaleLeaf(base::ByteWriter& w, LeafKind kind, UtcTime time, ByteView key_id,
                    ByteView signature, const Digest& s_hash, ByteView message);
/// Errors: kEntryInvalid.
Result<SaleLeaf> DecodeSaleLeaf(ByteView leaf);

/// The same as it stands in the leaf's own octets, which must outlive it.
struct SaleLeafView {
  LeafKind kind = LeafKind::kOrder;
  UtcTime time;
  ByteView key_id, signature, s_hash, message;
};
/// Errors: kEntryInvalid. HOT: bench/settlement
Result<SaleLeafView> ViewSaleLeaf(ByteView leaf);

/// An entry of the audit log: kind octet 3, time, then JSON {"kind", "by", "body"}.
struct AuditLeaf {
  UtcTime time;
  Bytes json;
  Bytes Encode() const;
};
/// Errors: kEntryInvalid.
Result<AuditLeaf> DecodeAuditLeaf(ByteView leaf);

/// The state of one log after a batch.
struct LogHead {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const LogHead&) const = default;
  /// A leaf of the tree of heads, and how heads are stored one behind the other.
  Bytes Encode() const;
};
/// Heads stored one behind the other. Errors: kEntryInvalid.
Result<std::vector<LogHead>> DecodeHeads(ByteView heads);
/// RFC 6962 tree over the heads, whose root a batch record names.
crypto::MerkleTree TreeOfHeads(const std::vector<LogHead>& heads);

/// What one committed batch did to the logs. Records form a hash chain over the whole system.
struct BatchRecord {
  std::uint64_t number = 0;  // 1, 2, 3, ...
  std::uint64_t epoch = 0;   // of the lease that wrote it
  UtcTime time;
  Digest previous;          // SHA-256 of the record before; zeros before the first
  std::uint16_t count = 0;  // of the logs the batch appended to
  Digest heads;             // root over their heads, in order of origin
  Bytes Encode() const;
};
/// Errors: kEntryInvalid.
Result<BatchRecord> DecodeBatchRecord(ByteView record);

/// Central's half of the secret code: HMAC-SHA-256 over origin, index and message hash.
/// One an order: that of its first draw.
Digest SecretHalf(const crypto::HmacKey& mac_key, std::string_view first_origin,
                  std::uint64_t first_index, const Digest& message_hash);

}  // namespace lottery::protocol
