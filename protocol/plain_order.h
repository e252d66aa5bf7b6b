// Orders as every terminal writes them: the fields of the schema in ascending order, each at most
// once, nothing else. A fraction of what protobuf takes for any message, and nothing is allocated;
// what is not written so is left to MessageReader.
#pragma once

#include <memory>
#include <vector>

#include "protocol/message.h"

namespace lottery::protocol {

/// One after another into the same memory. Not thread-safe.
class PlainOrderReader {
 public:
  /// What MessageReader::Read would answer, valid until the next call; null when the octets are not
  /// a plain order, or one that it would refuse. HOT: bench/settlement
  const wire::TerminalMessage* Read(base::ByteView octets);

 private:
  bool ReadOrder(base::ByteView octets);
  bool ReadBet(std::size_t at, base::ByteView octets);
  wire::Bet& BetAt(std::size_t at);
  wire::TerminalMessage message_;
  std::vector<std::unique_ptr<wire::Bet>> spare_;  // of orders with more bets
};

}  // namespace lottery::protocol
