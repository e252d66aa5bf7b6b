// The winner search: sealed leaves are hashed and matched in chunks, side by side, and joined.
// Values in, values out; reading them from the store is in sealed.cc.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <map>
#include <optional>

#include "crypto/tree_hash.h"
#include "games/order.h"
#include "protocol/documents.h"
#include "protocol/plain_order.h"

namespace lottery::settlement {

using base::ByteView;
using base::Digest;
using base::Money;
using base::Result;
using base::Status;

/// Lines that won in one tier.
struct Won {
  std::uint32_t lines = 0;
  std::uint8_t tier = 0;
};

/// A ticket that may be owed money. A national draw has millions: 56 octets each.
struct Candidate {
  std::uint64_t index = 0;
  std::uint32_t terminal = 0;
  std::uint32_t per_draw_fen = 0;
  std::uint32_t first_won = 0;  // its tiers among the chunk's
  std::uint32_t tiers = 0;
  Digest sale;  // hash of its leaf
};

/// Leaves one thread searches at a time, and the most a chunk has. Chunks of a draw are all of one
/// size, a power of two, but for the last.
inline constexpr std::uint64_t kChunkLeaves = std::uint64_t{1} << 16;

/// What one chunk held.
struct SearchedChunk {
  /// Half a hash tells orders apart; the whole ones are checked by the control.
  using Name = std::array<std::uint8_t, 16>;
  struct Entry {  // one a leaf, as a void would look for it
    Name order{};
    std::uint32_t per_draw_fen = 0;  // 0 where the leaf is a void
  };
  struct Void {
    Name order{};
    std::uint32_t terminal = 0;
    std::uint64_t index = 0;
  };
  using LinesByPick = std::array<std::uint16_t, games::kKl8MostPick>;  // a ticket has 10 000

  std::uint64_t first = 0;
  crypto::TreeHash tree;
  std::vector<Entry> entries;
  std::vector<LinesByPick> picks;  // kl8, as entries
  std::vector<Void> voids;
  std::vector<Candidate> candidates;
  std::vector<Won> won;
};

/// Sales of one draw as read back from the store.
struct SealedSales {
  Digest root;
  std::uint64_t size = 0;
  protocol::SaleTotals totals;
  std::map<std::uint32_t, protocol::SaleTotals> by_terminal;
  games::Wins wins{};
  std::array<Money, games::kKl8MostPick> sales_by_pick;  // kl8, net
  std::vector<SearchedChunk> chunks;

  using Each = std::function<Status(const Candidate&, const std::vector<Won>&)>;
  /// Tickets with any winning line, or all where there is no outcome; voids taken out, in order of
  /// index. Stops at the first error.
  Status ForCandidates(const Each& each) const { return ForCandidates(0, chunks.size(), each); }
  /// Those of chunks [begin, end).
  Status ForCandidates(std::size_t begin, std::size_t end, const Each& each) const;
};

/// Feeds leaves, hashing and matching as it goes. One a thread.
class WinnerSearch {
 public:
  explicit WinnerSearch(std::optional<games::Outcome> outcome) : outcome_(std::move(outcome)) {}
  void Begin(std::uint64_t first_leaf);
  /// Errors: kEntryInvalid. HOT: bench/settlement
  Status Add(ByteView leaf);
  SearchedChunk End();
  struct Sold {
    std::int64_t sales = 0;
    Money amount;
  };
  using ByTerminal = boost::unordered_flat_map<std::uint32_t, Sold>;
  /// Sales of all chunks that ended; voids are counted when they have found their orders.
  const ByTerminal& by_terminal() const { return by_terminal_; }

 private:
  Status AddOrder(const wire::TerminalMessage& message, ByteView octets, const Digest& sale);
  void AddCandidate(const wire::TerminalMessage& message, const Digest& sale, std::uint32_t fen);
  std::optional<games::Outcome> outcome_;
  protocol::PlainOrderReader plain_;
  protocol::MessageReader reader_;  // of all else
  SearchedChunk chunk_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sold_;  // in it: terminal, fen
  ByTerminal by_terminal_;
};

/// The whole draw. `chunks` in order and without a gap. Errors: kEntryInvalid: a void that does not
/// have one order before it.
Result<SealedSales> JoinChunks(std::vector<SearchedChunk> chunks,
                               const std::vector<const WinnerSearch::ByTerminal*>& sales);

}  // namespace lottery::settlement
