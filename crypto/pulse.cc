#include "crypto/pulse.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

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

// Both dates are included.
bool IsValidAt(const X509* certificate, base::UtcTime at) {
  const auto seconds = static_cast<std::time_t>(at.ms / base::kSecondMs);
  const int from = ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), seconds);
  const int until = ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), seconds);
  return (from == -1 || from == 0) && (until == 0 || until == 1);
}

}  // namespace

Bytes SignedOctets(const Pulse& p) {
  base::ByteWriter w;
  w.Long(p.uri).Long(p.version).U32(p.cipher_suite).U32(p.period_ms).Long(p.certificate_id);
  w.U64(p.chain).U64(p.index);
  w.Long(p.time_stamp).Long(p.local_random_value).Long(p.external_source_id);
  w.U32(p.external_status).Long(p.external_value);
  for (const auto& item : p.list) w.Long(item.value);
  w.Long(p.precommitment_value).U32(p.status);
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
  const auto at = base::FromIso(p.time_stamp);
  if (!at || !IsValidAt(certificate.get(), *at))
    return Fail(ErrorCode::kBadPulse, p.time_stamp + " is outside the certificate's dates");
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
