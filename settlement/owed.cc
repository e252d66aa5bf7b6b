#include "settlement/owed.h"

#include "settlement/sealed.h"

namespace lottery::settlement {

Result<OwedList> OwedList::Begin(base::pg::Session& session, const DrawId& draw) {
  LOTTERY_TRY(const auto table,
              session.Exec("SELECT settlement.begin_owed($1, $2)", {draw.game, draw.number}));
  LOTTERY_TRY(auto copy,
              base::pg::CopyIn::Begin(
                  session, std::string(table.Text(0, 0)) +
                               "(game, draw, idx, terminal, jurisdiction, prize_fen, tiers, lines, "
                               "t_hash, s_hash)"));
  return OwedList(session, draw, std::move(copy));
}

Status OwedList::Add(const Candidate& ticket, const protocol::Winner& owed,
                     const std::string& jurisdiction) {
  tiers_.clear();
  lines_.clear();
  for (const auto& t : owed.tiers) {
    tiers_.push_back(t.tier);
    lines_.push_back(static_cast<std::int32_t>(t.lines));
  }
  LOTTERY_TRY_VOID(copy_.Row(10));
  copy_.Text(draw_.game);
  copy_.Int4(draw_.number);
  copy_.Int8(static_cast<std::int64_t>(owed.index));
  copy_.Int4(static_cast<std::int32_t>(ticket.terminal));
  copy_.Text(jurisdiction);
  copy_.Int8(owed.prize.fen());
  copy_.Array(tiers_);
  copy_.Array(lines_);
  copy_.Bytea(ticket.t_hash.view());
  copy_.Bytea(ticket.s_hash.view());
  return {};
}

Status OwedList::Finish() {
  LOTTERY_TRY_VOID(copy_.Finish());
  return Run(*session_, "SELECT settlement.end_owed($1, $2)", {draw_.game, draw_.number});
}

}  // namespace lottery::settlement
