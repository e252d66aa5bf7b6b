#include "protocol/withdrawal.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

std::string Withdrawal::ToBody() const {
  return base::ToPretty(json::object{{"format", "withdrawal/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"plan", HexOf(plan)},
                                     {"reason", reason},
                                     {"at", base::ToIso(at)}});
}

Result<Withdrawal> ParseWithdrawal(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Withdrawal w;
  LOTTERY_TRY(w.draw, GetDraw(o));
  LOTTERY_TRY(w.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(w.reason, base::GetSaid(o, "reason"));
  LOTTERY_TRY(w.at, base::GetTime(o, "at"));
  return Canonical(std::move(w), body);
}

Result<Withdrawal> OpenWithdrawal(std::string_view text, std::string_view plan_text,
                                  const Trust& trust) {
  LOTTERY_TRY(const auto plan, crypto::ParseEnvelope(plan_text, kTypePlan));
  std::vector<Bytes> signers;
  for (const auto& key : trust.KeysFor("official")) {
    if (plan.SignedBy(key)) signers.push_back(key);
  }
  LOTTERY_TRY(const auto envelope, OpenSigned(text, kTypeWithdrawal, signers, 2));
  LOTTERY_TRY(auto withdrawal, ParseWithdrawal(envelope.body));
  if (withdrawal.plan != BodyHash(plan))
    return Fail(ErrorCode::kBadPlan,
                withdrawal.draw.ToText() + ": the withdrawal is of another plan");
  return withdrawal;
}

}  // namespace lottery::protocol
