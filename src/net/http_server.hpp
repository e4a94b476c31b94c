// SPDX-License-Identifier: MIT
// HttpServer: an HTTP/1.1 listener and its connections, in front of an api::Application; it understands no route.
// Every parseable request is answered, and what is no request gets a 400 before the connection closes.
// Lives on the control loop's context.
#pragma once

#include <cstdint>
#include <memory>

#include "api/application.hpp"
#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "net/http_settings.hpp"
#include "observe/metrics.hpp"

namespace dd::net {

class HttpServer final {
 public:
  // The loop, application and metrics outlive the server and what it is still answering.
  HttpServer(AsioLoop& loop, api::Application& application, observe::Metrics& metrics, HttpSettings settings);
  ~HttpServer();  // closes what is open

  Result<void> listen();
  std::uint16_t port() const;  // the real one, once listening
  std::size_t connections() const;

  // Accepts no more, ends the event streams, lets running requests finish until `deadline` has passed, then closes the rest.
  Task<void> stop(Duration deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::net
