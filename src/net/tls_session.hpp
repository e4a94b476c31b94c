// SPDX-License-Identifier: MIT
// TlsSession: TLS on one non-blocking socket, one step at a time: a step says what it did, or what it waits for.
// It waits for nothing itself (stream.hpp does) and owns no descriptor. OpenSSL reads and writes the socket directly, because
// Asio's own ssl::stream keeps about 70 KiB of buffers for each connection, however idle. Lives where its socket does.
#pragma once

#include <openssl/ssl.h>

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "net/tls_context.hpp"

namespace dd::net {

class TlsSession {
 public:
  enum class Want { kNothing, kRead, kWrite };
  struct Step {
    Want want = Want::kNothing;
    std::size_t bytes = 0;
    boost::system::error_code error;
  };

  TlsSession(std::shared_ptr<const TlsContext> context, int fd);                           // the server's side
  TlsSession(std::shared_ptr<const TlsContext> context, int fd, const std::string& host);  // the client's; `host` must be certified

  Step handshake();
  Step read(void* bytes, std::size_t size);
  Step write(const void* bytes, std::size_t size);
  void say_goodbye();  // as far as it goes without waiting
  void detach();       // the descriptor is being closed, and its number may soon be another's

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  void attach(int fd);
  Step judge(int outcome);

  std::shared_ptr<const TlsContext> context_;
  int fd_ = -1;
  bool broken_ = false;  // OpenSSL wants to hear nothing more of it
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace dd::net
