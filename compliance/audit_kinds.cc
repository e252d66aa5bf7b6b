#include "compliance/audit_kinds.h"

#include <algorithm>
#include <array>

#include "protocol/names.h"
#include "protocol/terminal_check.h"

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
namespace {

enum class Type {
  kText,   // one that is not empty
  kWhole,  // a whole number at or above 0
  kHash,   // of 32 octets: 64 digits of lower case hexadecimal
  kGame,   // a game there is
  kDraw,   // "ssq-2026097"
  kTrue,   // true, or absent
};

struct Member {
  std::string_view name;
  Type type;
};

struct Kind {
  std::string_view kind;
  std::string_view by;  // "a b": either; "terminal": a terminal's number behind a colon
  std::array<Member, 5> members = {};  // those without a name are none
};

constexpr std::array kGames = {protocol::kSsq, protocol::kD3, protocol::kQlc, protocol::kKl8};

using enum Type;
constexpr Member kOfGame{"game", kGame}, kNumber{"draw", kWhole}, kEnvelope{"envelope", kText},
    kOfDraw{"draw", kDraw}, kTerminal{"terminal", kWhole}, kReason{"reason", kText};

constexpr auto kKinds = std::to_array<Kind>({
    Kind{"enrol",
         "operator",
         {kTerminal, {"name", kText}, {"jurisdiction", kText}, {"public_key", kHash}}},
    Kind{"suspend", "operator", {kTerminal, kReason}},
    Kind{"resume", "operator", {kTerminal, kReason}},
    Kind{"credit", "settler settlement", {kTerminal, {"amount_fen", kWhole}, {"reference", kText}}},
    Kind{"plan", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"withdrawal", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"open", "operator", {kOfDraw}},
    Kind{"limit", "operator", {kOfDraw, {"jurisdiction", kText}, {"lines", kWhole}}},
    Kind{"close", "operator", {kOfDraw, {"size", kWhole}, {"root", kHash}}},
    Kind{"seal", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"deferral", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"fallback", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"cancellation", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"pulse", "operator", {kOfGame, kNumber, {"pulse", kText}}},
    Kind{"certificate", "operator", {kOfGame, kNumber, kEnvelope}},
    Kind{"retire", "operator", {kOfDraw, {"official", kText}, {"vrf_key", kHash}}},
    Kind{"statement", "settler", {kOfGame, kNumber, kEnvelope}},
    Kind{"paying", "settler", {kOfGame, kNumber, kEnvelope}},
    Kind{"refund", "settler", {kOfGame, kNumber, kEnvelope}},
    Kind{"expired", "settler", {kOfGame, kNumber, kEnvelope}},
    Kind{"allocation", "settler", {{{"period", kText}, {"sha256", kHash}}}},
    Kind{"reinstatement", "settler", {{{"claim", kHash}, kEnvelope}}},
    Kind{"correction", "settler", {{{"corrects", kText}, kReason, {"sha256", kHash}}}},
    Kind{"claim",
         "terminal",
         {{{"sequence", kWhole},
           {"message", kHash},
           {"origin", kText},
           {"index", kWhole},
           {"exchange", kTrue}}}},
    Kind{"payment", "payer", {{{"payment", kText}}}},
    Kind{"skip", "terminal", {{{"sequence", kWhole}, {"message", kHash}}}},
    Kind{"clone_alarm", "central", {kTerminal, {"sequence", kWhole}}},
});

bool MayWrite(std::string_view allowed, const std::string& by) {
  if (allowed == "terminal") {
    constexpr std::string_view kFront = "terminal:";
    if (!by.starts_with(kFront)) return false;
    const auto number = base::ParseDecimal(std::string_view(by).substr(kFront.size()));
    return number && *number >= 1 && *number <= protocol::kMostTerminal;
  }
  const auto words = base::Split(allowed, ' ');
  return std::find(words.begin(), words.end(), by) != words.end();
}

bool Holds(Type type, const base::json::value& value) {
  const bool text = value.is_string() && !value.get_string().empty();
  switch (type) {
    case kText:
      return text;
    case kWhole:
      return value.is_int64() && value.get_int64() >= 0;
    case kHash:
      return text && base::DigestFromHex(std::string_view(value.get_string())).has_value();
    case kGame:
      return text && std::find(kGames.begin(), kGames.end(), value.get_string()) != kGames.end();
    case kDraw:
      return text && protocol::ParseDrawId(std::string(value.get_string())).has_value();
    case kTrue:
      return value.is_bool() && value.get_bool();
  }
  return false;
}

}  // namespace

base::Status CheckAuditKind(const std::string& kind, const std::string& by,
                            const base::json::object& body) {
  // What people write into the log changes nothing, and says what they like.
  if (kind == "note")
    return by == "operator" || by == "settler" ? base::Status()
                                               : Fail(ErrorCode::kNotPermitted, "note by " + by);
  const auto row =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.kind == kind; });
  if (row == kKinds.end()) return Fail(ErrorCode::kEntryInvalid, "a leaf of kind \"" + kind + "\"");
  if (!MayWrite(row->by, by)) return Fail(ErrorCode::kNotPermitted, kind + " by " + by);
  std::size_t found = 0;
  for (const auto& member : row->members) {
    if (member.name.empty()) continue;
    const auto* value = body.if_contains(member.name);
    if (value == nullptr && member.type == kTrue) continue;
    if (value == nullptr || !Holds(member.type, *value))
      return Fail(ErrorCode::kEntryInvalid, kind + ": " + std::string(member.name));
    ++found;
  }
  if (const auto* game = body.if_contains("game"); game != nullptr) {
    const auto number = std::to_string(body.at("draw").get_int64());
    LOTTERY_TRY_VOID(
        protocol::ParseDrawId(std::string(game->get_string()) + "-" + number).map([](const auto&) {
        }));
  }
  if (found != body.size())
    return Fail(ErrorCode::kEntryInvalid, kind + ": it has a member that is not in the table");
  return {};
}

}  // namespace lottery::compliance
