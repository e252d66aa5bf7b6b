#include "protocol/escrow.h"

#include <algorithm>
#include <set>

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

std::string Escrow::ToText() const {
  json::array holder_list, official_list;
  for (const auto& holder : holders) holder_list.push_back(json::string(holder));
  for (const auto& o : officials) {
    official_list.push_back(json::object{{"official", o.name},
                                         {"vrf_key", base::ToHex(o.vrf_key)},
                                         {"commitment", base::ToHex(o.commitment)}});
  }
  return base::ToPretty(json::object{{"format", "escrow/1"},
                                     {"threshold", 2},
                                     {"holders", std::move(holder_list)},
                                     {"officials", std::move(official_list)}});
}

int Escrow::NumberOf(std::string_view holder) const {
  const auto at = std::find(holders.begin(), holders.end(), holder);
  return at == holders.end() ? 0 : static_cast<int>(at - holders.begin()) + 1;
}

const Escrow::Official* Escrow::Find(std::string_view official) const {
  const auto at = std::find_if(officials.begin(), officials.end(),
                               [&](const auto& o) { return o.name == official; });
  return at == officials.end() ? nullptr : &*at;
}

Result<Escrow> ParseEscrow(std::string_view text) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(text));
  Escrow e;
  LOTTERY_TRY(const auto holders, base::GetArray(o, "holders"));
  for (const auto& holder : holders) {
    if (!holder.is_string()) return Fail(ErrorCode::kBadJson, "holders holds names");
    e.holders.emplace_back(holder.get_string());
  }
  LOTTERY_TRY(const auto officials, base::GetArray(o, "officials"));
  std::set<std::string> names(e.holders.begin(), e.holders.end());
  std::set<Bytes> keys;
  if (names.size() != kEscrowHolderCount || e.holders.size() != kEscrowHolderCount)
    return Fail(ErrorCode::kBadKey, "three different holders");
  for (const auto& item : officials) {
    if (!item.is_object()) return Fail(ErrorCode::kBadJson, "officials holds objects");
    Escrow::Official official;
    LOTTERY_TRY(official.name, base::GetString(item.get_object(), "official"));
    LOTTERY_TRY(const auto key, base::GetString(item.get_object(), "vrf_key"));
    LOTTERY_TRY(official.vrf_key, base::FromHex(key));
    LOTTERY_TRY(const auto commitment, base::GetString(item.get_object(), "commitment"));
    LOTTERY_TRY(official.commitment, base::FromHex(commitment));
    // A holder who is an official too would need one other share only.
    if (!names.insert(official.name).second || !keys.insert(official.vrf_key).second ||
        !crypto::IsValidPublicKey(official.vrf_key) ||
        !crypto::IsValidPublicKey(official.commitment))
      return Fail(ErrorCode::kBadKey, "escrow of " + official.name);
    e.officials.push_back(std::move(official));
  }
  if (e.ToText() != text)
    return Fail(ErrorCode::kBadJson, "members are missing, unknown or out of order");
  return e;
}

base::Status CheckEscrow(const Plan& plan, std::string_view text) {
  if (base::ToHex(crypto::Sha256(text).view()) != plan.escrow)
    return Fail(ErrorCode::kBadPlan, "not the plan's escrow");
  LOTTERY_TRY(const auto escrow, ParseEscrow(text));
  for (const auto& o : plan.officials) {
    const auto* held = escrow.Find(o.name);
    if (held == nullptr || held->vrf_key != o.vrf_key)
      return Fail(ErrorCode::kBadPlan, "no escrow of " + o.name);
  }
  return {};
}

}  // namespace lottery::protocol
