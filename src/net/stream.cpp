// SPDX-License-Identifier: MIT
#include "net/stream.hpp"

namespace dd::net {

void Stream::encrypt(std::shared_ptr<const TlsContext> context) {
  error_code ignored;
  socket_.native_non_blocking(true, ignored);
  tls_ = std::make_unique<TlsSession>(std::move(context), socket_.native_handle());
}

void Stream::encrypt(std::shared_ptr<const TlsContext> context, const std::string& host) {
  error_code ignored;
  socket_.native_non_blocking(true, ignored);
  tls_ = std::make_unique<TlsSession>(std::move(context), socket_.native_handle(), host);
}

Stream::error_code Stream::finish_sending() {
  if (tls_) tls_->say_goodbye();
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  return error;
}

void Stream::close() {
  if (tls_) tls_->detach();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace dd::net
