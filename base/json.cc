#include "base/json.h"

#include "base/file.h"
#include "base/json_check.h"
#include "base/text.h"

namespace lottery::base {
namespace {

tl::unexpected<Error> Missing(std::string_view key, std::string_view what) {
  return Fail(ErrorCode::kBadJson,
              "member \"" + std::string(key) + "\" is missing or not " + std::string(what));
}

void Pretty(const json::value& value, std::string indent, std::string& out) {
  const std::string deeper = indent + "  ";
  if (value.is_object() && !value.get_object().empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& [key, member] : value.get_object()) {
      if (!std::exchange(first, false)) out += ",\n";
      out += deeper + json::serialize(key) + ": ";
      Pretty(member, deeper, out);
    }
    out += "\n" + indent + "}";
  } else if (value.is_array() && !value.get_array().empty() &&
             (value.get_array()[0].is_object() || value.get_array()[0].is_array())) {
    out += "[\n";
    bool first = true;
    for (const auto& element : value.get_array()) {
      if (!std::exchange(first, false)) out += ",\n";
      out += deeper;
      Pretty(element, deeper, out);
    }
    out += "\n" + indent + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

Result<json::value> ParseJson(std::string_view text) {
  LOTTERY_TRY_VOID(CheckJson(text));
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error) return Fail(ErrorCode::kBadJson, error.message());
  return value;
}

Result<json::object> ParseJsonObject(std::string_view text) {
  LOTTERY_TRY(auto value, ParseJson(text));
  if (!value.is_object()) return Fail(ErrorCode::kBadJson, "not an object");
  return std::move(value.get_object());
}

Result<json::object> ReadJsonFile(const std::string& path) {
  LOTTERY_TRY(const auto octets, ReadFile(path));
  const auto text = CleanFileText(octets);
  auto object =
      text ? ParseJsonObject(*text) : Result<json::object>(tl::unexpected<Error>(text.error()));
  if (!object) object.error().file = path;
  return object;
}

std::string ToLine(const json::value& value) { return json::serialize(value); }

std::string ToPretty(const json::value& value) {
  std::string out;
  Pretty(value, "", out);
  return out + "\n";
}

Result<std::string> GetString(const json::object& object, std::string_view key) {
  const auto* member = object.if_contains(key);
  if (member == nullptr || !member->is_string()) return Missing(key, "a string");
  return std::string(member->get_string());
}

Result<std::string> GetSaid(const json::object& object, std::string_view key) {
  LOTTERY_TRY(auto text, GetString(object, key));
  const auto said = CheckSaid(key, text);
  if (said) return text;
  return Fail(ErrorCode::kBadJson, said.error().detail);
}

Result<std::int64_t> GetInt(const json::object& object, std::string_view key) {
  const auto* member = object.if_contains(key);
  if (member != nullptr && member->is_int64()) return member->get_int64();
  return Missing(key, "an integer");
}

Result<std::int64_t> GetIntIn(const json::object& object, std::string_view key, std::int64_t least,
                              std::int64_t most) {
  const auto* member = object.if_contains(key);
  const bool fits = member != nullptr && member->is_int64() && member->get_int64() >= least &&
                    member->get_int64() <= most;
  if (fits) return member->get_int64();
  return Fail(ErrorCode::kBadJson, "member \"" + std::string(key) + "\" is not an integer from " +
                                       std::to_string(least) + " to " + std::to_string(most));
}

Result<bool> GetBool(const json::object& object, std::string_view key) {
  const auto* member = object.if_contains(key);
  if (member == nullptr || !member->is_bool()) return Missing(key, "true or false");
  return member->get_bool();
}

Result<json::object> GetObject(const json::object& object, std::string_view key) {
  const auto* member = object.if_contains(key);
  if (member == nullptr || !member->is_object()) return Missing(key, "an object");
  return member->get_object();
}

Result<json::array> GetArray(const json::object& object, std::string_view key) {
  const auto* member = object.if_contains(key);
  if (member == nullptr || !member->is_array()) return Missing(key, "an array");
  return member->get_array();
}

Result<Money> GetMoney(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto fen, GetInt(object, key));
  return Money::FromFen(fen);
}

namespace {
template <typename Value>
Result<Value> Named(std::string_view key, Result<Value> value) {
  if (!value) value.error().detail = std::string(key) + ": " + value.error().detail;
  return value;
}
}  // namespace

Result<Digest> GetDigest(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto text, GetString(object, key));
  return Named(key, DigestFromHex(text));
}

Result<Bytes> GetBase64(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto text, GetString(object, key));
  return Named(key, FromBase64(text));
}

Result<UtcTime> GetTime(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto text, GetString(object, key));
  return Named(key, FromIso(text));
}

json::object ToJson(const Error& error) {
  json::object out{
      {"code", NameOf(error.code)}, {"zh", SentenceZh(error.code)}, {"en", SentenceEn(error.code)}};
  if (!error.detail.empty()) out["detail"] = error.detail;
  if (!error.file.empty()) out["file"] = error.file;
  if (error.position != 0) out["position"] = error.position;
  return out;
}

}  // namespace lottery::base
