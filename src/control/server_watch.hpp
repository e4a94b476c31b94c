// SPDX-License-Identifier: MIT
// ServerWatch: which servers live, judged by whether their heartbeats change while we look, not by what their clocks say: a server
// whose clock runs wrong must not lose its meetings, and neither must all of them because the database was away.
// It reads nothing itself. Plain object of the control loop.
#pragma once

#include <map>
#include <vector>

#include "control/control_store.hpp"

namespace dd::control {

class ServerWatch {
 public:
  // `limit`: silence after which a server is dead. `interval`: how often update() is called while all is well.
  ServerWatch(Duration limit, Duration interval) : limit_(limit), interval_(interval) {}

  void update(std::vector<ServerRecord> servers, MonotonicTime now, WallTime wall);

  const std::vector<ServerRecord>& servers() const { return servers_; }
  const ServerRecord* find(const ContainerId& server) const;

  // A server seen for the first time with an old heartbeat is neither, until it moves or the limit has passed.
  bool living(const ContainerId& server, MonotonicTime now) const;
  bool dead(const ContainerId& server, MonotonicTime now) const;
  Duration silence(const ContainerId& server, MonotonicTime now) const;

  bool read_once() const { return last_update_.has_value(); }

 private:
  struct Pulse {
    WallTime heartbeat{};
    MonotonicTime changed{};
    bool proven = false;
  };

  const Duration limit_;
  const Duration interval_;
  std::vector<ServerRecord> servers_;
  std::map<ContainerId, Pulse> pulses_;
  std::optional<MonotonicTime> last_update_;
};

}  // namespace dd::control
