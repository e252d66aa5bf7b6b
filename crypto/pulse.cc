#include "crypto/pulse.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace json = base::json;
namespace {

constexpr const char* kListTypes[5] = {"previous", "hour", "day", "month", "year"};

struct Freer {
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Freer>;

Owned<X509> ReadCertificate(const std::string& pem) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Owned<X509>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

std::string UpperHex(ByteView bytes) {
  std::string out = base::ToHex(bytes);
  for (char& c : out) c = static_cast<char>(c >= 'a' ? c - 32 : c);
  return out;
}

Result<Bytes> GetHex(const json::object& object, std::string_view key) {
  LOTTERY_TRY(const auto text, base::GetString(object, key));
  return base::FromHexAnyCase(text);
}

}  // namespace

Result<Pulse> ParsePulse(const json::object& o) {
  Pulse p;
  LOTTERY_TRY(p.uri, base::GetString(o, "uri"));
  LOTTERY_TRY(p.version, base::GetString(o, "version"));
  LOTTERY_TRY(p.cipher_suite, base::GetInt(o, "cipherSuite"));
  LOTTERY_TRY(p.period_ms, base::GetInt(o, "period"));
  LOTTERY_TRY(p.certificate_id, GetHex(o, "certificateId"));
  LOTTERY_TRY(p.chain, base::GetInt(o, "chainIndex"));
  LOTTERY_TRY(p.index, base::GetInt(o, "pulseIndex"));
  LOTTERY_TRY(p.time_stamp, base::GetString(o, "timeStamp"));
  LOTTERY_TRY(p.local_random_value, GetHex(o, "localRandomValue"));
  LOTTERY_TRY(const auto external, base::GetObject(o, "external"));
  LOTTERY_TRY(p.external_source_id, GetHex(external, "sourceId"));
  LOTTERY_TRY(p.external_status, base::GetInt(external, "statusCode"));
  LOTTERY_TRY(p.external_value, GetHex(external, "value"));
  LOTTERY_TRY(const auto list, base::GetArray(o, "listValues"));
  if (list.size() != p.list.size())
    return Fail(ErrorCode::kBadPulse, "listValues has five members");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object()) return Fail(ErrorCode::kBadPulse, "listValues holds objects");
    LOTTERY_TRY(p.list[i].uri, base::GetString(list[i].get_object(), "uri"));
    LOTTERY_TRY(p.list[i].type, base::GetString(list[i].get_object(), "type"));
    LOTTERY_TRY(p.list[i].value, GetHex(list[i].get_object(), "value"));
    if (p.list[i].type != kListTypes[i])
      return Fail(ErrorCode::kBadPulse, "listValues is out of order");
  }
  LOTTERY_TRY(p.precommitment_value, GetHex(o, "precommitmentValue"));
  LOTTERY_TRY(p.status, base::GetInt(o, "statusCode"));
  LOTTERY_TRY(p.signature, GetHex(o, "signatureValue"));
  LOTTERY_TRY(p.output_value, GetHex(o, "outputValue"));
  return p;
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

Bytes SignedOctets(const Pulse& p) {
  base::ByteWriter w;
  w.Long(p.uri).Long(p.version).U32(static_cast<std::uint32_t>(p.cipher_suite));
  w.U32(static_cast<std::uint32_t>(p.period_ms)).Long(p.certificate_id);
  w.U64(static_cast<std::uint64_t>(p.chain)).U64(static_cast<std::uint64_t>(p.index));
  w.Long(p.time_stamp).Long(p.local_random_value).Long(p.external_source_id);
  w.U32(static_cast<std::uint32_t>(p.external_status)).Long(p.external_value);
  for (const auto& item : p.list) w.Long(item.value);
  w.Long(p.precommitment_value).U32(static_cast<std::uint32_t>(p.status));
  return w.Take();
}

Result<Bytes> CertificateId(const std::string& certificate_pem) {
  const auto certificate = ReadCertificate(certificate_pem);
  if (!certificate) return Fail(ErrorCode::kBadCertificate, "not a PEM certificate");
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate.get(), &der);
  LOTTERY_CHECK(length > 0);
  const Bytes id =
      Sha512({ByteView(reinterpret_cast<char*>(der), static_cast<std::size_t>(length))});
  OPENSSL_free(der);
  return id;
}

Status VerifyPulse(const Pulse& p, const std::string& certificate_pem) {
  LOTTERY_TRY(const Bytes id, CertificateId(certificate_pem));
  if (id != p.certificate_id)
    return Fail(ErrorCode::kBadPulse, "certificateId is another certificate's");
  if (p.cipher_suite != 0) return Fail(ErrorCode::kBadPulse, "only cipher suite 0 is accepted");
  const auto certificate = ReadCertificate(certificate_pem);
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
      EVP_PKEY_get_bits(key) < 2048) {
    return Fail(ErrorCode::kBadCertificate, "an RSA key of at least 2048 bits is needed");
  }
  const Bytes message = SignedOctets(p);
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool holds =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha512(), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), base::U8(ByteView(p.signature)), p.signature.size(),
                       base::U8(ByteView(message)), message.size()) == 1;
  if (!holds) return Fail(ErrorCode::kBadPulse, "signature");
  if (Sha512({message, p.signature}) != p.output_value)
    return Fail(ErrorCode::kBadPulse, "outputValue");
  return {};
}

Status SignPulse(Pulse& p, const Identity& identity) {
  LOTTERY_TRY(p.certificate_id, CertificateId(identity.certificate_pem));
  const Owned<BIO> bio(
      BIO_new_mem_buf(identity.key_pem.data(), static_cast<int>(identity.key_pem.size())));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return Fail(ErrorCode::kBadKey, "beacon key");
  const Bytes message = SignedOctets(p);
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::size_t length = 0;
  bool ok = EVP_DigestSignInit(context.get(), nullptr, EVP_sha512(), nullptr, key.get()) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &length, base::U8(ByteView(message)),
                           message.size()) == 1;
  p.signature.assign(length, '\0');
  ok = ok && EVP_DigestSign(context.get(), base::U8(p.signature), &length,
                            base::U8(ByteView(message)), message.size()) == 1;
  if (!ok) return Fail(ErrorCode::kBadKey, "beacon signature");
  p.output_value = Sha512({message, p.signature});
  return {};
}

}  // namespace lottery::crypto
