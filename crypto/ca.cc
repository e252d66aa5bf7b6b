#include "crypto/ca.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "crypto/secret.h"

namespace lottery::crypto {
using base::Bytes;
using base::ByteView;
using base::ErrorCode;
using base::Fail;
namespace {

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* p) const { Free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;

tl::unexpected<base::Error> Bad(const char* what) { return Fail(ErrorCode::kBadCertificate, what); }

std::string Drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Identity ToPem(X509* certificate, EVP_PKEY* key) {
  const Memory a(BIO_new(BIO_s_mem())), b(BIO_new(BIO_s_mem()));
  LOTTERY_CHECK(PEM_write_bio_X509(a.get(), certificate) == 1);
  LOTTERY_CHECK(PEM_write_bio_PrivateKey(b.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {Drain(a.get()), Drain(b.get())};
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

// A version 3 certificate with a random 127-bit serial number, not yet signed.
Certificate Blank(const std::string& common_name, EVP_PKEY* key, int days,
                  base::UtcTime now = base::SystemClock().Now()) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  Bytes serial = RandomBytes(16);
  serial[0] = static_cast<char>(serial[0] & 0x7f);
  BIGNUM* number = BN_bin2bn(base::U8(ByteView(serial)), 16, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  const auto seconds = static_cast<std::time_t>(now.ms / base::kSecondMs);
  ASN1_TIME_adj(X509_getm_notBefore(certificate.get()), seconds, -1, 0);
  ASN1_TIME_adj(X509_getm_notAfter(certificate.get()), seconds, days, 0);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             base::U8(ByteView(common_name)), static_cast<int>(common_name.size()),
                             -1, 0);
  return certificate;
}

}  // namespace

Result<Identity> MakeCa(const std::string& common_name, int days) {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return Bad("key generation");
  const auto certificate = Blank(common_name, key.get(), days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  const bool ok =
      AddExtension(certificate.get(), certificate.get(), NID_basic_constraints,
                   "critical,CA:TRUE,pathlen:0") &&
      AddExtension(certificate.get(), certificate.get(), NID_key_usage,
                   "critical,keyCertSign,cRLSign") &&
      AddExtension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash") &&
      X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  if (!ok) return Bad("root certificate");
  return ToPem(certificate.get(), key.get());
}

Result<Identity> IssueCertificate(const Identity& ca, const std::string& common_name, bool server,
                                  const std::string& host, int days) {
  const Memory a(
      BIO_new_mem_buf(ca.certificate_pem.data(), static_cast<int>(ca.certificate_pem.size())));
  const Memory b(BIO_new_mem_buf(ca.key_pem.data(), static_cast<int>(ca.key_pem.size())));
  const Certificate issuer(PEM_read_bio_X509(a.get(), nullptr, nullptr, nullptr));
  const Key issuer_key(PEM_read_bio_PrivateKey(b.get(), nullptr, nullptr, nullptr));
  const Key key(EVP_EC_gen("P-256"));
  if (!issuer || !issuer_key || !key) return Bad("CA files");
  const auto certificate = Blank(common_name, key.get(), days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  bool ok =
      AddExtension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      AddExtension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") &&
      AddExtension(certificate.get(), issuer.get(), NID_ext_key_usage,
                   server ? "serverAuth" : "clientAuth") &&
      AddExtension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid");
  if (server) {
    ok = ok && AddExtension(certificate.get(), issuer.get(), NID_subject_alt_name,
                            ("DNS:" + host + ",DNS:localhost,IP:127.0.0.1").c_str());
  }
  if (!ok || X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) <= 0)
    return Bad("leaf certificate");
  return ToPem(certificate.get(), key.get());
}

Result<Identity> MakeRsaIdentity(const std::string& common_name, int bits, int days,
                                 base::UtcTime now) {
  const Key key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  if (!key) return Bad("key generation");
  const auto certificate = Blank(common_name, key.get(), days, now);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) <= 0)
    return Bad("self-signed certificate");
  return ToPem(certificate.get(), key.get());
}

}  // namespace lottery::crypto
