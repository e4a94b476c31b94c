// SPDX-License-Identifier: MIT
// WebSocketConnection: one client's WebSocket (RFC 6455) between a stream and a signaling::Receiver. It frames, answers
// pings and asks with its own, keeps the order of what is sent and closes within a bound; it understands no message.
// Texts only, uncompressed: idle ones are many, and a compressor's window is 64 KiB for each. Lives on the control loop.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "net/connection.hpp"
#include "net/stream.hpp"
#include "signaling/socket.hpp"

namespace dd::net {

class WebSocketConnection final : public Connection, public signaling::Socket, public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(std::shared_ptr<ConnectionOwner> owner, Stream stream, const SocketRoute& route, api::HttpRequest request);
  ~WebSocketConnection() override;

  void start(const boost::beast::http::request<boost::beast::http::empty_body>& asked);

  void check_deadline(MonotonicTime now) override;
  void stop() override;
  void close() override;

  void send(std::string text) override;
  std::size_t queued_bytes() const override { return queued_bytes_; }
  void close(signaling::CloseCode code, std::string_view reason) override;

 private:
  enum class Phase { kAccepting, kOpen, kClosing, kLingering, kClosed };

  void on_accepted();
  void read();
  void on_message();
  void on_read_error(boost::system::error_code error);
  void write();
  void begin_close(std::uint16_t code, std::string_view reason);
  void send_close();
  void ping();
  void heard();
  void linger(std::string_view outcome);
  void discard();
  void drop(std::string_view outcome);
  void tell_closed(std::string_view outcome);
  Loop& loop() { return owner_->loop(); }

  std::shared_ptr<ConnectionOwner> owner_;
  const SocketRoute& route_;  // the owner's
  boost::beast::websocket::stream<Stream, false> socket_;
  std::unique_ptr<api::HttpRequest> request_;  // until it is accepted
  std::unique_ptr<signaling::Receiver> receiver_;
  Phase phase_ = Phase::kAccepting;
  MonotonicTime deadline_ = MonotonicTime::max();  // of the phase
  MonotonicTime write_deadline_ = MonotonicTime::max();
  MonotonicTime next_ping_ = MonotonicTime::max();
  MonotonicTime pong_deadline_ = MonotonicTime::max();
  boost::beast::flat_buffer incoming_;
  std::list<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  bool accepted_ = false;  // and not yet told that it is closed
  bool writing_ = false;
  bool pinging_ = false;
  bool close_sent_ = false;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
};

}  // namespace dd::net
