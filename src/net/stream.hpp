// SPDX-License-Identifier: MIT
// Stream: a connected TCP socket, with TLS on it or without; what reads and writes through it need not know which.
// It is an AsyncStream as Asio and Beast want one, and not movable while an operation is under way.
// Lives on the control loop's context; whoever starts an operation keeps the stream alive until it has ended.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <string>
#include <utility>

#include "net/tls_session.hpp"

namespace dd::net {

class Stream {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
  using executor_type = Socket::executor_type;
  using error_code = boost::system::error_code;

  explicit Stream(Socket socket) : socket_(std::move(socket)) {}
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) = delete;

  void encrypt(std::shared_ptr<const TlsContext> context);                           // as server; then handshake
  void encrypt(std::shared_ptr<const TlsContext> context, const std::string& host);  // as client
  bool encrypted() const { return tls_ != nullptr; }

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }  // for options, addresses and cancel(); its bytes are TLS's own when encrypted

  // Says that nothing more is sent. What was not read yet still can be.
  error_code finish_sending();
  void close();

  template <typename Handler>
  void async_handshake(Handler handler) {
    auto step = [](TlsSession& tls) { return tls.handshake(); };
    run([handler = std::move(handler)](error_code error, std::size_t) mutable { handler(error); }, std::move(step));
  }

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    if (!tls_) return socket_.async_read_some(buffers, std::forward<Handler>(handler));
    auto step = [buffer = first_of<boost::asio::mutable_buffer>(buffers)](TlsSession& tls) {
      return tls.read(buffer.data(), buffer.size());
    };
    return run(std::forward<Handler>(handler), std::move(step));
  }

  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    if (!tls_) return socket_.async_write_some(buffers, std::forward<Handler>(handler));
    // A head and its small body become one record and one system call.
    const auto first = first_of<boost::asio::const_buffer>(buffers);
    std::string joined;
    if (first.size() < kSmall && boost::asio::buffer_size(buffers) > first.size()) {
      joined.resize(std::min(boost::asio::buffer_size(buffers), kRecord));
      boost::asio::buffer_copy(boost::asio::buffer(joined), buffers);
    }
    auto step = [first, joined = std::move(joined)](TlsSession& tls) {
      return joined.empty() ? tls.write(first.data(), first.size()) : tls.write(joined.data(), joined.size());
    };
    return run(std::forward<Handler>(handler), std::move(step));
  }

 private:
  static constexpr std::size_t kSmall = 4 * 1024;
  static constexpr std::size_t kRecord = 16 * 1024;

  template <typename Buffer, typename Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers); ++at) {
      if (Buffer(*at).size() > 0) return Buffer(*at);
    }
    return {};
  }

  // Repeats a step of the session until it has done something, waiting for the socket in between.
  template <typename Step>
  struct Operation {
    Stream* stream;
    Step step;
    TlsSession::Step result{};
    bool waited = false;
    bool done = false;

    template <typename Self>
    void operator()(Self& self, error_code error = {}) {
      if (!done) {
        if (!error && !stream->socket_.is_open()) error = boost::asio::error::operation_aborted;
        result = error ? TlsSession::Step{TlsSession::Want::kNothing, 0, error} : step(*stream->tls_);
        if (result.want != TlsSession::Want::kNothing) {
          waited = true;
          const auto what = result.want == TlsSession::Want::kRead ? Socket::wait_read : Socket::wait_write;
          stream->socket_.async_wait(what, std::move(self));
          return;
        }
        done = true;
        // A handler is never called from within the function that was given it.
        if (!waited) {
          boost::asio::post(stream->get_executor(), std::move(self));
          return;
        }
      }
      self.complete(result.error, result.bytes);
    }
  };

  template <typename Handler, typename Step>
  auto run(Handler&& handler, Step step) {
    return boost::asio::async_compose<Handler, void(error_code, std::size_t)>(Operation<Step>{this, std::move(step)}, handler, socket_);
  }

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
};

// What Beast's WebSocket asks of a stream it does not know. Whoever owns the stream waits for the peer's end and closes.
inline void beast_close_socket(Stream& stream) { stream.close(); }
inline void teardown(boost::beast::role_type, Stream& stream, boost::system::error_code& error) { error = stream.finish_sending(); }
template <typename Handler>
void async_teardown(boost::beast::role_type, Stream& stream, Handler&& handler) {
  const auto error = stream.finish_sending();
  boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler), error]() mutable { handler(error); });
}

}  // namespace dd::net
