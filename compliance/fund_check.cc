#include "compliance/fund_check.h"

#include <algorithm>
#include <set>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;

base::Status CheckAllocation(const std::string& allocation_text, const std::string& weights_text,
                             const std::vector<base::Bytes>& approvers,
                             const std::vector<protocol::Statement>& statements) {
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(allocation_text, protocol::kTypeAllocation, approvers, 1));
  LOTTERY_TRY(const auto a, protocol::ParseAllocation(envelope.body));
  if (a.weights != crypto::Sha256(weights_text))
    return Fail(ErrorCode::kAllocationWrong, "weights file");
  if (std::set<std::string>(a.draws.begin(), a.draws.end()).size() != a.draws.size()) {
    return Fail(ErrorCode::kAllocationWrong, "a draw is named twice");
  }
  std::int64_t income = 0;
  for (const auto& name : a.draws) {
    const auto s = std::find_if(statements.begin(), statements.end(),
                                [&](const auto& x) { return x.draw.ToText() == name; });
    if (s == statements.end()) return Fail(ErrorCode::kAllocationWrong, name + " has no statement");
    income += s->fund.fen();
  }
  const std::int64_t central = income / 2;
  const std::int64_t special = central * 3 / 10, civil = central / 20, sport = central / 20;
  const bool split = a.fund.fen() == income && a.central.fen() == central &&
                     a.local.fen() == income - central && a.special.fen() == special &&
                     a.civil_affairs.fen() == civil && a.sport.fen() == sport &&
                     a.social_security.fen() == central - special - civil - sport;
  if (!split) return Fail(ErrorCode::kAllocationWrong, "the split of the income");
  LOTTERY_TRY(const auto file, base::ParseJsonObject(weights_text));
  LOTTERY_TRY(const auto programmes, base::GetArray(file, "programmes"));
  std::int64_t total_weight = 0, given = 0;
  for (const auto& p : programmes) {
    LOTTERY_TRY(const auto weight,
                base::GetInt(p.is_object() ? p.get_object() : base::json::object(), "weight"));
    total_weight += weight;
  }
  if (programmes.size() != a.lines.size() || total_weight <= 0)
    return Fail(ErrorCode::kAllocationWrong, "programmes");
  for (std::size_t i = 0; i < a.lines.size(); ++i) {
    LOTTERY_TRY(const auto code, base::GetString(programmes[i].get_object(), "programme"));
    LOTTERY_TRY(const auto weight, base::GetInt(programmes[i].get_object(), "weight"));
    const bool same = a.lines[i].programme == code && a.lines[i].weight == weight &&
                      a.lines[i].amount.fen() == civil * weight / total_weight;
    if (!same) return Fail(ErrorCode::kAllocationWrong, code);
    given += a.lines[i].amount.fen();
  }
  return a.remainder.fen() == civil - given ? base::Status()
                                            : Fail(ErrorCode::kAllocationWrong, "remainder");
}

}  // namespace lottery::compliance
