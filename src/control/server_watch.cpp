// SPDX-License-Identifier: MIT
#include "control/server_watch.hpp"

#include <algorithm>
#include <chrono>

namespace dd::control {

void ServerWatch::update(std::vector<ServerRecord> servers, MonotonicTime now, WallTime wall) {
  // While nothing could be read, nobody could write either: such time is no silence of the servers.
  const Duration gap = last_update_ ? now - *last_update_ : Duration{0};
  const Duration unseen = gap > 2 * interval_ + std::chrono::seconds{1} ? gap : Duration{0};
  last_update_ = now;

  std::map<ContainerId, Pulse> pulses;
  for (const auto& server : servers) {
    const auto known = pulses_.find(server.server);
    Pulse pulse;
    if (known == pulses_.end()) {
      const Duration age = wall - server.heartbeat;
      pulse = {server.heartbeat, now, age < limit_ && age > -limit_};
    } else if (known->second.heartbeat != server.heartbeat) {
      pulse = {server.heartbeat, now, true};
    } else {
      pulse = known->second;
      pulse.changed += unseen;
    }
    pulses.emplace(server.server, pulse);
  }
  pulses_ = std::move(pulses);
  servers_ = std::move(servers);
}

const ServerRecord* ServerWatch::find(const ContainerId& server) const {
  const auto found = std::find_if(servers_.begin(), servers_.end(), [&](const ServerRecord& record) { return record.server == server; });
  return found == servers_.end() ? nullptr : &*found;
}

bool ServerWatch::living(const ContainerId& server, MonotonicTime now) const {
  const auto found = pulses_.find(server);
  return found != pulses_.end() && found->second.proven && now - found->second.changed < limit_;
}

bool ServerWatch::dead(const ContainerId& server, MonotonicTime now) const {
  const auto found = pulses_.find(server);
  return found != pulses_.end() && now - found->second.changed >= limit_;
}

Duration ServerWatch::silence(const ContainerId& server, MonotonicTime now) const {
  const auto found = pulses_.find(server);
  return found == pulses_.end() ? Duration{0} : now - found->second.changed;
}

}  // namespace dd::control
