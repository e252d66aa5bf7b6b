// A correction from the paper two approvers signed to the postings it makes.
#include "base/pg/inbox.h"
#include "protocol/document_json.h"
#include "settlement/books.h"

namespace lottery::settlement {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace {

constexpr std::size_t kMostLines = 10'000;
constexpr int kAuditTimeoutMs = 60'000;

bool IsAccount(const std::string& name) {
  return !name.empty() && name.find_first_of("\"\\{},= ") == std::string::npos;
}

}  // namespace

Result<std::pair<std::string, Money>> ParseLine(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals != std::string::npos) {
    const bool below = text.substr(equals + 1).starts_with('-');
    const auto fen = base::ParseDecimal(text.substr(equals + (below ? 2 : 1)));
    const std::string account = text.substr(0, equals);
    if (fen && IsAccount(account)) {
      const auto amount = static_cast<std::int64_t>(*fen);
      return std::pair{account, Money::FromFen(below ? -amount : amount)};
    }
  }
  return Fail(ErrorCode::kUsage, "a line is account=fen: " + text);
}

std::string Correction::ToBody() const {
  json::array list;
  for (const auto& [account, amount] : lines)
    list.push_back(json::object{{"account", account}, {"amount_fen", amount.fen()}});
  return base::ToPretty(json::object{{"format", "correction/1"},
                                     {"corrects", corrects},
                                     {"reason", reason},
                                     {"lines", std::move(list)},
                                     {"at", base::ToIso(at)}});
}

Result<Correction> ParseCorrection(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Correction c;
  LOTTERY_TRY(c.corrects, base::GetString(o, "corrects"));
  LOTTERY_TRY(c.reason, base::GetSaid(o, "reason"));
  LOTTERY_TRY(c.at, base::GetTime(o, "at"));
  if (c.corrects.empty()) return Fail(ErrorCode::kBadJson, "it names a transaction");
  Money sum;
  LOTTERY_TRY_VOID(protocol::ForObjects(o, "lines", [&](const json::object& item) -> Status {
    LOTTERY_TRY(auto account, base::GetString(item, "account"));
    LOTTERY_TRY(const auto amount, base::GetMoney(item, "amount_fen"));
    if (!IsAccount(account) || amount == Money() || c.lines.size() == kMostLines)
      return Fail(ErrorCode::kBadJson, "line of " + account);
    LOTTERY_TRY(sum, sum.Add(amount));
    c.lines.emplace_back(std::move(account), amount);
    return {};
  }));
  if (sum != Money() || c.lines.size() == 1)
    return Fail(ErrorCode::kUnbalanced, "the lines sum to " + sum.ToYuanText() + " yuan");
  return protocol::Canonical(std::move(c), body);
}

Result<json::object> Correct(Session& session, const protocol::Trust& trust,
                             const std::string& envelope_text, std::int64_t at_ms) {
  LOTTERY_TRY(const auto envelope, protocol::OpenSigned(envelope_text, protocol::kTypeCorrection,
                                                        trust.KeysFor("approver"), 2));
  LOTTERY_TRY(const auto c, ParseCorrection(envelope.body));
  Postings postings;
  for (const auto& [account, amount] : c.lines) postings.Debit(account, amount);
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  LOTTERY_TRY(const auto said,
              session.Exec("SELECT ledger.correct($1, $2, $3, $4::text[], $5::bigint[])",
                           {c.corrects, envelope_text, at_ms, postings.AccountsText(),
                            postings.AmountsText()}));
  const auto answer = said.Text(0, 0);
  const auto refused = [&](ErrorCode code, const char* why) {
    return Fail(code, c.corrects + ": " + why);
  };
  if (answer == "unknown") return refused(ErrorCode::kNotCorrectable, "no such transaction");
  if (answer == "stands")
    return refused(ErrorCode::kNotCorrectable, "only a commission or an allocation is");
  if (answer == "heading")
    return refused(ErrorCode::kNotCorrectable,
                   "lines move fee, commission and fund only, of accounts there are");
  if (answer == "empty")
    return refused(ErrorCode::kNotCorrectable, "an allocation is moved by lines, not taken back");
  if (answer == "otherwise")
    return refused(ErrorCode::kAlreadyExists, "corrected by another paper");
  if (answer == "corrected") {
    // Its audit leaf is handed in by the same transaction, so it is there once.
    LOTTERY_TRY(
        const auto handed,
        base::pg::HandInRow(session, "correction",
                            {{"corrects", c.corrects},
                             {"reason", c.reason},
                             {"sha256", base::ToHex(protocol::BodyHash(envelope).view())}}));
    LOTTERY_TRY_VOID(transaction.Finish());
    LOTTERY_TRY_VOID(
        base::pg::WaitForAnswer(session, handed, kAuditTimeoutMs).map([](const auto&) {}));
  }
  return json::object{{"corrected", c.corrects},
                      {"reversal", "reversal:" + c.corrects},
                      {"correction", c.lines.empty() ? "" : "correction:" + c.corrects},
                      {"again", answer == "before"}};
}

}  // namespace lottery::settlement
