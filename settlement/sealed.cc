#include "settlement/sealed.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "base/pg/copy.h"
#include "settlement/on_all_cores.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
using base::pg::Session;

Status Run(Session& session, const std::string& sql, const std::vector<Param>& params) {
  return session.Exec(sql, params).map([](const auto&) {});
}

std::string Account(std::initializer_list<std::string> parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ":") + part;
  return out;
}

Result<SealedDraw> OpenSeal(Session& session, const protocol::Trust& trust, const DrawId& draw) {
  SealedDraw d;
  LOTTERY_TRY(
      const auto row,
      session.Exec(
          "SELECT s.envelope, d.plan FROM issuance.seal s JOIN issuance.draw d USING (game, draw) "
          "WHERE game = $1 AND draw = $2",
          {draw.game, draw.number}));
  if (row.size() != 1) return Fail(ErrorCode::kBadSeal, draw.ToText() + " is not sealed");
  LOTTERY_TRY(const auto seal,
              protocol::OpenSigned(row.Text(0, 0), protocol::kTypeSeal, trust.KeysFor("seal"), 1));
  LOTTERY_TRY(d.seal, protocol::ParseSeal(seal.body));
  d.seal_hash = protocol::BodyHash(seal);
  if (d.seal.draw != draw) return Fail(ErrorCode::kBadSeal, draw.ToText());
  LOTTERY_TRY(const auto plan, protocol::OpenSigned(row.Text(0, 1), protocol::kTypePlan,
                                                    trust.KeysFor("official"), 2));
  LOTTERY_TRY(d.plan, protocol::ParsePlan(plan.body));
  if (d.plan.draw != draw || protocol::BodyHash(plan) != d.seal.plan)
    return Fail(ErrorCode::kBadSeal, draw.ToText() + ": the plan is not the seal's");
  LOTTERY_TRY(const auto opened,
              crypto::OpenCheckpoint(d.seal.checkpoints[0].note, trust.log_key,
                                     protocol::OriginOf(trust.operator_name, draw)));
  d.checkpoint = opened.checkpoint;
  return d;
}

namespace {

// The search of one log by several threads: who is free takes the next chunk.
struct Search {
  std::int64_t log = 0;
  std::uint64_t size = 0;
  std::atomic<std::uint64_t> next_chunk = 0;
  std::vector<SearchedChunk> chunks;
  std::mutex mutex;                                             // of what follows
  std::optional<std::pair<std::uint64_t, base::Error>> failed;  // the first leaf that is wrong

  void Fail(std::uint64_t leaf, base::Error error) {
    const std::lock_guard lock(mutex);
    next_chunk = chunks.size();
    if (!failed || leaf < failed->first) failed.emplace(leaf, std::move(error));
  }
};

// Leaves are stored in runs that begin anywhere: the first one of a chunk may begin before it.
std::string RunsOf(std::int64_t log, std::uint64_t first, std::uint64_t end) {
  return fmt::format(
      "SELECT first, bundle FROM issuance.leaf WHERE log = {0} AND first >= (SELECT max(first) "
      "FROM "
      "issuance.leaf WHERE log = {0} AND first <= {1}) AND first < {2} ORDER BY first",
      log, first, end);
}

// The leaves of one chunk, each once and in order. `at` is the one that is looked at.
Status SearchChunk(Session& session, std::int64_t log, std::uint64_t end, WinnerSearch& search,
                   std::uint64_t& at) {
  const auto each = [&](const std::vector<base::ByteView>& run) -> Status {
    std::uint64_t leaf = base::ByteReader(run[0]).U64();
    if (leaf > at) return Fail(ErrorCode::kEntryInvalid, "the run of leaves");
    base::ByteReader entries(run[1]);
    for (; !entries.AtEnd() && leaf < end; ++leaf) {
      const auto entry = entries.Short();
      if (!entries.ok()) return Fail(ErrorCode::kEntryInvalid, "the run of leaves");
      if (leaf < at) continue;
      const auto added = search.Add(entry);
      if (!added) return Fail(ErrorCode::kEntryInvalid, added.error().detail);
      ++at;
    }
    return {};
  };
  LOTTERY_TRY_VOID(base::pg::CopyOut(session, RunsOf(log, at, end), each));
  if (at != end) return Fail(ErrorCode::kEntryInvalid, "leaves are missing");
  return {};
}

void SearchChunks(Session& session, WinnerSearch& winners, Search& search) {
  while (true) {
    const std::uint64_t chunk = search.next_chunk.fetch_add(1);
    if (chunk >= search.chunks.size()) return;
    std::uint64_t at = chunk * kChunkLeaves;
    winners.Begin(at);
    const auto searched =
        SearchChunk(session, search.log, std::min(at + kChunkLeaves, search.size), winners, at);
    if (!searched) return search.Fail(at, searched.error());
    search.chunks[chunk] = winners.End();
  }
}

}  // namespace

Result<SealedSales> ReadSales(Session& session, const SealedDraw& sealed,
                              const std::optional<games::Outcome>& outcome) {
  const DrawId& draw = sealed.seal.draw;
  LOTTERY_TRY(const auto log,
              session.Exec("SELECT id, (SELECT COALESCE(max(first + count), 0) FROM issuance.leaf "
                           "WHERE log = id) FROM issuance.log WHERE game = $1 AND draw = $2",
                           {draw.game, draw.number}));
  Search search;
  search.size = sealed.checkpoint.size;
  if (log.size() != 1 || log.Int(0, 1) != static_cast<std::int64_t>(search.size))
    return Fail(ErrorCode::kSealMismatch, draw.ToText() + ": the number of leaves");
  search.log = log.Int(0, 0);
  search.chunks.resize((search.size + kChunkLeaves - 1) / kChunkLeaves);
  std::vector<WinnerSearch> winners;
  for (std::size_t i = 0; i < std::clamp<std::size_t>(search.chunks.size(), 1, Processors()); ++i)
    winners.emplace_back(outcome);
  LOTTERY_TRY_VOID(OnAllCores(session, winners.size(), [&](Session& own, std::size_t i) -> Status {
    SearchChunks(own, winners[i], search);
    return {};
  }));
  const auto mismatch = [&](const std::string& why) {
    return Fail(ErrorCode::kSealMismatch, draw.ToText() + why);
  };
  if (search.failed) {
    const auto& [leaf, error] = *search.failed;
    if (error.code != ErrorCode::kEntryInvalid) return tl::unexpected<base::Error>(error);
    return mismatch(" leaf " + std::to_string(leaf) + ": " + error.detail);
  }
  std::vector<const WinnerSearch::ByTerminal*> by_terminal;
  for (const auto& w : winners) by_terminal.push_back(&w.by_terminal());
  auto sales = JoinChunks(std::move(search.chunks), by_terminal);
  if (!sales) return mismatch(": " + sales.error().detail);
  if (sales->root != sealed.checkpoint.root || sales->totals != sealed.seal.totals)
    return mismatch("");
  return sales;
}

Result<Jurisdictions> ReadJurisdictions(Session& session, const DrawId& draw,
                                        const SealedSales& sales) {
  LOTTERY_TRY(const auto rows, session.Exec("SELECT id, jurisdiction FROM issuance.terminal"));
  Jurisdictions out;
  for (int i = 0; i < rows.size(); ++i)
    out.Add(static_cast<std::uint32_t>(rows.Int(i, 0)), rows.Text(i, 1));
  for (const auto& [terminal, totals] : sales.by_terminal) {
    if (!out.Has(terminal))
      return Fail(ErrorCode::kSealMismatch,
                  draw.ToText() + ": terminal " + std::to_string(terminal) + " is not enrolled");
  }
  return out;
}

Result<std::string> StepReason(Session& session, const DrawId& draw, const std::string& state) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT reason FROM issuance.draw_step WHERE game = $1 AND draw = $2 "
                           "AND state = $3",
                           {draw.game, draw.number, state}));
  return rows.size() == 1 ? std::string(rows.Text(0, 0)) : std::string();
}

}  // namespace lottery::settlement
