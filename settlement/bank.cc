#include "settlement/bank.h"

#include <set>

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

constexpr std::string_view kHeading = "date,reference,amount";
constexpr std::size_t kMaxReference = 64;

bool IsDay(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  }
  const auto month = text.substr(5, 2), day = text.substr(8, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

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

Result<std::vector<BankCredit>> ParseBankCsv(std::string_view text) {
  if (text.size() > kMaxStatementOctets)
    return Fail(ErrorCode::kUsage, "the statement is too long");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<BankCredit> credits;
  std::set<std::string, std::less<>> seen;
  int number = 0;
  for (auto line : base::Split(text, '\n')) {
    ++number;
    const auto wrong = [&](const char* why) {
      return Fail(ErrorCode::kUsage, "line " + std::to_string(number) + ": " + why);
    };
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 && line != kHeading) return wrong("the heading is date,reference,amount");
    if (number == 1 || line.empty()) continue;
    if (number > kMaxStatementLines) return wrong("too many lines");
    const auto fields = base::Split(line, ',');
    if (fields.size() != 3) return wrong("three fields");
    if (!IsDay(fields[0])) return wrong("a day is YYYY-MM-DD");
    if (fields[1].empty() || fields[1].size() > kMaxReference) return wrong("reference");
    const auto amount = Yuan(fields[2]);
    if (!amount || amount->fen() <= 0) return wrong("an amount is yuan with two decimals, above 0");
    if (!seen.insert(std::string(fields[1])).second) return wrong("a reference stands twice");
    credits.push_back({std::string(fields[0]), std::string(fields[1]), *amount});
  }
  if (number == 0) return Fail(ErrorCode::kUsage, "the statement is empty");
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
  return base::json::object{{"reconciled", all},
                            {"new", fresh},
                            {"matched", matched.Int(0, 0)},
                            {"matched_fen", matched.Int(0, 1)},
                            {"differs", std::move(differs)},
                            {"bank_only", std::move(bank_only)},
                            {"deposit_only", std::move(deposit_only)}};
}

}  // namespace lottery::settlement
