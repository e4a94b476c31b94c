// SPDX-License-Identifier: MIT
// LoadHistory: what each media server had to do, every ten seconds for a day, for the operator's charts.
// It lives in memory and starts empty with the process; Prometheus is there for longer. Bounded in servers and in time.
// Lives on the control loop; samples come in.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "control/control_store.hpp"

namespace dd::portal {

class LoadHistory {
 public:
  struct Settings {
    std::chrono::seconds interval{10};
    std::chrono::seconds memory{24 * 3600};
    std::size_t max_servers = 64;
  };
  struct Sample {
    WallTime time{};
    std::uint32_t participants = 0;
    std::uint32_t meetings = 0;
    std::uint8_t cpu_percent = 0;
  };

  LoadHistory() = default;
  explicit LoadHistory(Settings settings) : settings_(settings) {}

  const Settings& settings() const { return settings_; }
  void add(WallTime now, const std::vector<control::ServerRecord>& living);

  // At most `points` a server, each the greatest of what it stands for: a peak is what an operator looks for.
  std::map<ContainerId, std::vector<Sample>> since(WallTime from, std::size_t points) const;

 private:
  Settings settings_;
  std::map<ContainerId, std::deque<Sample>> samples_;
};

}  // namespace dd::portal
