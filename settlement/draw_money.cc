#include "settlement/draw_money.h"

#include "games/shares.h"
#include "settlement/sealed.h"

namespace lottery::settlement {
using base::pg::Session;
namespace {

struct Row {
  std::string jurisdiction;
  Money net_sales, prize_money, adjustment_accrued, fund, fee, prizes;
  Money pool_before, pool_after, fixed_pool_before, fixed_pool_after;
  Money adjustment_before, adjustment_paid, adjustment_gained, fee_advanced;
};

Status Insert(Session& session, const DrawId& draw, const Row& r) {
  LOTTERY_TRY(const Money accrued, r.adjustment_before.Add(r.adjustment_accrued));
  LOTTERY_TRY(const Money gained, accrued.Add(r.adjustment_gained));
  LOTTERY_TRY(const Money adjustment_after, gained.Sub(r.adjustment_paid));
  return Run(session,
             "INSERT INTO settlement.draw_money (game, draw, jurisdiction, net_sales_fen, "
             "prize_money_fen, adjustment_accrued_fen, fund_fen, fee_fen, prizes_fen, "
             "pool_before_fen, pool_after_fen, fixed_pool_before_fen, fixed_pool_after_fen, "
             "adjustment_before_fen, adjustment_paid_fen, adjustment_gained_fen, "
             "adjustment_after_fen, fee_advanced_fen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
             "$10, $11, $12, $13, $14, $15, $16, $17, $18)",
             {draw.game, draw.number, r.jurisdiction, r.net_sales.fen(), r.prize_money.fen(),
              r.adjustment_accrued.fen(), r.fund.fen(), r.fee.fen(), r.prizes.fen(),
              r.pool_before.fen(), r.pool_after.fen(), r.fixed_pool_before.fen(),
              r.fixed_pool_after.fen(), r.adjustment_before.fen(), r.adjustment_paid.fen(),
              r.adjustment_gained.fen(), adjustment_after.fen(), r.fee_advanced.fen()});
}

}  // namespace

Status InsertDrawMoney(Session& session, const protocol::Statement& s) {
  if (s.pools.empty()) {
    LOTTERY_TRY(const auto held,
                session.Exec("SELECT settlement.held('adjustment', $1, '')", {s.draw.game}));
    return Insert(session, s.draw,
                  {"",
                   s.net_sales,
                   s.prize_money,
                   s.adjustment_accrued,
                   s.fund,
                   s.fee,
                   s.prizes,
                   s.pool_before,
                   s.pool_after,
                   s.fixed_pool_before,
                   s.fixed_pool_after,
                   Money::FromFen(held.Int(0, 0)),
                   s.adjustment_paid,
                   s.adjustment_gained,
                   {}});
  }
  LOTTERY_TRY(const auto* rule, games::RuleFor(s.draw.game, s.draw.number));
  for (const auto& p : s.pools) {
    LOTTERY_TRY(const auto shares, games::SplitSales(*rule, p.net_sales));
    LOTTERY_TRY_VOID(Insert(session, s.draw,
                            {p.jurisdiction,
                             p.net_sales,
                             shares.current,
                             shares.adjustment,
                             shares.fund,
                             shares.fee,
                             p.prizes,
                             p.pool_before,
                             p.pool_after,
                             {},
                             {},
                             p.adjustment_before,
                             p.adjustment_paid,
                             {},
                             p.fee_advanced}));
  }
  return {};
}

}  // namespace lottery::settlement
