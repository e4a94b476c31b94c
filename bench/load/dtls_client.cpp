// SPDX-License-Identifier: MIT
#include "bench/load/dtls_client.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <fmt/format.h>
#include <utility>

namespace dd::load {
namespace {

constexpr long kMtu = 1200;  // what WebRTC takes for granted everywhere
constexpr long kCertificateSeconds = 7L * 24 * 3600;

Error ssl_error(std::string_view doing) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  Error error = make_error(Errc::kUnavailable, fmt::format("DTLS: {}: {}", doing, reason != nullptr ? reason : "no reason given"));
  ERR_clear_error();
  return error;
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &length);
  std::string text;
  for (unsigned int at = 0; at < length; ++at) text += fmt::format("{}{:02X}", at == 0 ? "" : ":", digest[at]);
  return text;
}

std::string names_of(const std::vector<SrtpProfile>& profiles) {
  std::string names;
  for (const SrtpProfile profile : profiles) names += fmt::format("{}{}", names.empty() ? "" : ":", dtls_name(profile));
  return names;
}

// A BIO of which each write is one datagram; a memory BIO would run the records of a flight together beyond the MTU.
int bio_write(BIO* bio, const char* bytes, int size) {
  auto* outgoing = static_cast<std::vector<std::vector<std::uint8_t>>*>(BIO_get_data(bio));
  outgoing->emplace_back(bytes, bytes + size);
  return size;
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* datagram_method() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    BIO_meth_set_create(method, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return method;
  }();
  return kMethod;
}

}  // namespace

Result<std::unique_ptr<DtlsIdentity>> DtlsIdentity::open(const std::vector<SrtpProfile>& profiles) {
  std::unique_ptr<DtlsIdentity> identity(new DtlsIdentity());
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  if (!key || !certificate) return ssl_error("make a key");
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kCertificateSeconds);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("WebRTC"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return ssl_error("sign the certificate");
  identity->fingerprint_ = fingerprint_of(certificate.get());

  SSL_CTX* context = SSL_CTX_new(DTLS_client_method());
  if (context == nullptr) return ssl_error("make a context");
  identity->context_ = context;
  SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Both sides show self-signed certificates; the fingerprint that signaling carried is what is believed (RFC 8827, section 6.5).
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  if (SSL_CTX_use_certificate(context, certificate.get()) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return ssl_error("use the certificate");
  }
  // Unlike the rest of OpenSSL, it answers 0 when all went well.
  if (SSL_CTX_set_tlsext_use_srtp(context, names_of(profiles).c_str()) != 0) return ssl_error("offer the SRTP profiles");
  return identity;
}

DtlsIdentity::~DtlsIdentity() { SSL_CTX_free(context_); }

DtlsClient::DtlsClient(const DtlsIdentity& identity, std::string remote_fingerprint)
    : ssl_(SSL_new(identity.context())), remote_fingerprint_(std::move(remote_fingerprint)) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);  // empty means "later", not the end
  BIO* out = BIO_new(datagram_method());
  BIO_set_data(out, &outgoing_);
  SSL_set_bio(ssl_, in, out);
  SSL_set_connect_state(ssl_);
  SSL_set_mtu(ssl_, kMtu);
}

DtlsClient::~DtlsClient() { SSL_free(ssl_); }

Result<void> DtlsClient::start() { return go_on(); }

Result<void> DtlsClient::handle(Bytes datagram) {
  if (keys_) return ok();
  BIO_write(SSL_get_rbio(ssl_), datagram.data(), static_cast<int>(datagram.size()));
  return go_on();
}

Result<void> DtlsClient::tick() {
  if (keys_) return ok();
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_) < 0) return ssl_error("the server does not answer");
  return ok();
}

Result<void> DtlsClient::go_on() {
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl_);
  if (outcome == 1) return finish();
  const int error = SSL_get_error(ssl_, outcome);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return ok();
  return ssl_error("handshake");
}

Result<void> DtlsClient::finish() {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl_), X509_free);
  if (!certificate || fingerprint_of(certificate.get()) != remote_fingerprint_) {
    return make_error(Errc::kForbidden, "DTLS: the server's certificate is not the one that signaling told");
  }
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_);
  const auto profile = chosen == nullptr ? std::nullopt : parse_dtls_name(chosen->name);
  if (!profile) return make_error(Errc::kUnavailable, "DTLS: the server chose no SRTP profile");
  const SrtpSizes sizes = sizes_of(*profile);
  // RFC 5764, section 4.2: client key, server key, client salt, server salt.
  std::vector<std::uint8_t> material(2 * (sizes.key + sizes.salt));
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(ssl_, material.data(), material.size(), kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
    return ssl_error("export the keys");
  }
  const auto piece = [&material](std::size_t at, std::size_t size) {
    return std::vector<std::uint8_t>(material.begin() + static_cast<std::ptrdiff_t>(at),
                                     material.begin() + static_cast<std::ptrdiff_t>(at + size));
  };
  SrtpKeys keys{.profile = *profile, .local = piece(0, sizes.key), .remote = piece(sizes.key, sizes.key)};
  append(keys.local, piece(2 * sizes.key, sizes.salt));
  append(keys.remote, piece(2 * sizes.key + sizes.salt, sizes.salt));
  keys_ = std::move(keys);
  return ok();
}

}  // namespace dd::load
