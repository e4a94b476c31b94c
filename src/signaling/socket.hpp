// SPDX-License-Identifier: MIT
// The two halves of a signaling connection: a socket that sends texts, and the receiver of what its peer sends.
// They know no bytes of WebSocket; net/ implements the socket, signaling/gate.hpp the receiver. On the control loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http.hpp"

namespace dd::signaling {

// Close codes of docs/signaling.md; 1000 to 1015 are RFC 6455's.
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,  // the server stops or drains: connect again
  kTooBig = 1009,
  kReplaced = 4001,  // the same participant joined from elsewhere
  kRemoved = 4003,   // by a moderator; do not come back
  kEnded = 4004,     // the meeting is over
  kSlowReader = 4008,
  kBadMessage = 4010,  // not JSON-RPC, or no join in time
  kTooManyMessages = 4029,
};

class Socket {
 public:
  virtual ~Socket() = default;
  // Queues a text; never waits. The queue's bound is the receiver's affair: it looks at `queued_bytes` first.
  virtual void send(std::string text) = 0;
  virtual std::size_t queued_bytes() const = 0;
  // What is queued is still sent, for up to a second. Nothing is received any more; on_closed() follows.
  virtual void close(CloseCode code, std::string_view reason) = 0;
};

class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void on_text(std::string text) = 0;  // whole messages within the bound given at accept
  virtual void on_closed() = 0;                // exactly once, also after our own close(); the socket is gone afterwards
};

// Accepts WebSocket connections on a path. `socket` lives until on_closed().
class Acceptor {
 public:
  virtual ~Acceptor() = default;
  virtual std::unique_ptr<Receiver> accept(const api::HttpRequest& request, std::shared_ptr<Socket> socket) = 0;
};

}  // namespace dd::signaling
