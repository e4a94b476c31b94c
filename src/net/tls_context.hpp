// SPDX-License-Identifier: MIT
// TlsContext: what all TLS connections of one side have in common - versions, ciphers, and our certificate or those we trust.
// It reads its files once; tls_certificate.hpp makes a new one when they change. Immutable, so it may cross threads.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.hpp"

namespace dd::net {

class TlsContext {
 public:
  // PEM files; the first holds the certificate and its chain. Blocks.
  static Result<std::shared_ptr<const TlsContext>> for_server(const std::string& certificate_file, const std::string& key_file);
  // Trusts the authorities of `ca_file`, or the system's when it is empty. Blocks.
  static Result<std::shared_ptr<const TlsContext>> for_client(const std::string& ca_file);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* native() const { return context_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  SSL_CTX* context_;
};

}  // namespace dd::net
