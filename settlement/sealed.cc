#include "settlement/sealed.h"

#include "crypto/tile.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Param;
using base::pg::Session;
namespace {

constexpr int kRunsAtOnce = 1000;

std::string Array(const std::vector<std::int64_t>& values) {
  std::string out = "{";
  for (const auto v : values) out += (out.size() > 1 ? "," : "") + std::to_string(v);
  return out + "}";
}

}  // namespace

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
  LOTTERY_TRY(const auto opened,
              crypto::OpenCheckpoint(d.seal.checkpoints[0].note, trust.log_key,
                                     protocol::OriginOf(trust.operator_name, draw)));
  d.checkpoint = opened.checkpoint;
  return d;
}

Result<SealedSales> ReadSales(Session& session, const SealedDraw& sealed,
                              const std::optional<games::Outcome>& outcome) {
  const DrawId& draw = sealed.seal.draw;
  WinnerSearch search(outcome);
  const auto mismatch = [&](std::int64_t index, const std::string& why) {
    return Fail(ErrorCode::kSealMismatch,
                draw.ToText() + " leaf " + std::to_string(index) + ": " + why);
  };
  std::int64_t next = 0;
  while (true) {
    LOTTERY_TRY(
        const auto rows,
        session.ExecBinary("SELECT l.first, l.bundle FROM issuance.leaf l JOIN issuance.log g "
                           "ON g.id = l.log WHERE g.game = $1 AND g.draw = $2 AND l.first >= "
                           "$3 ORDER BY l.first LIMIT " +
                               std::to_string(kRunsAtOnce),
                           {draw.game, draw.number, next}));
    for (int i = 0; i < rows.size(); ++i) {
      const auto leaves = crypto::ParseEntries(rows.Text(i, 1));
      if (!leaves || rows.Int(i, 0) != next) return mismatch(next, "the run of leaves");
      for (const auto& leaf : *leaves) {
        const auto added = search.Add(leaf);
        if (!added) return mismatch(next, added.error().detail);
        ++next;
      }
    }
    if (rows.size() < kRunsAtOnce) break;
  }
  auto sales = search.Finish();
  if (sales.root != sealed.checkpoint.root || sales.size != sealed.checkpoint.size ||
      sales.totals != sealed.seal.totals)
    return Fail(ErrorCode::kSealMismatch, draw.ToText());
  return sales;
}

Result<std::map<std::uint32_t, std::string>> Jurisdictions(Session& session) {
  LOTTERY_TRY(const auto rows, session.Exec("SELECT id, jurisdiction FROM issuance.terminal"));
  std::map<std::uint32_t, std::string> out;
  for (int i = 0; i < rows.size(); ++i)
    out[static_cast<std::uint32_t>(rows.Int(i, 0))] = rows.Text(i, 1);
  return out;
}

Status InsertOwed(Session& session, const DrawId& draw, const WinningTicket& t,
                  const std::string& jurisdiction) {
  std::vector<std::int64_t> tiers, lines, amounts;
  for (std::size_t i = 0; i < t.by_tier.size(); ++i) {
    tiers.push_back(t.winner.tiers[i].tier);
    lines.push_back(t.winner.tiers[i].lines);
    amounts.push_back(t.by_tier[i].fen());
  }
  return Run(
      session,
      "INSERT INTO settlement.winner VALUES ($1, $2, $3, $4, $5, $6, $7::smallint[], "
      "$8::bigint[], $9::bigint[], $10, $11)",
      {draw.game, draw.number, static_cast<std::int64_t>(t.winner.index),
       static_cast<std::int64_t>(t.terminal), jurisdiction, t.winner.prize.fen(), Array(tiers),
       Array(lines), Array(amounts), Param::Bytea(t.t_hash), Param::Bytea(t.s_hash)});
}

Result<std::string> StepReason(Session& session, const DrawId& draw, const std::string& state) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT reason FROM issuance.draw_step WHERE game = $1 AND draw = $2 "
                           "AND state = $3",
                           {draw.game, draw.number, state}));
  return rows.size() == 1 ? std::string(rows.Text(0, 0)) : std::string();
}

}  // namespace lottery::settlement
