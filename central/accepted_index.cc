#include "central/accepted_index.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/pg/copy.h"
#include "crypto/tile.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace {

constexpr int kBatchesAtOnce = 512;
constexpr int kBatchesAPiece = 64, kPagesAPiece = 256;
std::int64_t Signed(std::uint64_t v) { return static_cast<std::int64_t>(v); }

// The record that holds the message, from its page.
Result<std::optional<std::uint64_t>> FromPage(Session& session, std::uint32_t terminal,
                                              std::uint64_t sequence) {
  LOTTERY_TRY(const auto page,
              session.ExecBinary("SELECT first, records FROM issuance.accepted_page WHERE terminal "
                                 "= $1 AND first <= $2 ORDER BY first DESC LIMIT 1",
                                 {static_cast<std::int64_t>(terminal), Signed(sequence)}));
  if (page.size() == 0) return std::optional<std::uint64_t>();
  const std::uint64_t at = sequence - static_cast<std::uint64_t>(page.Int(0, 0));
  const auto records = page.Text(0, 1);
  if ((at + 1) * 8 > records.size()) return std::optional<std::uint64_t>();
  base::ByteReader r(records.substr(at * 8, 8));
  return std::optional<std::uint64_t>(r.U64());
}

// Batches from number `from` on, few at first: most look-ups end in the first of them.
Result<std::optional<Accepted>> InBatches(Session& session, std::uint32_t terminal,
                                          std::uint64_t sequence, std::int64_t from) {
  for (int count = 1;; count = std::min(4 * count, kBatchesAtOnce)) {
    LOTTERY_TRY(const auto rows,
                session.ExecBinary("SELECT number, changes FROM issuance.batch WHERE number >= $1 "
                                   "ORDER BY number LIMIT " +
                                       std::to_string(count),
                                   {from}));
    for (int i = 0; i < rows.size(); ++i) {
      const std::int64_t number = rows.Int(i, 0);
      LOTTERY_TRY(auto parts, FindInChanges(rows.Text(i, 1), terminal, sequence));
      if (parts)
        return std::optional<Accepted>({static_cast<std::uint64_t>(number), std::move(*parts)});
      from = number + 1;
    }
    if (rows.size() < count) return std::optional<Accepted>();
  }
}

Result<std::int64_t> PagedUntil(Session& session) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT COALESCE(max(number), 0) FROM issuance.accepted_until"));
  return rows.Int(0, 0);
}

}  // namespace

Result<std::optional<Accepted>> FindAccepted(Session& session, std::uint32_t terminal,
                                             std::uint64_t sequence,
                                             std::optional<UtcTime> leaf_time) {
  // First how far pages go, then the page: one made in between is found either way.
  LOTTERY_TRY(const std::int64_t until, PagedUntil(session));
  LOTTERY_TRY(const auto record, FromPage(session, terminal, sequence));
  if (record) return InBatches(session, terminal, sequence, Signed(*record));
  if (leaf_time) {
    LOTTERY_TRY(const auto first,
                session.Exec("SELECT number FROM issuance.batch WHERE at_ms >= $1 ORDER BY at_ms, "
                             "number LIMIT 1",
                             {leaf_time->ms}));
    if (first.size() == 1) {
      LOTTERY_TRY(auto found, InBatches(session, terminal, sequence, first.Int(0, 0)));
      if (found) return found;  // else a clock went back between batches
    }
  }
  return InBatches(session, terminal, sequence, until + 1);
}

namespace {

// Numbers of records for consecutive messages of a terminal, from `first` on.
struct Page {
  std::uint64_t first = 0;
  base::ByteWriter records;
};
using Pages = std::map<std::uint32_t, Page>;

// What `most` batches behind `last` accepted; how many there were, with `last` moved behind them.
Result<int> AddToPages(Session& session, int most, std::int64_t& last, Pages& pages) {
  LOTTERY_TRY(
      const auto rows,
      session.ExecBinary("SELECT number, changes FROM issuance.batch WHERE number > $1 ORDER "
                         "BY number LIMIT " +
                             std::to_string(most),
                         {last}));
  for (int i = 0; i < rows.size(); ++i) {
    last = rows.Int(i, 0);
    LOTTERY_TRY(const auto accepted, ListAccepted(rows.Text(i, 1)));
    for (const auto& [terminal, sequence] : accepted) {
      auto& page = pages.try_emplace(terminal, Page{sequence, {}}).first->second;
      if (page.first + page.records.bytes().size() / 8 != sequence)
        return Fail(ErrorCode::kFileCorrupt, "numbers of a terminal have a gap");
      page.records.U64(static_cast<std::uint64_t>(last));
    }
  }
  return rows.size();
}

// The first of the pages go into the store: a COPY writes much at a time and asks nobody meanwhile.
base::Status WriteSome(Session& session, Pages& pages) {
  LOTTERY_TRY(auto copy,
              base::pg::CopyIn::Begin(session, "issuance.accepted_page(terminal, first, records)"));
  for (int i = 0; i < kPagesAPiece && !pages.empty(); ++i) {
    const auto& [terminal, page] = *pages.begin();
    LOTTERY_TRY_VOID(copy.Row(3));
    copy.Int4(static_cast<std::int32_t>(terminal));
    copy.Int8(Signed(page.first));
    copy.Bytea(page.records.bytes());
    pages.erase(pages.begin());
  }
  return copy.Finish();
}

}  // namespace

Result<int> IndexAccepted(Session& session, int most, const std::function<bool()>& rest) {
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(std::int64_t last, PagedUntil(session));
  Pages pages;
  int taken = 0;
  for (bool all = false; !all && taken < most;) {
    const int piece = std::min(kBatchesAPiece, most - taken);
    LOTTERY_TRY(const int more, AddToPages(session, piece, last, pages));
    taken += more;
    all = more < piece;
    if (!rest()) return 0;
  }
  if (taken == 0) return 0;
  while (!pages.empty()) {
    LOTTERY_TRY_VOID(WriteSome(session, pages));
    if (!rest()) return 0;
  }
  LOTTERY_TRY_VOID(
      session.Exec("INSERT INTO issuance.accepted_until VALUES ($1)", {last}).map([](const auto&) {
      }));
  LOTTERY_TRY_VOID(transaction.Finish());
  return taken;
}

Result<std::optional<Bytes>> FindLeaf(Session& session, const Place& place) {
  LOTTERY_TRY(
      const auto rows,
      session.ExecBinary("SELECT first, bundle FROM issuance.leaf WHERE log = $1 AND first <= "
                         "$2 ORDER BY first DESC LIMIT 1",
                         {place.log, Signed(place.index)}));
  if (rows.size() == 0) return std::optional<Bytes>();
  LOTTERY_TRY(auto leaves, crypto::ParseEntries(rows.Text(0, 1)));
  const std::uint64_t at = place.index - static_cast<std::uint64_t>(rows.Int(0, 0));
  if (at >= leaves.size()) return std::optional<Bytes>();
  return std::optional<Bytes>(std::move(leaves[at]));
}

Result<std::optional<StoredOrder>> FindOrder(Session& session, const Place& place) {
  LOTTERY_TRY(const auto raw, FindLeaf(session, place));
  const auto leaf = raw ? protocol::DecodeSaleLeaf(*raw) : Fail(ErrorCode::kEntryInvalid);
  if (!leaf || leaf->kind != protocol::LeafKind::kOrder) return std::optional<StoredOrder>();
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf->message, leaf->signature));
  const auto& m = *message.decoded;
  Parts parts{{place, leaf->time}};
  if (m.order().draw_count() > 1) {
    LOTTERY_TRY(auto accepted, FindAccepted(session, m.terminal(), m.sequence(), leaf->time));
    if (!accepted) return Fail(ErrorCode::kFileCorrupt, "a leaf whose batch does not know it");
    parts = std::move(accepted->parts);
  }
  const Money price = Money::FromFen(m.order().price_fen());
  auto facts = games::CheckOrder(m.order());
  if (!facts) return Fail(ErrorCode::kFileCorrupt, "an accepted order that is not legal");
  return std::optional<StoredOrder>({m.terminal(), m.sequence(), message.hash, leaf->time, price,
                                     price.DivMod(m.order().draw_count()).quotient,
                                     std::move(parts), std::move(facts->numbers)});
}

}  // namespace lottery::central
