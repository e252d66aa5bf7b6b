#include "crypto/tls.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

namespace lottery::crypto {
using base::ErrorCode;
using base::Fail;
namespace {

struct BioFree {
  void operator()(BIO* p) const { BIO_free_all(p); }
};
using Memory = std::unique_ptr<BIO, BioFree>;

Memory Open(const std::string& pem) {
  return Memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

X509* ReadCertificate(const std::string& pem) {
  return PEM_read_bio_X509(Open(pem).get(), nullptr, nullptr, nullptr);
}

}  // namespace

Result<TlsContext> MakeTlsContext(bool server, const Identity& own, const std::string& ca_pem) {
  TlsContext context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  X509* certificate = ReadCertificate(own.certificate_pem);
  X509* root = ReadCertificate(ca_pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(Open(own.key_pem).get(), nullptr, nullptr, nullptr);
  const bool ok = certificate != nullptr && root != nullptr && key != nullptr &&
                  SSL_CTX_use_certificate(context.get(), certificate) == 1 &&
                  SSL_CTX_use_PrivateKey(context.get(), key) == 1 &&
                  SSL_CTX_check_private_key(context.get()) == 1 &&
                  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root) == 1 &&
                  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1;
  if (server && root != nullptr) SSL_CTX_add_client_CA(context.get(), root);
  X509_free(certificate);
  X509_free(root);
  EVP_PKEY_free(key);
  if (!ok) return Fail(ErrorCode::kBadCertificate, "certificate, key or root");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(context.get(), 1);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context.get(),
                      SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

std::string PeerCommonName(const SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return {};
  char name[128] = {};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               name, sizeof name);
  return length > 0 ? std::string(name, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace lottery::crypto
