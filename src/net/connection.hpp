// SPDX-License-Identifier: MIT
// Connection: an open socket as its server sees it, whatever is spoken on it; ConnectionOwner: the server as they see it.
// The server counts connections, looks at their deadlines and stops them; it knows neither HTTP nor WebSocket.
// On the control loop.
#pragma once

#include <memory>
#include <string_view>

#include "api/http_handler.hpp"
#include "base/loop.hpp"
#include "net/http_settings.hpp"
#include "observe/metrics.hpp"
#include "signaling/socket.hpp"

namespace dd::net {

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void check_deadline(MonotonicTime now) = 0;
  virtual void stop() = 0;   // nothing new; what is under way may end
  virtual void close() = 0;  // now
};

// Where WebSockets are accepted.
struct SocketRoute {
  signaling::Acceptor* acceptor;
  SocketLimits limits;
};

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual api::HttpHandler& handler() = 0;
  virtual const HttpSettings& settings() const = 0;
  virtual Loop& loop() = 0;
  virtual observe::Metrics& metrics() = 0;
  virtual bool stopping() const = 0;
  virtual std::string_view date() = 0;                                                // of now, as the Date header has it
  virtual const SocketRoute* sockets_at(std::string_view path) const = 0;             // null: none; lives as long as the owner
  virtual void on_upgraded(Connection& before, std::shared_ptr<Connection> now) = 0;  // the second has taken the first's place
  virtual void on_closed(Connection& connection) = 0;
};

}  // namespace dd::net
