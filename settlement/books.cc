#include "settlement/books.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lottery::settlement {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace {

// What a row is counted under; of accounts that have no such part, empty.
Result<std::string> KeyOf(const std::string& by) {
  if (by == "heading") return "''";
  if (by == "draw") return "COALESCE(l.game || '-' || l.draw, '')";
  if (by == "day") return "l.day::text";
  if (by == "outlet") return "COALESCE(l.terminal::text, '')";
  if (by == "jurisdiction") return "COALESCE(l.jurisdiction, t.jurisdiction, '')";
  return Fail(ErrorCode::kUsage, "by heading, draw, day, outlet or jurisdiction");
}

Result<std::int64_t> PeriodNumber(const std::string& text) {
  LOTTERY_TRY(const auto period, ParsePeriod(text));
  return base::ParseDecimal(period);
}

// Columns named *_fen are amounts, the others text.
json::array ToRows(const base::pg::Rows& rows) {
  json::array out;
  for (int i = 0; i < rows.size(); ++i) {
    json::object row;
    for (int column = 0; column < PQnfields(rows.raw()); ++column) {
      const std::string name = PQfname(rows.raw(), column);
      if (name.ends_with("_fen"))
        row[name] = rows.Int(i, column);
      else
        row[name] = std::string(rows.Text(i, column));
    }
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

Result<std::string> ParsePeriod(std::string_view text) {
  std::string period(base::Trim(text));
  if (period.size() == 7 && period[4] == '-') period.erase(4, 1);
  const auto number = base::ParseDecimal(period);
  const bool right = number && period.size() == 6 && *number % 100 >= 1 && *number % 100 <= 12 &&
                     *number >= 2000'00;
  if (!right) return Fail(ErrorCode::kUsage, "a period is a month, YYYYMM or YYYY-MM");
  return period;
}

Result<json::array> RollUp(Session& session, const std::string& by, const std::string& period) {
  LOTTERY_TRY(const std::string key, KeyOf(by));
  std::int64_t month = 0;
  if (!period.empty()) {
    LOTTERY_TRY(month, PeriodNumber(period));
  }
  const std::string sql = fmt::format(
      "SELECT {} AS \"{}\", l.heading, h.zh, h.en, COALESCE(sum(l.amount_fen) FILTER (WHERE "
      "l.amount_fen > 0), 0)::bigint AS debit_fen, COALESCE(-sum(l.amount_fen) FILTER (WHERE "
      "l.amount_fen < 0), 0)::bigint AS credit_fen, sum(l.amount_fen)::bigint AS balance_fen FROM "
      "ledger.line l JOIN ledger.heading h ON h.name = l.heading LEFT JOIN issuance.terminal t ON "
      "t.id = l.terminal WHERE $1 = 0 OR to_char(l.day, 'YYYYMM')::integer = $1 GROUP BY 1, 2, 3, "
      "4 ORDER BY 1, 2",
      key, by == "heading" ? "all" : by);
  LOTTERY_TRY(const auto rows, session.Exec(sql, {month}));
  return ToRows(rows);
}

Result<json::array> Pools(Session& session, const std::string& draw) {
  protocol::DrawId only;
  if (!draw.empty()) {
    LOTTERY_TRY(only, protocol::ParseDrawId(draw));
  }
  LOTTERY_TRY(
      const auto rows,
      session.Exec("SELECT game || '-' || draw AS draw, jurisdiction, pool_before_fen AS "
                   "pool_opening_fen, prize_money_fen AS pool_accrued_fen, adjustment_paid_fen AS "
                   "pool_from_adjustment_fen, fee_advanced_fen AS pool_from_fee_fen, "
                   "fixed_pool_before_fen - fixed_pool_after_fen AS pool_from_fixed_pool_fen, "
                   "prizes_fen AS pool_paid_fen, adjustment_gained_fen AS "
                   "pool_to_adjustment_fen, pool_after_fen AS pool_closing_fen, "
                   "adjustment_before_fen AS adjustment_opening_fen, adjustment_accrued_fen, "
                   "adjustment_gained_fen, adjustment_paid_fen, adjustment_after_fen AS "
                   "adjustment_closing_fen FROM settlement.draw_money m WHERE $1 = '' OR (game = "
                   "$1 AND draw = $2) ORDER BY m.game, m.draw, m.jurisdiction",
                   {only.game, only.number}));
  return ToRows(rows);
}

std::string RowsText(const json::array& rows) {
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (const auto& [name, value] : row.as_object()) {
      const auto* amount = value.if_int64();
      if (amount != nullptr && *amount == 0) continue;
      if (amount == nullptr && value.as_string().empty()) continue;
      const std::string shown = amount != nullptr ? std::string(name.substr(0, name.size() - 4)) +
                                                        " " + Money::FromFen(*amount).ToYuanText()
                                                  : std::string(value.as_string());
      line += (line.empty() ? "" : "  ") + shown;
    }
    text += line + "\n";
  }
  return text;
}

Result<json::object> ClosePeriod(Session& session, const std::string& period, std::int64_t now_ms) {
  LOTTERY_TRY(const auto number, PeriodNumber(period));
  LOTTERY_TRY(const auto said,
              session.Exec("SELECT ledger.close_period($1, $2)", {number, now_ms}));
  if (said.Text(0, 0) == "early")
    return Fail(ErrorCode::kPeriodClosed, period + " is not over, and an hour more");
  if (said.Text(0, 0) == "order")
    return Fail(ErrorCode::kPeriodClosed, "a period before " + period + " is the next to close");
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT b.heading, h.zh, h.en, b.debit_fen, b.credit_fen, b.balance_fen "
                           "FROM ledger.trial_balance b JOIN ledger.heading h ON h.name = "
                           "b.heading WHERE b.period = $1 ORDER BY b.heading",
                           {number}));
  return json::object{{"period", period},
                      {"closed", said.Text(0, 0) == "closed" ? "now" : "before"},
                      {"trial_balance", ToRows(rows)}};
}

}  // namespace lottery::settlement
