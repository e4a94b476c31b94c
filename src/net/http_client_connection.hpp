// SPDX-License-Identifier: MIT
// ClientConnection: one connection of the HTTP client - connects, sends a request, reads its answer piece by piece.
// One operation at a time, each given its end through a Completion or a callback; what to do with errors is the client's affair.
// Lives on the control loop's context; operations under way keep it alive.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/asio_loop.hpp"
#include "base/completion.hpp"
#include "base/task.hpp"
#include "net/stream.hpp"
#include "net/url.hpp"

namespace dd::net {

class ClientConnection final : public std::enable_shared_from_this<ClientConnection> {
 public:
  using error_code = boost::system::error_code;
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  explicit ClientConnection(AsioLoop& loop);

  // Looks the name up, connects, and with `tls` shakes hands.
  static Task<error_code> connect(std::shared_ptr<ClientConnection> self, HttpOrigin origin, std::shared_ptr<const TlsContext> tls);
  static Task<error_code> send(std::shared_ptr<ClientConnection> self, Request request);
  static Task<error_code> read_header(std::shared_ptr<ClientConnection> self, std::uint32_t limit, bool has_no_body);

  const Parser& parser() const { return *parser_; }
  // Some of the body into piece(), perhaps nothing yet; `then` is called in a turn of its own.
  void read_some(std::size_t limit, UniqueFunction<void(error_code)> then);
  std::string& piece() { return piece_; }

  // Closes when `delay` has passed, unless it is told another or none.
  void close_after(Duration delay);
  void no_deadline() { deadline_.cancel(); }
  void close();
  bool open() const { return open_; }
  bool timed_out() const { return timed_out_; }
  bool nothing_received() const { return nothing_received_; }

  // Between calls: `ended` is called once when the server closes it or sends what nobody asked for.
  void rest(UniqueFunction<void()> ended);
  void wake_up();
  bool used_before() const { return used_before_; }

 private:
  AsioLoop& loop_;
  Stream stream_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::beast::flat_buffer buffer_{64 * 1024};
  std::optional<Request> request_;
  std::optional<Parser> parser_;
  std::string piece_;
  Timer deadline_;
  bool open_ = true;
  bool timed_out_ = false;
  bool nothing_received_ = true;
  bool used_before_ = false;
  std::uint64_t rests_ = 0;  // tells the present rest from earlier ones
  bool resting_ = false;
};

}  // namespace dd::net
