// SPDX-License-Identifier: MIT
#include "net/tls_context.hpp"

#include <openssl/err.h>

#include <array>
#include <fmt/format.h>

#include "base/check.hpp"

namespace dd::net {
namespace {

// OpenSSL's reason, without the file names and code lines it would add.
Error tls_error(std::string_view doing) {
  const unsigned long code = ERR_peek_last_error();
  std::array<char, 256> text{};
  const char* reason = ERR_reason_error_string(code);
  if (reason == nullptr) {
    ERR_error_string_n(code, text.data(), text.size());
    reason = text.data();
  }
  Error error = make_error(Errc::kInvalidArgument, fmt::format("{}: {}", doing, reason));
  ERR_clear_error();
  return error;
}

// HTTP/2 is offered by every browser and spoken by none of our code.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned int offered_size,
                    void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int outcome = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// An encrypted key would make OpenSSL ask on the terminal, and wait.
int no_passphrase(char*, int, int, void*) { return 0; }

SSL_CTX* make_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  DD_CHECK(context != nullptr, "OpenSSL is out of memory");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else anyway.
  DD_CHECK(SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1, "OpenSSL lacks the ciphers we want");
  // HTTP and WebSocket say themselves where a message ends, so a peer that goes without a goodbye cannot shorten one.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections keep no record buffers (34 KiB each otherwise), and a write may be retried from another address.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  return context;
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  SSL_CTX* const native = make_context(TLS_server_method());
  std::shared_ptr<const TlsContext> context(new TlsContext(native));
  if (SSL_CTX_use_certificate_chain_file(native, certificate_file.c_str()) != 1) return tls_error("read the certificate");
  if (SSL_CTX_use_PrivateKey_file(native, key_file.c_str(), SSL_FILETYPE_PEM) != 1) return tls_error("read the private key");
  if (SSL_CTX_check_private_key(native) != 1) return tls_error("match the private key with the certificate");
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);  // tickets need no memory of ours
  SSL_CTX_set_num_tickets(native, 1);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  return context;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const std::string& ca_file) {
  ERR_clear_error();
  SSL_CTX* const native = make_context(TLS_client_method());
  std::shared_ptr<const TlsContext> context(new TlsContext(native));
  const bool trusted = ca_file.empty() ? SSL_CTX_set_default_verify_paths(native) == 1
                                       : SSL_CTX_load_verify_locations(native, ca_file.c_str(), nullptr) == 1;
  if (!trusted) return tls_error("read the trusted authorities");
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  ERR_clear_error();
  return context;
}

}  // namespace dd::net
