// SPDX-License-Identifier: MIT
// EventStream: numbers the meetings' events, remembers the last of them, and hands them to the clients of /v1/events.
// The memory is the only buffer: a client is a position in it, so a slow one costs nothing and, overtaken, is told to
// start over (`resync`) when it comes back. Lives on the control loop; outlives Host and the HTTP server's use of it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.hpp"
#include "base/id.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "meeting/event.hpp"
#include "observe/metrics.hpp"

namespace dd::api {

struct EventStreamSettings {
  std::string boot;                  // tells this process's events from an earlier one's; empty: random
  std::size_t max_events = 10'000;   // kept for clients that come back
  std::size_t max_readings = 2'000;  // levels and scores: kept apart, so that they never push news out
  std::size_t max_clients = 64;
  Duration heartbeat = std::chrono::seconds{15};  // proxies close what is silent, commonly after 60 s
};

class EventStream final : public meeting::EventSink {
 public:
  EventStream(Loop& loop, observe::Metrics& metrics, EventStreamSettings settings = {});
  ~EventStream() override;

  void on_event(const meeting::Event& event) override;

  // Everything after `last_event_id` (from now on, when empty) that concerns `meeting` (every one, when empty).
  // kTooManyRequests when max_clients are reading already.
  Result<std::unique_ptr<BodyStream>> open(std::string_view last_event_id, MeetingId meeting);

  std::size_t clients() const;
  void set_max_clients(std::size_t bound);  // those reading already stay

 private:
  class Client;
  struct Log;
  std::shared_ptr<Log> log_;
};

}  // namespace dd::api
