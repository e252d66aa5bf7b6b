#include "crypto/envelope.h"

#include <set>

#include "base/json.h"

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;

Bytes PreAuthEncoding(std::string_view type, ByteView body) {
  Bytes out = "DSSEv1 ";
  out.reserve(out.size() + type.size() + body.size() + 16);
  out += std::to_string(type.size()) + " ";
  out += type;
  out += " " + std::to_string(body.size()) + " ";
  out += body;
  return out;
}

Bytes SignTyped(const SigningKey& key, std::string_view type, ByteView body) {
  return key.Sign(PreAuthEncoding(type, body));
}

bool VerifyTyped(ByteView public_key, std::string_view type, ByteView body, ByteView signature) {
  return VerifySignature(public_key, PreAuthEncoding(type, body), signature);
}

void Envelope::Sign(const SigningKey& key) {
  signatures.push_back({base::ToHex(KeyId(key.public_key())), SignTyped(key, type, body)});
}

bool Envelope::SignedBy(ByteView public_key) const {
  const std::string id = base::ToHex(KeyId(public_key));
  for (const auto& s : signatures) {
    if (s.key_id == id && VerifyTyped(public_key, type, body, s.signature)) return true;
  }
  return false;
}

int Envelope::CountSigners(const std::vector<Bytes>& public_keys) const {
  int count = 0;
  for (const auto& key : std::set<Bytes>(public_keys.begin(), public_keys.end()))
    count += SignedBy(key) ? 1 : 0;
  return count;
}

std::string Envelope::ToText() const {
  base::json::array list;
  for (const auto& s : signatures) {
    list.push_back(base::json::object{{"keyid", s.key_id}, {"sig", base::ToBase64(s.signature)}});
  }
  return base::ToPretty(base::json::object{
      {"payloadType", type}, {"payload", base::ToBase64(body)}, {"signatures", std::move(list)}});
}

Result<Envelope> ParseEnvelope(std::string_view text, std::string_view expected_type) {
  LOTTERY_TRY(const auto object, base::ParseJsonObject(text));
  Envelope envelope;
  LOTTERY_TRY(envelope.type, base::GetString(object, "payloadType"));
  LOTTERY_TRY(envelope.body, base::GetBase64(object, "payload"));
  LOTTERY_TRY(const auto list, base::GetArray(object, "signatures"));
  for (const auto& item : list) {
    if (!item.is_object()) return Fail(ErrorCode::kBadJson, "signatures holds objects");
    Envelope::Signature signature;
    LOTTERY_TRY(signature.key_id, base::GetString(item.get_object(), "keyid"));
    LOTTERY_TRY(signature.signature, base::GetBase64(item.get_object(), "sig"));
    envelope.signatures.push_back(std::move(signature));
  }
  if (envelope.type != expected_type)
    return Fail(ErrorCode::kFileCorrupt, "envelope type is " + envelope.type);
  if (envelope.ToText() != text)
    return Fail(ErrorCode::kFileCorrupt, "the envelope is not in canonical form");
  return envelope;
}

}  // namespace lottery::crypto
