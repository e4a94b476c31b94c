// SPDX-License-Identifier: MIT
// The bounds of the HTTP server: sizes, counts and times; app/ fills in the address and port from the configuration.
// Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace dd::net {

struct HttpSettings {
  std::string address = "0.0.0.0";  // "::" listens for IPv4 too
  std::uint16_t port = 3001;        // 0 lets the system choose, see HttpServer::port()
  int backlog = 1024;

  std::size_t max_connections = 4096;
  std::size_t max_refusals = 64;  // connections beyond that are told 503; further ones wait in the backlog

  std::uint32_t header_limit = 16 * 1024;      // bytes of request line and headers: 431 beyond
  std::uint64_t body_limit = 2 * 1024 * 1024;  // bytes: 413 beyond

  // Between requests. Go's clients keep an idle connection for 90 s, and a request that crosses our close is lost for them;
  // so we wait longer, and it is the client who closes.
  Duration idle_timeout = std::chrono::seconds{120};
  Duration header_timeout = std::chrono::seconds{10};  // from the first byte to the end of the headers, however it trickles
  Duration body_timeout = std::chrono::seconds{30};
  Duration write_timeout = std::chrono::seconds{30};         // for a whole answer, or one piece of a stream
  Duration linger_timeout = std::chrono::seconds{2};         // for the peer to read the last answer before the socket goes
  Duration sweep_interval = std::chrono::milliseconds{250};  // how often these are looked at
  Duration accept_backoff = std::chrono::milliseconds{100};  // after EMFILE and the like
};

}  // namespace dd::net
