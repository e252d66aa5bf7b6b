#include "protocol/consent.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;

std::string Lifting::ToBody() const {
  return base::ToPretty(json::object{{"format", "lifting/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"stage", stage},
                                     {"size", static_cast<std::int64_t>(size)},
                                     {"root", HexOf(root)},
                                     {"statement", HexOf(statement)},
                                     {"reason", reason},
                                     {"at", base::ToIso(at)}});
}

Result<Lifting> ParseLifting(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Lifting l;
  LOTTERY_TRY(l.draw, GetDraw(o));
  LOTTERY_TRY(l.stage, base::GetString(o, "stage"));
  LOTTERY_TRY(l.size, GetCount(o, "size"));
  if (l.stage != "sales" && l.stage != "prizes") return Fail(ErrorCode::kBadJson, "stage");
  LOTTERY_TRY(l.root, base::GetDigest(o, "root"));
  LOTTERY_TRY(l.statement, base::GetDigest(o, "statement"));
  LOTTERY_TRY(l.reason, base::GetSaid(o, "reason"));
  LOTTERY_TRY(l.at, base::GetTime(o, "at"));
  return Canonical(std::move(l), body);
}

Result<Consent> OpenConsent(std::string_view text, const Trust& trust) {
  if (crypto::ParseEnvelope(text, kTypeLifting)) {
    LOTTERY_TRY(const auto envelope, OpenSigned(text, kTypeLifting, trust.KeysFor("official"), 2));
    LOTTERY_TRY(const auto l, ParseLifting(envelope.body));
    if (l.stage != "sales")
      return Fail(ErrorCode::kNotAgreed, "of prizes only the control's own word counts");
    return Consent{l.draw,       l.stage, l.size, l.root, l.statement, BodyHash(envelope),
                   std::nullopt, l.reason};
  }
  LOTTERY_TRY(const auto envelope, OpenSigned(text, kTypeAgreement, trust.KeysFor("control"), 1));
  LOTTERY_TRY(auto a, ParseAgreement(envelope.body));
  return Consent{a.draw,       a.stage, a.size, a.root, a.statement, BodyHash(envelope),
                 std::move(a), ""};
}

}  // namespace lottery::protocol
