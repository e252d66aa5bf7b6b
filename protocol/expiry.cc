#include "protocol/expiry.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

std::string Expiry::ToBody() const {
  return base::ToPretty(json::object{{"format", "expiry/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"statement", HexOf(statement)},
                                     {"payments", payments},
                                     {"paid_fen", paid.fen()},
                                     {"forfeited_fen", forfeited.fen()},
                                     {"at", base::ToIso(at)}});
}

Result<Expiry> ParseExpiry(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Expiry e;
  LOTTERY_TRY(e.draw, GetDraw(o));
  LOTTERY_TRY(e.statement, base::GetDigest(o, "statement"));
  LOTTERY_TRY(e.payments, base::GetIntIn(o, "payments", 0, INT64_MAX));
  LOTTERY_TRY(e.paid, base::GetMoney(o, "paid_fen"));
  LOTTERY_TRY(e.forfeited, base::GetMoney(o, "forfeited_fen"));
  LOTTERY_TRY(e.at, base::GetTime(o, "at"));
  return Canonical(std::move(e), body);
}

Result<Expiry> OpenExpiry(std::string_view text, const DrawId& draw, const Unclaimed& unclaimed,
                          UtcTime now, const std::vector<Bytes>& settlement_keys) {
  LOTTERY_TRY(const auto envelope, OpenSigned(text, kTypeExpiry, settlement_keys, 1));
  LOTTERY_TRY(auto e, ParseExpiry(envelope.body));
  if (now.ms <= unclaimed.claim_until.ms + kLastClaimsMs)
    return Fail(ErrorCode::kIllegalTransition, draw.ToText() + ": the claim period is not over");
  LOTTERY_TRY(const Money left, unclaimed.prizes.Sub(unclaimed.paid));
  if (e.draw != draw || e.statement != unclaimed.statement || e.payments != unclaimed.payments ||
      e.paid != unclaimed.paid || e.forfeited != left)
    return Fail(ErrorCode::kFenMoved, draw.ToText() + ": forfeited are " +
                                          std::to_string(left.fen()) + " fen, of " +
                                          std::to_string(unclaimed.payments) + " payments");
  return e;
}

}  // namespace lottery::protocol
