// What the bench says of the receipts it got: each is verified, and no two may claim one leaf.
#pragma once

#include <map>
#include <unordered_set>
#include <vector>

#include "terminal/receipt.h"

namespace lottery::bench {

/// The signed message a Submit frame carries.
protocol::SignedMessage MessageOf(base::ByteView frame);

class Receipts {
 public:
  /// Verifies the receipt of one message. A record's signature is verified once, however many
  /// receipts carry it.
  void Add(const protocol::SignedMessage& message, base::ByteView receipt,
           const terminal::ReceiptKeys& keys);
  /// What another has verified; its leaves may not be among these.
  void Join(const Receipts& other);

  std::int64_t wrong = 0, sold = 0, leaves = 0, order_octets = 0;

 private:
  bool Claim(const base::Bytes& origin, std::uint64_t index);

  std::unordered_set<base::Bytes> good_records_;
  std::map<base::Bytes, std::vector<bool>> claimed_;  // by origin and index
};

}  // namespace lottery::bench
