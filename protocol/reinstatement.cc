#include "protocol/reinstatement.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;

std::string Reinstatement::ToBody() const {
  return base::ToPretty(json::object{{"format", "reinstatement/1"},
                                     {"claim", base::ToHex(claim.view())},
                                     {"reason", reason},
                                     {"at", base::ToIso(at)}});
}

Result<Reinstatement> ParseReinstatement(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Reinstatement r;
  LOTTERY_TRY(r.claim, base::GetDigest(o, "claim"));
  LOTTERY_TRY(r.reason, base::GetSaid(o, "reason"));
  LOTTERY_TRY(r.at, base::GetTime(o, "at"));
  return Canonical(std::move(r), body);
}

}  // namespace lottery::protocol
