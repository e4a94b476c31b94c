// SPDX-License-Identifier: MIT
#include "net/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <limits>

#include "base/check.hpp"

namespace dd::net {
namespace {

using boost::system::error_code;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that has gone would end us with SIGPIPE. The BIO's data is the
// session's descriptor.
int socket_of(BIO* bio) { return *static_cast<int*>(BIO_get_data(bio)); }

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int write_to_socket(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int read_from_socket(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), bytes, static_cast<std::size_t>(size), 0);
  if (got < 0 && would_block()) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int open_bio(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    DD_CHECK(made != nullptr, "OpenSSL is out of memory");
    BIO_meth_set_write(made, write_to_socket);
    BIO_meth_set_read(made, read_from_socket);
    BIO_meth_set_ctrl(made, control_socket);
    BIO_meth_set_create(made, open_bio);
    return made;
  }();
  return method;
}

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())); }

}  // namespace

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, int fd) : context_(std::move(context)) {
  attach(fd);
  SSL_set_accept_state(ssl_.get());
}

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, int fd, const std::string& host) : context_(std::move(context)) {
  attach(fd);
  error_code not_an_address;
  (void)boost::asio::ip::make_address(host, not_an_address);
  if (not_an_address) {
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    DD_CHECK(SSL_set1_host(ssl_.get(), host.c_str()) == 1, "OpenSSL takes no host");
  } else {
    DD_CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1, "OpenSSL takes no address");
  }
  SSL_set_connect_state(ssl_.get());
}

void TlsSession::attach(int fd) {
  fd_ = fd;
  ssl_.reset(SSL_new(context_->native()));
  BIO* bio = BIO_new(socket_method());
  DD_CHECK(ssl_ && bio != nullptr, "OpenSSL is out of memory");
  BIO_set_data(bio, &fd_);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsSession::Step TlsSession::judge(int outcome) {
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_NONE: return {};
    case SSL_ERROR_WANT_READ: return {Want::kRead, 0, {}};
    case SSL_ERROR_WANT_WRITE: return {Want::kWrite, 0, {}};
    case SSL_ERROR_ZERO_RETURN: return {Want::kNothing, 0, boost::asio::error::eof};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      if (errno != 0) return {Want::kNothing, 0, error_code(errno, boost::system::system_category())};
      return {Want::kNothing, 0, boost::asio::error::connection_reset};
    default: break;
  }
  broken_ = true;
  const auto code = static_cast<int>(ERR_peek_last_error());
  if (code == 0) return {Want::kNothing, 0, boost::asio::error::connection_reset};
  return {Want::kNothing, 0, error_code(code, boost::asio::error::get_ssl_category())};
}

TlsSession::Step TlsSession::handshake() {
  ERR_clear_error();
  errno = 0;
  return judge(SSL_do_handshake(ssl_.get()));
}

TlsSession::Step TlsSession::read(void* bytes, std::size_t size) {
  if (size == 0) return {};
  ERR_clear_error();
  errno = 0;
  const int got = SSL_read(ssl_.get(), bytes, as_int(size));
  if (got > 0) return {Want::kNothing, static_cast<std::size_t>(got), {}};
  return judge(got);
}

TlsSession::Step TlsSession::write(const void* bytes, std::size_t size) {
  if (size == 0) return {};
  ERR_clear_error();
  errno = 0;
  const int sent = SSL_write(ssl_.get(), bytes, as_int(size));
  if (sent > 0) return {Want::kNothing, static_cast<std::size_t>(sent), {}};
  return judge(sent);
}

void TlsSession::say_goodbye() {
  if (fd_ < 0 || broken_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsSession::detach() { fd_ = -1; }

}  // namespace dd::net
