// SPDX-License-Identifier: MIT
#include "net/http_client_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace dd::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

ClientConnection::ClientConnection(AsioLoop& loop) : loop_(loop), stream_(Stream::Socket(loop.context())), resolver_(loop.context()) {}

Task<error_code> ClientConnection::connect(std::shared_ptr<ClientConnection> self, HttpOrigin origin,
                                           std::shared_ptr<const TlsContext> tls) {
  using Tcp = asio::ip::tcp;
  auto endpoints = std::make_shared<std::vector<Tcp::endpoint>>();
  error_code no_address;
  const auto address = asio::ip::make_address(origin.host, no_address);
  if (!no_address) {
    endpoints->emplace_back(address, origin.port);
  } else {
    Completion<error_code> resolved(self->loop_);
    self->resolver_.async_resolve(origin.host, std::to_string(origin.port),
                                  [resolved, endpoints, self](error_code error, const Tcp::resolver::results_type& found) {
                                    for (const auto& one : found) endpoints->push_back(one.endpoint());
                                    resolved.resolve(error);
                                  });
    const error_code error = co_await resolved;
    if (error) co_return error;
  }
  if (!self->open_) co_return asio::error::operation_aborted;
  Completion<error_code> connected(self->loop_);
  asio::async_connect(self->stream_.socket(), *endpoints,
                      [connected, endpoints, self](error_code error, const Tcp::endpoint&) { connected.resolve(error); });
  error_code error = co_await connected;
  if (!error && !self->open_) error = asio::error::operation_aborted;
  if (error) co_return error;
  error_code ignored;
  self->stream_.socket().set_option(Tcp::no_delay(true), ignored);
  if (!tls) co_return error;
  self->stream_.encrypt(std::move(tls), origin.host);
  Completion<error_code> shaken(self->loop_);
  self->stream_.async_handshake([shaken, self](error_code failed) { shaken.resolve(failed); });
  error = co_await shaken;
  co_return error;
}

Task<error_code> ClientConnection::send(std::shared_ptr<ClientConnection> self, Request request) {
  self->request_.emplace(std::move(request));
  self->nothing_received_ = true;
  Completion<error_code> sent(self->loop_);
  http::async_write(self->stream_, *self->request_, [sent, self](error_code error, std::size_t) { sent.resolve(error); });
  const error_code error = co_await sent;
  self->request_.reset();
  co_return error;
}

Task<error_code> ClientConnection::read_header(std::shared_ptr<ClientConnection> self, std::uint32_t limit, bool has_no_body) {
  self->parser_.emplace();
  self->parser_->header_limit(limit);
  self->parser_->body_limit(boost::none);  // counted by whoever reads it
  self->parser_->skip(has_no_body);
  Completion<error_code> read(self->loop_);
  http::async_read_header(self->stream_, self->buffer_, *self->parser_, [read, self](error_code error, std::size_t size) {
    if (size > 0 || self->buffer_.size() > 0) self->nothing_received_ = false;
    read.resolve(error);
  });
  const error_code error = co_await read;
  co_return error;
}

void ClientConnection::read_some(std::size_t limit, UniqueFunction<void(error_code)> then) {
  piece_.resize(limit);
  auto& body = parser_->get().body();
  body.data = piece_.data();
  body.size = piece_.size();
  http::async_read_some(stream_, buffer_, *parser_,
                        [self = shared_from_this(), then = std::move(then)](error_code error, std::size_t) mutable {
                          self->piece_.resize(self->piece_.size() - self->parser_->get().body().size);
                          then(error == http::error::need_buffer ? error_code{} : error);
                        });
}

void ClientConnection::close_after(Duration delay) {
  deadline_ = loop_.after(delay, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->timed_out_ = true;
    self->close();
  });
}

void ClientConnection::close() {
  if (!std::exchange(open_, false)) return;
  deadline_.cancel();
  resolver_.cancel();
  stream_.close();
}

void ClientConnection::rest(UniqueFunction<void()> ended) {
  deadline_.cancel();
  used_before_ = true;
  resting_ = true;
  piece_ = {};
  parser_.reset();
  stream_.socket().async_wait(Stream::Socket::wait_read,
                              [self = shared_from_this(), rest = ++rests_, ended = std::move(ended)](error_code) mutable {
                                if (self->resting_ && rest == self->rests_) ended();
                              });
}

void ClientConnection::wake_up() {
  resting_ = false;
  error_code ignored;
  stream_.socket().cancel(ignored);
}

}  // namespace dd::net
