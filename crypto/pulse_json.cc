// Pulses as JSON: exactly what a beacon publishes is read.
#include <algorithm>
#include <limits>

#include "crypto/pulse.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace json = base::json;
namespace {

constexpr const char* kListTypes[5] = {"previous", "hour", "day", "month", "year"};

constexpr std::size_t kValueOctets = 64;
constexpr std::size_t kLeastSignature = 256, kMostSignature = 2048;  // RSA of 2048 to 16384 bits
constexpr std::size_t kMostText = 1000;
constexpr std::int64_t kMostU32 = 0xffff'ffff;
constexpr std::int64_t kMostIndex = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kLastStatus = kStatusGap;

tl::unexpected<base::Error> Refuse(std::string_view key, const std::string& what) {
  return Fail(ErrorCode::kBadPulse, "member \"" + std::string(key) + "\" " + what);
}

Result<std::string> GetText(const json::object& object, std::string_view key) {
  LOTTERY_TRY(auto text, base::GetString(object, key));
  if (text.empty() || text.size() > kMostText)
    return Refuse(key, "is not a text of 1 to " + std::to_string(kMostText) + " octets");
  return text;
}

Result<std::uint32_t> GetU32(const json::object& object, std::string_view key, std::int64_t least,
                             std::int64_t most) {
  LOTTERY_TRY(const auto value, base::GetIntIn(object, key, least, std::min(most, kMostU32)));
  return static_cast<std::uint32_t>(value);
}

Result<std::uint64_t> GetIndex(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto value, base::GetIntIn(object, key, 0, kMostIndex));
  return static_cast<std::uint64_t>(value);
}

Result<Bytes> GetOctets(const json::object& object, std::string_view key, std::size_t least,
                        std::size_t most) {
  LOTTERY_TRY(const auto text, base::GetString(object, key));
  auto octets = base::FromHexAnyCase(text);
  if (!octets || octets->size() < least || octets->size() > most)
    return Refuse(
        key, "is not " + std::to_string(least) + " to " + std::to_string(most) + " octets in hex");
  return octets;
}
Result<Bytes> GetValue(const json::object& object, std::string_view key) {
  return GetOctets(object, key, kValueOctets, kValueOctets);
}

// None but these; that none is missing is for those who read them.
Status NoneBut(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& member : object) {
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
      return Refuse(member.key(), "is unknown");
  }
  return {};
}

Status ReadExternal(const json::object& o, Pulse& p) {
  LOTTERY_TRY_VOID(NoneBut(o, {"sourceId", "statusCode", "value"}));
  LOTTERY_TRY(p.external_source_id, GetValue(o, "sourceId"));
  LOTTERY_TRY(p.external_status, GetU32(o, "statusCode", 0, kMostU32));
  LOTTERY_TRY(p.external_value, GetValue(o, "value"));
  return {};
}

Status ReadList(const json::array& list, Pulse& p) {
  if (list.size() != p.list.size()) return Refuse("listValues", "has not five elements");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) return Refuse("listValues", "holds what is no object");
    const auto& o = list[i].get_object();
    LOTTERY_TRY_VOID(NoneBut(o, {"uri", "type", "value"}));
    LOTTERY_TRY(p.list[i].uri, GetText(o, "uri"));
    LOTTERY_TRY(p.list[i].type, GetText(o, "type"));
    LOTTERY_TRY(p.list[i].value, GetValue(o, "value"));
    if (p.list[i].type != kListTypes[i]) return Refuse("listValues", "is out of order");
  }
  return {};
}

Result<Pulse> Read(const json::object& o) {
  LOTTERY_TRY_VOID(
      NoneBut(o, {"uri", "version", "cipherSuite", "period", "certificateId", "chainIndex",
                  "pulseIndex", "timeStamp", "localRandomValue", "external", "listValues",
                  "precommitmentValue", "statusCode", "signatureValue", "outputValue"}));
  Pulse p;
  LOTTERY_TRY(p.uri, GetText(o, "uri"));
  LOTTERY_TRY(p.version, GetText(o, "version"));
  LOTTERY_TRY(p.cipher_suite, GetU32(o, "cipherSuite", 0, kMostU32));
  LOTTERY_TRY(p.period_ms, GetU32(o, "period", 1, kMostU32));
  LOTTERY_TRY(p.certificate_id, GetValue(o, "certificateId"));
  LOTTERY_TRY(p.chain, GetIndex(o, "chainIndex"));
  LOTTERY_TRY(p.index, GetIndex(o, "pulseIndex"));
  LOTTERY_TRY(p.time_stamp, GetText(o, "timeStamp"));
  if (!base::FromIso(p.time_stamp)) return Refuse("timeStamp", "is not YYYY-MM-DDThh:mm:ss.mmmZ");
  LOTTERY_TRY(p.local_random_value, GetValue(o, "localRandomValue"));
  LOTTERY_TRY(const auto external, base::GetObject(o, "external"));
  LOTTERY_TRY_VOID(ReadExternal(external, p));
  LOTTERY_TRY(const auto list, base::GetArray(o, "listValues"));
  LOTTERY_TRY_VOID(ReadList(list, p));
  LOTTERY_TRY(p.precommitment_value, GetValue(o, "precommitmentValue"));
  LOTTERY_TRY(p.status, GetU32(o, "statusCode", kStatusNormal, kLastStatus));
  LOTTERY_TRY(p.signature, GetOctets(o, "signatureValue", kLeastSignature, kMostSignature));
  LOTTERY_TRY(p.output_value, GetValue(o, "outputValue"));
  return p;
}

std::string UpperHex(ByteView bytes) {
  std::string out = base::ToHex(bytes);
  for (char& c : out) c = static_cast<char>(c >= 'a' ? c - 32 : c);
  return out;
}

}  // namespace

Result<Pulse> ParsePulse(const json::object& object) {
  auto pulse = Read(object);
  if (!pulse) pulse.error().code = ErrorCode::kBadPulse;
  return pulse;
}

Result<Pulse> ParsePulseFile(std::string_view text) {
  LOTTERY_TRY(const auto file, base::ParseJsonObject(text));
  LOTTERY_TRY_VOID(NoneBut(file, {"pulse"}));
  LOTTERY_TRY(const auto pulse, base::GetObject(file, "pulse"));
  return ParsePulse(pulse);
}

json::object ToJson(const Pulse& p) {
  json::array list;
  for (const auto& item : p.list) {
    list.push_back(
        json::object{{"uri", item.uri}, {"type", item.type}, {"value", UpperHex(item.value)}});
  }
  return {{"uri", p.uri},
          {"version", p.version},
          {"cipherSuite", p.cipher_suite},
          {"period", p.period_ms},
          {"certificateId", base::ToHex(p.certificate_id)},
          {"chainIndex", p.chain},
          {"pulseIndex", p.index},
          {"timeStamp", p.time_stamp},
          {"localRandomValue", UpperHex(p.local_random_value)},
          {"external", json::object{{"sourceId", UpperHex(p.external_source_id)},
                                    {"statusCode", p.external_status},
                                    {"value", UpperHex(p.external_value)}}},
          {"listValues", std::move(list)},
          {"precommitmentValue", UpperHex(p.precommitment_value)},
          {"statusCode", p.status},
          {"signatureValue", UpperHex(p.signature)},
          {"outputValue", UpperHex(p.output_value)}};
}

}  // namespace lottery::crypto
