#include "compliance/fund_check.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <set>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using base::Result;
using Wide = boost::multiprecision::int128_t;

namespace {

constexpr std::int64_t kMost = 1'000'000;  // of a weight, a need and a tilt

// A county's need in thousandths, tilted by the largest of its groups.
Result<std::int64_t> TiltedNeed(const base::json::object& county, const base::json::array& tilts) {
  LOTTERY_TRY(const auto need, base::GetInt(county, "need"));
  LOTTERY_TRY(const auto groups, base::GetArray(county, "groups"));
  std::int64_t tilt = 1000;
  for (const auto& row : tilts) {
    const auto object = row.is_object() ? row.get_object() : base::json::object();
    LOTTERY_TRY(const auto group, base::GetString(object, "group"));
    LOTTERY_TRY(const auto permille, base::GetInt(object, "permille"));
    if (std::find(groups.begin(), groups.end(), base::json::value(group)) != groups.end())
      tilt = std::max(tilt, permille);
  }
  if (need <= 0 || need > kMost || tilt > kMost)
    return Fail(ErrorCode::kAllocationWrong, "need or tilt");
  return need * tilt;
}

// Every share by the published formula, in whole numbers; returns what all of them give.
Result<std::int64_t> CheckShares(const protocol::Allocation& a, std::int64_t pot,
                                 const std::string& rules_text) {
  LOTTERY_TRY(const auto file, base::ParseJsonObject(rules_text));
  LOTTERY_TRY(const auto programmes, base::GetArray(file, "programmes"));
  LOTTERY_TRY(const auto counties, base::GetArray(file, "counties"));
  LOTTERY_TRY(const auto tilts, base::GetArray(file, "tilts"));
  std::vector<std::pair<std::string, std::int64_t>> parts, needs;
  std::int64_t all_weight = 0, all_need = 0;
  for (const auto& p : programmes) {
    const auto object = p.is_object() ? p.get_object() : base::json::object();
    LOTTERY_TRY(const auto code, base::GetString(object, "programme"));
    LOTTERY_TRY(const auto weight, base::GetInt(object, "weight"));
    if (weight <= 0 || weight > kMost) return Fail(ErrorCode::kAllocationWrong, code);
    parts.emplace_back(code, weight);
    all_weight += weight;
  }
  for (const auto& c : counties) {
    const auto object = c.is_object() ? c.get_object() : base::json::object();
    LOTTERY_TRY(const auto code, base::GetString(object, "county"));
    LOTTERY_TRY(const auto need, TiltedNeed(object, tilts));
    needs.emplace_back(code, need);
    all_need += need;
  }
  if (a.lines.size() != parts.size() * needs.size() || all_weight <= 0 || all_need <= 0)
    return Fail(ErrorCode::kAllocationWrong, "shares");
  std::int64_t given = 0;
  auto line = a.lines.begin();
  for (const auto& [programme, weight] : parts) {
    const Wide share = Wide(pot) * weight / all_weight;
    for (const auto& [county, need] : needs) {
      const Wide due = share * need / all_need;
      if (line->programme != programme || line->county != county || Wide(line->amount.fen()) != due)
        return Fail(ErrorCode::kAllocationWrong, programme + " " + county);
      given += (line++)->amount.fen();
    }
  }
  return given;
}

}  // namespace

Result<crypto::Envelope> CheckAllocation(const std::string& allocation_text,
                                         const std::string& rules_text,
                                         const std::vector<base::Bytes>& approvers,
                                         const std::vector<protocol::Statement>& statements,
                                         std::int64_t& carried) {
  LOTTERY_TRY(const auto envelope,
              protocol::OpenSigned(allocation_text, protocol::kTypeAllocation, approvers, 2));
  LOTTERY_TRY(const auto a, protocol::ParseAllocation(envelope.body));
  if (a.rules != crypto::Sha256(rules_text)) return Fail(ErrorCode::kAllocationWrong, "rules file");
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
  if (a.carried.fen() != carried) return Fail(ErrorCode::kAllocationWrong, "carried_fen");
  LOTTERY_TRY(const auto given, CheckShares(a, civil + carried, rules_text));
  if (a.remainder.fen() != civil + carried - given)
    return Fail(ErrorCode::kAllocationWrong, "remainder");
  carried = a.remainder.fen();
  return envelope;
}

}  // namespace lottery::compliance
