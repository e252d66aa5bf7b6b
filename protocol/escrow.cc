#include "protocol/escrow.h"

#include <algorithm>
#include <set>

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

std::string Escrow::ToBody() const {
  json::array official_list;
  for (const auto& o : officials) {
    official_list.push_back(json::object{{"official", o.name},
                                         {"vrf_key", base::ToHex(o.vrf_key)},
                                         {"commitment", base::ToHex(o.commitment)}});
  }
  return base::ToPretty(json::object{{"format", "escrow/1"},
                                     {"threshold", 2},
                                     {"holders", Strings(holders)},
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
  LOTTERY_TRY(e.holders, GetStrings(o, "holders"));
  std::set<std::string> names(e.holders.begin(), e.holders.end());
  std::set<Bytes> keys;
  if (names.size() != kEscrowHolderCount || e.holders.size() != kEscrowHolderCount)
    return Fail(ErrorCode::kBadKey, "three different holders");
  LOTTERY_TRY_VOID(ForObjects(o, "officials", [&](const json::object& item) -> base::Status {
    Escrow::Official official;
    LOTTERY_TRY(official.name, base::GetString(item, "official"));
    LOTTERY_TRY(official.vrf_key, GetHex(item, "vrf_key"));
    LOTTERY_TRY(official.commitment, GetHex(item, "commitment"));
    // A holder who is an official too would need one other share only.
    if (!names.insert(official.name).second || !keys.insert(official.vrf_key).second ||
        !crypto::IsValidPublicKey(official.vrf_key) ||
        !crypto::IsValidPublicKey(official.commitment))
      return Fail(ErrorCode::kBadKey, "escrow of " + official.name);
    e.officials.push_back(std::move(official));
    return {};
  }));
  return Canonical(std::move(e), text);
}

base::Status CheckEscrow(const Plan& plan, const Trust& trust, std::string_view text) {
  if (HexOf(crypto::Sha256(text)) != plan.escrow)
    return Fail(ErrorCode::kBadPlan, "not the plan's escrow");
  LOTTERY_TRY(const auto escrow, ParseEscrow(text));
  for (const auto& holder : escrow.holders) {
    if (std::none_of(trust.keys.begin(), trust.keys.end(), [&](const auto& key) {
          return key.purpose == "escrow-holder" && key.name == holder;
        }))
      return Fail(ErrorCode::kBadPlan, holder + " is not a registered holder");
  }
  for (const auto& o : plan.officials) {
    const auto* held = escrow.Find(o.name);
    if (held == nullptr || held->vrf_key != o.vrf_key)
      return Fail(ErrorCode::kBadPlan, "no escrow of " + o.name);
  }
  return {};
}

std::string KeyOpening::ToBody() const {
  return base::ToPretty(json::object{{"format", "key-opening/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"plan", HexOf(plan)},
                                     {"official", official},
                                     {"reason", reason},
                                     {"at", base::ToIso(at)}});
}

Result<KeyOpening> ParseKeyOpening(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  KeyOpening k;
  LOTTERY_TRY(k.draw, GetDraw(o));
  LOTTERY_TRY(k.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(k.official, base::GetString(o, "official"));
  LOTTERY_TRY(k.reason, base::GetSaid(o, "reason"));
  LOTTERY_TRY(k.at, base::GetTime(o, "at"));
  return Canonical(std::move(k), body);
}

Result<std::vector<std::string>> CheckOpenings(const DrawCertificate& certificate, const Plan& plan,
                                               const Trust& trust) {
  std::vector<std::string> opened;
  for (const auto& c : certificate.contributions) {
    if (c.opening.empty()) continue;
    const auto envelope = OpenSigned(c.opening, kTypeKeyOpening, trust.KeysFor("escrow-holder"), 2);
    const auto opening = envelope ? ParseKeyOpening(envelope->body)
                                  : Result<KeyOpening>(Fail(ErrorCode::kBadContribution));
    const bool known = opening && !plan.escrow.empty() && opening->draw == certificate.draw &&
                       opening->plan == certificate.plan && opening->official == c.official;
    if (!known) return Fail(ErrorCode::kBadContribution, "opening of the key of " + c.official);
    opened.push_back(c.official);
  }
  return opened;
}

}  // namespace lottery::protocol
