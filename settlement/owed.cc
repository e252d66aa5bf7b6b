#include "settlement/owed.h"

#include <algorithm>

#include "base/pg/copy.h"
#include "settlement/on_all_cores.h"

namespace lottery::settlement {
using base::pg::CopyIn;
using base::pg::Session;
using base::pg::Transaction;
namespace {

constexpr std::size_t kMostParts = 4;         // relations a draw
constexpr std::size_t kTicketsAPart = 5'000;  // fewer are not worth one

/// Chunks [begin, end) of the draw go into one part.
struct Part {
  std::size_t begin = 0, end = 0;
  std::uint64_t first() const { return begin * kChunkLeaves; }
};

// So that each has about as many tickets. At least one part.
std::vector<Part> ShareOut(const std::vector<SearchedChunk>& chunks) {
  std::size_t tickets = 0;
  for (const auto& chunk : chunks) tickets += chunk.candidates.size();
  const std::size_t most = std::min(kMostParts, Processors());
  const std::size_t count = std::clamp<std::size_t>(tickets / kTicketsAPart, 1, most);
  std::vector<Part> parts(1);
  std::size_t listed = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const bool full = listed >= tickets * parts.size() / count && parts.back().begin < i;
    if (full && parts.size() < count) {
      parts.back().end = i;
      parts.push_back({i, i});
    }
    listed += chunks[i].candidates.size();
  }
  parts.back().end = chunks.size();
  return parts;
}

std::string FirstsOf(const std::vector<Part>& parts) {
  std::string text = "{";
  for (const auto& part : parts)
    text += (text.size() > 1 ? "," : "") + std::to_string(part.first());
  return text + "}";
}

// One row after another, in order of index.
class Writer {
 public:
  static Result<Writer> Begin(Session& session, const DrawId& draw, const std::string& table) {
    LOTTERY_TRY(
        auto copy,
        CopyIn::Begin(session, table + "(game, draw, idx, terminal, jurisdiction, prize_fen, "
                                       "tiers, lines, leaf_hash)"));
    return Writer(draw, std::move(copy));
  }
  // HOT: bench/settlement
  Status Add(const Candidate& ticket, const protocol::Winner& owed,
             const std::string& jurisdiction) {
    tiers_.clear();
    lines_.clear();
    for (const auto& t : owed.tiers) {
      tiers_.push_back(t.tier);
      lines_.push_back(static_cast<std::int32_t>(t.lines));
    }
    LOTTERY_TRY_VOID(copy_.Row(9));
    copy_.Text(draw_.game);
    copy_.Int4(draw_.number);
    copy_.Int8(static_cast<std::int64_t>(owed.index));
    copy_.Int4(static_cast<std::int32_t>(ticket.terminal));
    copy_.Text(jurisdiction);
    copy_.Int8(owed.prize.fen());
    copy_.Array(tiers_);
    copy_.Array(lines_);
    copy_.Bytea(ticket.sale.view());
    return {};
  }
  Status Finish() { return copy_.Finish(); }

 private:
  Writer(const DrawId& draw, CopyIn copy) : draw_(draw), copy_(std::move(copy)) {}
  const DrawId& draw_;
  CopyIn copy_;
  std::vector<std::int32_t> tiers_, lines_;
};

struct Listing {
  const DrawId& draw;
  const SealedSales& sales;
  const Jurisdictions& jurisdictions;
  const OwedList::Owes& owes;
  std::vector<Part> parts;
};

// Part `i`, which ends where the next begins. The commit does not wait for the disk: the one that
// takes the part, later in the same log, does.
Status WritePart(Session& session, const Listing& list, std::size_t i) {
  const auto& [draw, sales, jurisdictions, owes, parts] = list;
  const auto number = static_cast<std::int64_t>(i + 1);
  LOTTERY_TRY(auto transaction, Transaction::Begin(session));
  LOTTERY_TRY_VOID(session.Script("SET LOCAL synchronous_commit = off"));
  const bool last = i + 1 == parts.size();
  const std::string next = last ? "NULL" : std::to_string(parts[i + 1].first());
  LOTTERY_TRY(
      const auto table,
      session.Exec("SELECT settlement.begin_part($1, $2, $3, $4, " + next + ")",
                   {draw.game, draw.number, number, static_cast<std::int64_t>(parts[i].first())}));
  LOTTERY_TRY(auto writer, Writer::Begin(session, draw, std::string(table.Text(0, 0))));
  const auto add = [&](const Candidate& c, const std::vector<Won>& won) -> Status {
    const auto owed = list.owes(c, won);
    if (owed.prize == Money()) return {};
    return writer.Add(c, owed, list.jurisdictions.Of(c.terminal));
  };
  LOTTERY_TRY_VOID(sales.ForCandidates(parts[i].begin, parts[i].end, add));
  LOTTERY_TRY_VOID(writer.Finish());
  LOTTERY_TRY_VOID(
      Run(session, "SELECT settlement.end_part($1, $2, $3)", {draw.game, draw.number, number}));
  return transaction.Finish();
}

}  // namespace

Result<OwedList> OwedList::Write(Session& session, const DrawId& draw, const SealedSales& sales,
                                 const Jurisdictions& jurisdictions, const Owes& owes) {
  const Listing list{draw, sales, jurisdictions, owes, ShareOut(sales.chunks)};
  LOTTERY_TRY_VOID(Run(session, "SELECT settlement.begin_owed($1, $2)", {draw.game, draw.number}));
  LOTTERY_TRY_VOID(OnAllCores(session, list.parts.size(), [&](Session& own, std::size_t i) {
    return WritePart(own, list, i);
  }));
  return OwedList(draw, FirstsOf(list.parts));
}

Status OwedList::Take(Session& session, const std::vector<OwedTile>& tiles) const {
  LOTTERY_TRY_VOID(Run(session, "SELECT settlement.end_owed($1, $2, $3::bigint[])",
                       {draw_.game, draw_.number, firsts_}));
  LOTTERY_TRY(auto copy, CopyIn::Begin(session,
                                       "settlement.winner_tile(game, draw, tile, "
                                       "first_idx, root)"));
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    LOTTERY_TRY_VOID(copy.Row(5));
    copy.Text(draw_.game);
    copy.Int4(draw_.number);
    copy.Int4(static_cast<std::int32_t>(i));
    copy.Int8(static_cast<std::int64_t>(tiles[i].first_index));
    copy.Bytea(tiles[i].root.view());
  }
  return copy.Finish();
}

}  // namespace lottery::settlement
