// SPDX-License-Identifier: MIT
// HttpConnection: one client's socket - reads a request, has it answered, writes the answer, and so on, one at a time.
// Requests that arrive early wait in its buffer or the kernel's; nothing is read while one is being answered.
// Lives on the control loop's context; keeps itself alive while an operation of its own is under way.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "api/application.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "net/http_settings.hpp"

namespace dd::net {

class HttpConnection;

// What a connection needs of its server.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual api::Application& application() = 0;
  virtual const HttpSettings& settings() const = 0;
  virtual Loop& loop() = 0;
  virtual bool stopping() const = 0;
  virtual std::string_view date() = 0;  // of now, as the Date header has it
  virtual void on_closed(HttpConnection& connection) = 0;
};

class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  HttpConnection(std::shared_ptr<ConnectionOwner> owner, Socket socket);

  void start();
  void start_refusing(api::HttpResponse refusal);  // answers with it, whatever is asked
  void check_deadline(MonotonicTime now);
  void stop();   // no further request; what is being answered still is
  void close();  // now

 private:
  enum class Phase { kIdle, kReadingHeader, kReadingBody, kHandling, kWriting, kStreaming, kLingering, kClosed };

  void next_request();
  void read_header();
  void on_header();
  void read_body();
  void on_read_error(boost::system::error_code error);
  void handle_request();
  static Task<void> answer(std::shared_ptr<HttpConnection> self, api::HttpRequest request);
  void refuse(int status, std::string_view code, std::string_view message, std::string_view reason);
  void respond(api::HttpResponse response);
  void start_stream();
  void finish();
  void pump();
  void watch_peer();
  void linger();
  void discard();
  void enter(Phase phase, Duration limit);
  void enter_unbounded(Phase phase);
  std::string render_head(const api::HttpResponse& response) const;

  std::shared_ptr<ConnectionOwner> owner_;
  Socket socket_;
  api::PeerAddress peer_{};
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  Phase phase_ = Phase::kIdle;
  MonotonicTime deadline_ = MonotonicTime::max();
  bool timed_out_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool watching_peer_ = false;
  bool writing_stream_ = false;
  bool stream_ended_ = false;
  std::size_t discarded_ = 0;
  api::HttpResponse response_;
  std::string head_;   // of the answer, or the frame of a stream's piece
  std::string piece_;  // of a stream
  std::array<char, 2048> scratch_{};
};

}  // namespace dd::net
