// SPDX-License-Identifier: MIT
// HttpServer: an HTTP/1.1 listener and its connections, in front of an api::HttpHandler; it understands no route.
// With a certificate it speaks TLS, and on the paths it is told of it accepts WebSockets.
// Every parseable request is answered, and what is no request gets a 400 before the connection closes.
// Lives on the control loop's context.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/http_handler.hpp"
#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "net/http_settings.hpp"
#include "observe/metrics.hpp"
#include "signaling/socket.hpp"

namespace dd::net {

class HttpServer final {
 public:
  // The loop, handler and metrics outlive the server and what it is still answering.
  HttpServer(AsioLoop& loop, api::HttpHandler& handler, observe::Metrics& metrics, HttpSettings settings);
  ~HttpServer();  // closes what is open

  // Before listen(): requests for a WebSocket on exactly this path go to `acceptor`, which outlives the server's use of it.
  // An acceptor that gives no receiver has the socket closed with 1013.
  void accept_sockets(std::string path, signaling::Acceptor& acceptor, SocketLimits limits = {});

  // Reads the certificate, if there is to be one, and blocks meanwhile.
  Result<void> listen();
  std::uint16_t port() const;  // the real one, once listening
  std::size_t connections() const;

  // Once. Accepts no more, ends the event streams, closes the WebSockets with 1001, lets running requests finish until `deadline` has passed, then closes the rest.
  Task<void> stop(Duration deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::net
