#include "settlement/bank.h"

#include <algorithm>
#include <set>

#include "base/cli.h"
#include "base/clock.h"
#include "base/csv.h"
#include "protocol/names.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

// A day before or after these was mistyped.
constexpr std::string_view kFirstBankDay = "2000-01-01", kLastBankDay = "2099-12-31";
const std::vector<std::string> kColumns = {"date", "reference", "amount"};

// "1000.00": whole yuan, a point, two digits.
std::optional<Money> Yuan(std::string_view text) {
  const auto point = text.find('.');
  if (point == 0 || point == std::string_view::npos || text.size() != point + 3 || point > 12)
    return {};
  std::int64_t fen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (text[i] < '0' || text[i] > '9') return {};
    fen = fen * 10 + (text[i] - '0');
  }
  return Money::FromFen(fen);
}

// "2.02611E+13": the reference itself is lost.
bool IsSpreadsheetNumber(std::string_view reference) {
  const auto e = reference.find("E+");
  const auto is_number = [](std::string_view text, std::string_view also) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
      return (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
    });
  };
  return e != std::string_view::npos && is_number(reference.substr(0, e), ".") &&
         is_number(reference.substr(e + 2), "");
}

Result<base::json::array> List(base::pg::Session& session, const std::string& sql) {
  LOTTERY_TRY(const auto rows, session.Exec(sql));
  base::json::array out;
  for (int i = 0; i < rows.size(); ++i) {
    base::json::object row{{"reference", std::string(rows.Text(i, 0))}};
    if (!rows.Null(i, 1)) row["bank_fen"] = rows.Int(i, 1);
    if (!rows.Null(i, 2)) row["deposit_fen"] = rows.Int(i, 2);
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

namespace {
// The reader's errors, and those of a row, in one form: kUsage, and the line in words too.
tl::unexpected<base::Error> AtLine(base::Error error) {
  error.code = ErrorCode::kUsage;
  error.detail = "line " + std::to_string(error.position) + ": " + error.detail;
  return tl::unexpected<base::Error>(std::move(error));
}

Result<std::vector<BankCredit>> ReadCredits(std::string_view text) {
  LOTTERY_TRY(const auto table, base::CsvTable::Parse(text, kMaxStatementLines));
  LOTTERY_TRY_VOID(table.Require(kColumns));
  LOTTERY_TRY_VOID(table.Only(kColumns));
  std::vector<BankCredit> credits;
  std::set<std::string, std::less<>> seen;
  for (const auto& row : table.rows()) {
    const auto wrong = [&](const std::string& why) {
      return tl::unexpected<base::Error>({ErrorCode::kUsage, why, "", row.line});
    };
    const std::string& day = table.Field(row, "date");
    if (!base::ParseDay(day)) return wrong("\"" + day + "\" is no day of the form YYYY-MM-DD");
    if (day < kFirstBankDay || day > kLastBankDay)
      return wrong(day + " is not between " + std::string(kFirstBankDay) + " and " +
                   std::string(kLastBankDay));
    const auto reference = protocol::CleanReference(table.Field(row, "reference"));
    if (!reference) return wrong(reference.error().detail);
    if (IsSpreadsheetNumber(*reference))
      return wrong("reference " + *reference + " was made a number by a spreadsheet");
    const auto amount = Yuan(table.Field(row, "amount"));
    if (!amount || amount->fen() <= 0) return wrong("an amount is yuan with two decimals, above 0");
    if (!seen.insert(*reference).second)
      return wrong("reference " + *reference + " stands twice in this file");
    credits.push_back({day, *reference, *amount});
  }
  return credits;
}
}  // namespace

Result<std::vector<BankCredit>> ParseBankCsv(std::string_view text) {
  if (text.size() > kMaxStatementOctets)
    return Fail(ErrorCode::kUsage, "the statement is too long");
  auto credits = ReadCredits(text);
  if (!credits) return AtLine(credits.error());
  return credits;
}

Result<base::json::object> MatchBank(base::pg::Session& session,
                                     const std::vector<BankCredit>& credits,
                                     const base::Digest& statement) {
  LOTTERY_TRY(auto transaction,
              base::pg::Transaction::Begin(session, "ISOLATION LEVEL SERIALIZABLE"));
  std::int64_t fresh = 0;
  for (const auto& credit : credits) {
    LOTTERY_TRY(const auto kept,
                session.Exec("INSERT INTO settlement.bank_credit VALUES ($1, $2, $3, $4) ON "
                             "CONFLICT DO NOTHING",
                             {credit.reference, credit.amount.fen(), credit.day,
                              base::ToHex(statement.view())}));
    fresh += kept.affected();
    if (kept.affected() != 0) continue;
    LOTTERY_TRY(const auto held, session.Exec("SELECT amount_fen, day FROM settlement.bank_credit "
                                              "WHERE reference = $1",
                                              {credit.reference}));
    if (held.Int(0, 0) != credit.amount.fen() || held.Text(0, 1) != credit.day)
      return Fail(ErrorCode::kAlreadyExists,
                  credit.reference + " stood otherwise in a statement before");
  }
  // A deposit counts once it is posted: then central has credited it.
  const std::string joined =
      " FROM settlement.bank_credit b FULL JOIN (SELECT substr(t.ref, 9) AS reference, "
      "p.amount_fen "
      "FROM ledger.txn t JOIN ledger.posting p ON p.txn = t.id AND p.account = 'bank' WHERE t.kind "
      "= "
      "'deposit') d USING (reference) ";
  const std::string columns = "SELECT reference, b.amount_fen, d.amount_fen" + joined;
  LOTTERY_TRY(const auto matched, session.Exec("SELECT count(*), COALESCE(sum(b.amount_fen), 0)" +
                                               joined + "WHERE b.amount_fen = d.amount_fen"));
  LOTTERY_TRY(auto differs,
              List(session, columns + "WHERE b.amount_fen <> d.amount_fen ORDER BY 1"));
  LOTTERY_TRY(auto bank_only, List(session, columns + "WHERE d.amount_fen IS NULL ORDER BY 1"));
  LOTTERY_TRY(auto deposit_only, List(session, columns + "WHERE b.amount_fen IS NULL ORDER BY 1"));
  LOTTERY_TRY_VOID(transaction.Finish());
  const bool all = differs.empty() && bank_only.empty() && deposit_only.empty();
  base::json::object answer{{"reconciled", all},
                            {"new", fresh},
                            {"matched", matched.Int(0, 0)},
                            {"matched_fen", matched.Int(0, 1)},
                            {"differs", std::move(differs)},
                            {"bank_only", std::move(bank_only)},
                            {"deposit_only", std::move(deposit_only)}};
  if (all) return answer;
  return base::WithRefusal({ErrorCode::kDiffers, "deposits and bank"}, std::move(answer));
}

}  // namespace lottery::settlement
