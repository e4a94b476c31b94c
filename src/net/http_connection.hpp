// SPDX-License-Identifier: MIT
// HttpConnection: one client's socket - reads a request, has it answered, writes the answer, and so on, one at a time.
// Requests that arrive early wait in its buffer or the kernel's; nothing is read while one is being answered.
// A request for a WebSocket ends it: the stream goes on as a WebSocketConnection.
// Lives on the control loop's context; keeps itself alive while an operation of its own is under way.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/task.hpp"
#include "net/connection.hpp"
#include "net/stream.hpp"

namespace dd::net {

class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection> {
 public:
  // An encrypted stream has not shaken hands yet.
  HttpConnection(std::shared_ptr<ConnectionOwner> owner, Stream stream);

  void start();
  void start_refusing(api::HttpResponse refusal);  // answers with it, whatever is asked
  void check_deadline(MonotonicTime now) override;
  void stop() override;
  void close() override;

 private:
  enum class Phase { kHandshaking, kIdle, kReadingHeader, kReadingBody, kHandling, kWriting, kStreaming, kLingering, kClosed };

  void shake_hands(UniqueFunction<void()> then);
  void next_request();
  void read_header();
  void on_header();
  void read_body();
  void on_read_error(boost::system::error_code error);
  api::HttpRequest release_request();
  void handle_request();
  void upgrade(const SocketRoute& route);
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
  Stream stream_;
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
