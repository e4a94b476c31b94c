// SPDX-License-Identifier: MIT
#include "portal/load_history.hpp"

#include <algorithm>

namespace dd::portal {

void LoadHistory::add(WallTime now, const std::vector<control::ServerRecord>& living) {
  for (auto entry = samples_.begin(); entry != samples_.end();) {
    auto& samples = entry->second;
    while (!samples.empty() && now - samples.front().time > settings_.memory) samples.pop_front();
    entry = samples.empty() ? samples_.erase(entry) : std::next(entry);
  }
  for (const auto& server : living) {
    if (samples_.find(server.server) == samples_.end() && samples_.size() >= settings_.max_servers) continue;
    const auto cpu = static_cast<std::uint8_t>(std::min<std::uint32_t>(server.cpu_percent, 100));
    samples_[server.server].push_back(Sample{now, server.participants, server.meetings, cpu});
  }
}

std::map<ContainerId, std::vector<LoadHistory::Sample>> LoadHistory::since(WallTime from, std::size_t points) const {
  std::map<ContainerId, std::vector<Sample>> out;
  for (const auto& [server, samples] : samples_) {
    const auto first = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) { return sample.time >= from; });
    const auto count = static_cast<std::size_t>(samples.end() - first);
    if (count == 0) continue;
    const std::size_t each = std::max<std::size_t>(1, (count + points - 1) / std::max<std::size_t>(1, points));
    auto& chosen = out[server];
    std::size_t i = 0;
    for (auto sample = first; sample != samples.end(); ++sample, ++i) {
      if (i % each == 0) {
        chosen.push_back(*sample);
        continue;
      }
      Sample& peak = chosen.back();
      peak.participants = std::max(peak.participants, sample->participants);
      peak.meetings = std::max(peak.meetings, sample->meetings);
      peak.cpu_percent = std::max(peak.cpu_percent, sample->cpu_percent);
    }
  }
  return out;
}

}  // namespace dd::portal
