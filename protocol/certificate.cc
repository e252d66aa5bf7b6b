// The draw certificate: what was drawn and what it follows from.
#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
using base::ToHex;

json::object ToJson(const Contribution& c) {
  json::object out{{"official", c.official}, {"proof", ToHex(c.proof)}};
  if (!c.opening.empty()) out["opening"] = c.opening;
  return out;
}

Result<Contribution> ParseContribution(const json::object& o) {
  Contribution c;
  LOTTERY_TRY(c.official, base::GetString(o, "official"));
  LOTTERY_TRY(c.proof, GetHex(o, "proof"));
  if (o.contains("opening")) {
    LOTTERY_TRY(c.opening, base::GetString(o, "opening"));
  }
  return c;
}

// A ball machine's certificate has the officials' entries where another has beacon and proofs.
std::string DrawCertificate::ToBody() const {
  json::array list;
  for (const auto& c : contributions) list.push_back(protocol::ToJson(c));
  json::object out{{"format", attendance.empty() ? "draw-certificate/1" : "draw-certificate/2"},
                   {"game", draw.game},
                   {"draw", draw.number},
                   {"method", method},
                   {"plan", HexOf(plan)},
                   {"seal", HexOf(seal)}};
  if (method == "ball_machine") {
    out["entries"] = Strings(entries);
    if (!attendance.empty()) out["attendance"] = attendance;
  } else {
    out["round"] = round;
    out["beacon"] = HexOf(beacon);
    out["alpha"] = ToHex(alpha);
    out["contributions"] = std::move(list);
    out["seed"] = ToHex(seed);
  }
  PutNumbers(out, draw, numbers, extra);
  out["at"] = base::ToIso(at);
  return base::ToPretty(out);
}

namespace {
base::Status ReadProofs(const json::object& o, DrawCertificate& c) {
  if (c.method != "vrf") return Fail(ErrorCode::kBadJson, "method");
  LOTTERY_TRY(c.round, base::GetString(o, "round"));
  LOTTERY_TRY(c.beacon, base::GetDigest(o, "beacon"));
  LOTTERY_TRY(c.alpha, GetHex(o, "alpha"));
  LOTTERY_TRY_VOID(ForObjects(o, "contributions", [&](const json::object& item) -> base::Status {
    LOTTERY_TRY(auto contribution, ParseContribution(item));
    c.contributions.push_back(std::move(contribution));
    return {};
  }));
  LOTTERY_TRY(c.seed, GetHex(o, "seed"));
  return {};
}

}  // namespace

Result<DrawCertificate> ParseDrawCertificate(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  DrawCertificate c;
  LOTTERY_TRY(c.draw, GetDraw(o));
  LOTTERY_TRY(c.method, base::GetString(o, "method"));
  LOTTERY_TRY(c.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(c.seal, base::GetDigest(o, "seal"));
  if (c.method == "ball_machine") {
    LOTTERY_TRY(c.entries, GetStrings(o, "entries"));
    if (o.contains("attendance")) {
      LOTTERY_TRY(c.attendance, base::GetString(o, "attendance"));
    }
  } else {
    LOTTERY_TRY_VOID(ReadProofs(o, c));
  }
  LOTTERY_TRY_VOID(GetNumbers(o, c.draw, c.numbers, c.extra));
  LOTTERY_TRY(c.at, base::GetTime(o, "at"));
  return Canonical(std::move(c), body);
}

base::Status CheckCertifiedAt(const DrawCertificate& certificate, UtcTime first_known,
                              UtcTime logged) {
  if (certificate.at >= first_known && certificate.at.ms <= logged.ms + kClockToleranceMs)
    return {};
  return Fail(ErrorCode::kBadDrawCertificate, "certified at " + base::ToIso(certificate.at));
}

Bytes DrawAlpha(const Digest& plan, const Digest& seal, std::string_view round,
                base::ByteView beacon_value) {
  return crypto::TaggedHash512("lottery-alpha/1", {plan.view(), seal.view(), round, beacon_value});
}

}  // namespace lottery::protocol
