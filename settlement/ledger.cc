#include "settlement/ledger.h"

#include <algorithm>

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;

Status Postings::Check() const {
  Money sum;
  for (const auto& [account, fen] : lines_) {
    LOTTERY_TRY(sum, sum.Add(Money::FromFen(fen)));
  }
  if (sum.fen() != 0)
    return Fail(ErrorCode::kUnbalanced, "postings sum to " + std::to_string(sum.fen()) + " fen");
  return {};
}

std::string Postings::AccountsText() const {
  std::string text = "{";
  for (const auto& [account, fen] : lines_) {
    LOTTERY_CHECK(account.find_first_of("\"\\{},") == std::string::npos);
    text += (text.size() > 1 ? ",\"" : "\"") + account + "\"";
  }
  return text + "}";
}

std::string Postings::AmountsText() const {
  std::string text = "{";
  for (const auto& [account, fen] : lines_)
    text += (text.size() > 1 ? "," : "") + std::to_string(fen);
  return text + "}";
}

Status Postings::Post(base::pg::Session& session, const std::string& kind, const std::string& ref,
                      std::int64_t at_ms) const {
  LOTTERY_TRY_VOID(Check());
  if (std::all_of(lines_.begin(), lines_.end(), [](const auto& line) { return line.second == 0; }))
    return {};
  return session
      .Exec("SELECT ledger.post($1, $2, $3, $4::text[], $5::bigint[])",
            {kind, ref, at_ms, AccountsText(), AmountsText()})
      .map([](const auto&) {});
}

Result<Money> BalanceOf(base::pg::Session& session, const std::string& account) {
  LOTTERY_TRY(
      const auto rows,
      session.Exec("SELECT COALESCE((SELECT fen FROM ledger.balance WHERE account = $1), 0)",
                   {account}));
  return Money::FromFen(rows.Int(0, 0));
}

}  // namespace lottery::settlement
