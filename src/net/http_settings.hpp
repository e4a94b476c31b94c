// SPDX-License-Identifier: MIT
// The bounds of the HTTP server and its WebSockets: sizes, counts and times; app/ fills in what the configuration says.
// Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace dd::net {

// PEM files of a listener that speaks TLS; empty: it does not.
struct TlsFiles {
  std::string certificate;  // with its chain
  std::string key;
  Duration look_every = std::chrono::seconds{5};  // for another content
};

struct SocketLimits {
  std::size_t message_bytes = 64 * 1024;  // closed with 1009 beyond
  // A peer that was silent for so long is asked whether it is there, and has the second to answer with anything.
  Duration ping_interval = std::chrono::seconds{20};
  Duration pong_timeout = std::chrono::seconds{20};
  Duration write_timeout = std::chrono::seconds{30};  // for one message to be taken
  Duration close_timeout = std::chrono::seconds{1};   // for what is queued and the closing handshake
  // The receiver looks at queued_bytes and closes much earlier; this is the end for one that does not.
  std::size_t max_queued_bytes = 8 * 1024 * 1024;
  // Of browsers' pages, besides those that came from the same host: "https://meet.example.org", or "*" for all.
  // What sends no Origin is no browser and may come, since no user's cookies or network are borrowed by it.
  std::vector<std::string> allowed_origins;
};

struct HttpSettings {
  std::string address = "0.0.0.0";  // "::" listens for IPv4 too
  std::uint16_t port = 3001;        // 0 lets the system choose, see HttpServer::port()
  TlsFiles tls;
  int backlog = 1024;

  std::size_t max_connections = 4096;  // WebSockets included
  std::size_t max_refusals = 64;       // connections beyond that are told 503; further ones wait in the backlog

  std::uint32_t header_limit = 16 * 1024;      // bytes of request line and headers: 431 beyond
  std::uint64_t body_limit = 2 * 1024 * 1024;  // bytes: 413 beyond

  Duration handshake_timeout = std::chrono::seconds{10};  // of TLS

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
