// SPDX-License-Identifier: MIT
// EventFollower: the events of one media server (GET /v1/events) for as long as it lives - it connects, resumes after the
// last event it saw, and comes back with growing pauses. It understands no event but the server's own "resync".
// Lives on the control loop; the client outlives it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "net/http_client.hpp"

namespace dd::net {

class EventListener {
 public:
  virtual ~EventListener() = default;
  virtual void on_event(std::string_view json) = 0;  // in the server's order, each once
  // What is known about the server must be asked anew: the events begin here, or some were missed. Also called once when the
  // first connection stands, because what happened before it was not seen.
  virtual void on_resync() = 0;
};

struct EventFollowerSettings {
  Duration silence = std::chrono::seconds{45};  // the server says something every 15 s
  Duration first_pause = std::chrono::milliseconds{200};
  Duration longest_pause = std::chrono::seconds{10};
};

class EventFollower {
 public:
  // `origin` as in "http://10.0.0.7:3001". The listener outlives us, and may destroy us while it is being called.
  EventFollower(Loop& loop, HttpClient& client, std::string origin, EventListener& listener, EventFollowerSettings settings = {});
  ~EventFollower();

  bool connected() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::net
