// SPDX-License-Identifier: MIT
// StreamClient: a blocking client of a stream, with TLS or without; SocketClient: one of a WebSocket. Each wait ends after ten
// seconds. They run in the test's thread, on a context of their own. For tests of net/.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/stream.hpp"

namespace dd::net::testing {

using Trust = std::shared_ptr<const TlsContext>;  // null: no TLS

template <typename Layered>
class ClientOn {
 public:
  using error_code = boost::system::error_code;

 protected:
  // Starts an operation with a handler and waits for its end.
  template <typename Start>
  error_code wait(Start start) {
    error_code outcome = boost::asio::error::timed_out;
    start([&outcome](error_code error, auto...) { outcome = error; });
    context_.restart();
    while (outcome == boost::asio::error::timed_out && context_.run_one_for(std::chrono::seconds{10}) > 0) {
    }
    return outcome;
  }

  Stream connect(std::uint16_t port) {
    Stream::Socket socket(context_);
    error_code ignored;
    socket.connect({boost::asio::ip::address_v4::loopback(), port}, ignored);
    return Stream(std::move(socket));
  }

  boost::asio::io_context context_{1};
};

class StreamClient : public ClientOn<Stream> {
 public:
  StreamClient(std::uint16_t port, Trust trust, const std::string& host = "localhost") : stream_(connect(port)) {
    if (!trust) return;
    stream_.encrypt(std::move(trust), host);
    handshake_ = wait([&](auto handler) { stream_.async_handshake(handler); });
  }
  error_code handshake() const { return handshake_; }
  Stream& stream() { return stream_; }

  error_code send(std::string bytes) {
    return wait([&](auto handler) { boost::asio::async_write(stream_, boost::asio::buffer(bytes), handler); });
  }
  // Until `end` was read, or nothing more comes.
  std::string read_until(std::string_view end) {
    std::string all;
    char piece[16 * 1024];
    while (all.find(end) == std::string::npos) {
      std::size_t got = 0;
      const auto error = wait([&](auto handler) {
        stream_.async_read_some(boost::asio::buffer(piece), [&got, handler](error_code failed, std::size_t size) mutable {
          got = size;
          handler(failed);
        });
      });
      if (error) break;
      all.append(piece, got);
    }
    return all;
  }

 private:
  Stream stream_;
  error_code handshake_;
};

class SocketClient : public ClientOn<Stream> {
 public:
  using Socket = boost::beast::websocket::stream<Stream, false>;
  using Decorate = std::function<void(boost::beast::websocket::request_type&)>;

  explicit SocketClient(std::uint16_t port, Trust trust = nullptr, const std::string& path = "/signaling", Decorate decorate = {})
      : socket_(connect(port)) {
    if (trust) {
      socket_.next_layer().encrypt(std::move(trust), "localhost");
      opened_ = wait([&](auto handler) { socket_.next_layer().async_handshake(handler); });
      if (opened_) return;
    }
    if (decorate) socket_.set_option(boost::beast::websocket::stream_base::decorator(std::move(decorate)));
    opened_ = wait([&](auto handler) { socket_.async_handshake(answer_, "localhost:" + std::to_string(port), path, handler); });
  }

  error_code opened() const { return opened_; }
  int status() const { return static_cast<int>(answer_.result_int()); }  // of the handshake's answer
  Socket& socket() { return socket_; }
  std::uint16_t close_code() const { return socket_.reason().code; }
  std::string close_reason() const { return socket_.reason().reason.c_str(); }

  error_code send(const std::string& text) {
    return wait([&](auto handler) { socket_.async_write(boost::asio::buffer(text), handler); });
  }
  error_code send_some(const std::string& text, bool last) {
    return wait([&](auto handler) { socket_.async_write_some(last, boost::asio::buffer(text), handler); });
  }
  // The next message, or empty; then error() says why.
  std::string receive() {
    boost::beast::flat_buffer buffer;
    error_ = wait([&](auto handler) { socket_.async_read(buffer, handler); });
    const auto bytes = buffer.data();
    return error_ ? std::string{} : std::string(static_cast<const char*>(bytes.data()), bytes.size());
  }
  error_code error() const { return error_; }
  error_code close(boost::beast::websocket::close_code code) {
    return wait([&](auto handler) { socket_.async_close(code, handler); });
  }

 private:
  Socket socket_;
  boost::beast::websocket::response_type answer_;
  error_code opened_;
  error_code error_;
};

}  // namespace dd::net::testing
