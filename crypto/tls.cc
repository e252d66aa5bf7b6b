#include "crypto/tls.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/secret.h"

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

std::string TextOf(const ASN1_TIME* time) {
  const Memory text(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(text.get(), time);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// No peer would accept it, and what the peer says of it is one alert without a date.
base::Status CheckDates(const X509* own) {
  if (X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
    return Fail(ErrorCode::kBadCertificate,
                "own certificate expired on " + TextOf(X509_get0_notAfter(own)));
  if (X509_cmp_current_time(X509_get0_notBefore(own)) > 0)
    return Fail(ErrorCode::kBadCertificate,
                "own certificate is valid from " + TextOf(X509_get0_notBefore(own)) + " on");
  return {};
}

}  // namespace

Result<TlsIdentity> TlsIdentity::Read(const Identity& own) {
  TlsIdentity out;
  out.certificate_.reset(ReadCertificate(own.certificate_pem));
  out.key_.reset(PEM_read_bio_PrivateKey(Open(own.key_pem).get(), nullptr, nullptr, nullptr));
  if (!out.certificate_ || !out.key_) return Fail(ErrorCode::kBadCertificate, "certificate or key");
  LOTTERY_TRY_VOID(CheckDates(out.certificate_.get()));
  return out;
}

base::Status TlsIdentity::Use(SSL* ssl) const {
  const bool ok =
      SSL_use_certificate(ssl, certificate_.get()) == 1 && SSL_use_PrivateKey(ssl, key_.get()) == 1;
  return ok ? base::Status() : Fail(ErrorCode::kBadCertificate, "not the certificate's key");
}

base::Status TlsIdentity::Use(SSL_CTX* context) const {
  const bool ok = SSL_CTX_use_certificate(context, certificate_.get()) == 1 &&
                  SSL_CTX_use_PrivateKey(context, key_.get()) == 1 &&
                  SSL_CTX_check_private_key(context) == 1;
  return ok ? base::Status() : Fail(ErrorCode::kBadCertificate, "not the certificate's key");
}

Result<TlsContext> MakeTlsContext(bool server, const Identity& own, const std::string& ca_pem) {
  TlsContext context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  LOTTERY_TRY(const auto identity, TlsIdentity::Read(own));
  LOTTERY_TRY_VOID(identity.Use(context.get()));
  X509* root = ReadCertificate(ca_pem);
  const bool ok = root != nullptr &&
                  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root) == 1 &&
                  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1 &&
                  SSL_CTX_set_ciphersuites(context.get(),
                                           "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                           "TLS_CHACHA20_POLY1305_SHA256") == 1;
  if (server && root != nullptr) SSL_CTX_add_client_CA(context.get(), root);
  X509_free(root);
  if (!ok) return Fail(ErrorCode::kBadCertificate, "root");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(context.get(), 1);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  // Both sides have the root: sent along, it would be looked for and verified in each handshake,
  // and kept by the other side as long as the connection lives.
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context.get(), 1);  // a record is one read, not header and body apart
  SSL_CTX_set_options(context.get(),
                      SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  if (!server) {
    SSL_CTX_clear_options(context.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context.get(), TlsSession::Keep);
  }
  return context;
}

namespace {

// Where OpenSSL keeps the TlsSession of a connection.
int SessionIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

void TlsSession::Offer(SSL* ssl) {
  LOTTERY_CHECK(SSL_set_ex_data(ssl, SessionIndex(), this) == 1);
  if (!session_) return;
  // A copy: OpenSSL takes no session twice, and none of a line that died without a farewell.
  const std::unique_ptr<SSL_SESSION, Free> copy(SSL_SESSION_dup(session_.get()));
  LOTTERY_CHECK(SSL_set_session(ssl, copy.get()) == 1);
}

// `session` becomes the connection's own, and ends badly with it: a copy is kept.
int TlsSession::Keep(SSL* ssl, SSL_SESSION* session) {
  auto* keeper = static_cast<TlsSession*>(SSL_get_ex_data(ssl, SessionIndex()));
  if (keeper != nullptr) keeper->session_.reset(SSL_SESSION_dup(session));
  return 0;  // OpenSSL lets go of it
}

namespace {

constexpr std::int64_t kTicketKeySeconds = 12 * 3600;
constexpr long kTicketLifeSeconds = 24 * 3600;
HmacKey* ticket_master = nullptr;  // both set once, before the first connection
const base::Clock* ticket_clock = nullptr;

// Name, cipher key and MAC key of a stretch of twelve hours.
struct TicketKey {
  explicit TicketKey(std::int64_t stretch) {
    const Bytes number = std::to_string(stretch);
    name = ticket_master->Mac({"ticket name ", number});
    cipher = ticket_master->Mac({"ticket cipher ", number});
    mac = ticket_master->Mac({"ticket mac ", number});
  }
  bool Named(const unsigned char* octets) const {
    return std::memcmp(name.octets.data(), octets, kNameOctets) == 0;
  }
  static constexpr std::size_t kNameOctets = 16;
  Digest name, cipher, mac;
};

bool SetTicketMac(EVP_MAC_CTX* context, const Digest& key) {
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(
          OSSL_MAC_PARAM_KEY, const_cast<std::uint8_t*>(key.octets.data()), key.octets.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("sha256"), 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(context, params) == 1;
}

// OpenSSL asks for keys: 0 no ticket, 1 good, 2 good but give a new one.
int TicketKeys(SSL*, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
               EVP_MAC_CTX* mac, int encrypting) {
  const std::int64_t stretch = ticket_clock->Now().ms / 1000 / kTicketKeySeconds;
  if (encrypting == 1) {
    const TicketKey key(stretch);
    const Bytes fresh = RandomBytes(16);
    std::memcpy(iv, fresh.data(), fresh.size());
    std::memcpy(name, key.name.octets.data(), TicketKey::kNameOctets);
    const bool ok =
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.octets.data(), iv) == 1 &&
        SetTicketMac(mac, key.mac);
    return ok ? 1 : -1;
  }
  for (const std::int64_t back : {0, 1}) {
    const TicketKey key(stretch - back);
    if (!key.Named(name)) continue;
    const bool ok =
        SetTicketMac(mac, key.mac) &&
        EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.octets.data(), iv) == 1;
    if (!ok) return -1;
    return back == 0 ? 1 : 2;
  }
  return 0;
}

}  // namespace

void ServeTickets(SSL_CTX* context, ByteView master, const base::Clock& clock) {
  static HmacKey key(master);
  ticket_master = &key;
  ticket_clock = &clock;
  static constexpr unsigned char kSessionContext[] = "lottery";
  SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  LOTTERY_CHECK(
      SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1) == 1);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_timeout(context, kTicketLifeSeconds);
  LOTTERY_CHECK(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, TicketKeys) == 1);
}

std::string PeerCommonName(const SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return {};
  // A resumed session brings the certificate from its ticket: it may have ended since.
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) return {};
  char name[128] = {};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               name, sizeof name);
  return length > 0 ? std::string(name, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace lottery::crypto
