// SPDX-License-Identifier: MIT
// The bounds and times of signaling, defaults in place. It reads no configuration; app/ fills it in.
// Plain values.
#pragma once

#include <cstddef>
#include <string>

#include "base/clock.hpp"
#include "trust/turn_credentials.hpp"

namespace dd::signaling {

struct GateSettings {
  std::string replica;  // this control process, unique among those that share a bus
  trust::TurnSettings turn;

  std::size_t max_sessions = 20'000;
  std::size_t max_connections = 25'000;  // sockets, those that have not joined yet included
  Duration join_deadline = std::chrono::seconds{10};
  Duration grace = std::chrono::seconds{30};          // how long a session outlives its socket
  Duration empty_meeting = std::chrono::seconds{60};  // how long a meeting outlives its last participant

  std::size_t slow_reader_bytes = 1024 * 1024;  // waiting in the socket: more, and it is closed
  std::size_t skip_readings_bytes = 64 * 1024;  // waiting in the socket: more, and levels and scores are left out
  double requests_per_second = 50;
  double request_burst = 100;
  unsigned refusals_before_close = 200;  // of a client that goes on above its rate
  std::size_t max_queued_requests = 128;

  std::size_t replay_notices = 1'024;
  std::size_t replay_bytes = 512 * 1024;

  std::size_t message_bytes = 4 * 1024;
  std::size_t metadata_bytes = 2 * 1024;

  Duration quality_interval = std::chrono::seconds{2};  // at most one score of a participant in this time
  Duration presence_interval = std::chrono::seconds{10};
  Duration replica_silence = std::chrono::seconds{35};  // participants of a replica that says nothing for so long are gone
  Duration recording_interval = std::chrono::seconds{10};
  Duration leader_interval = std::chrono::seconds{2};  // how soon a new leader starts to meter
};

}  // namespace dd::signaling
