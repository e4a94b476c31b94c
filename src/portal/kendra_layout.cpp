// SPDX-License-Identifier: MIT
#include "portal/kendra_layout.hpp"

#include <algorithm>

namespace dd::portal {

std::int64_t people(const KendraCapacity& capacity) {
  return capacity.everybody > 0 ? capacity.everybody : capacity.producers + capacity.consumers;
}

std::optional<KendraLayout> lay_out(const KendraCapacity& capacity, const std::vector<control::WorkerLoad>& workers) {
  std::vector<control::WorkerLoad> free;
  std::copy_if(workers.begin(), workers.end(), std::back_inserter(free),
               [](const auto& worker) { return worker.alive && worker.consumers < kConsumersPerWorker; });
  std::stable_sort(free.begin(), free.end(), [](const auto& a, const auto& b) { return a.consumers < b.consumers; });
  if (free.empty()) return std::nullopt;

  KendraLayout layout;
  if (capacity.everybody > 0) {
    layout.single = KendraLayout::Router{2 * capacity.everybody, free.front().worker};
    return layout;
  }
  layout.producers = KendraLayout::Router{2 * capacity.producers, free.front().worker};
  std::int64_t needed = 2 * capacity.producers * (capacity.producers + capacity.consumers);
  for (std::size_t i = free.size() > 1 ? 1 : 0; i < free.size() && needed > 0; ++i) {
    const std::int64_t share = std::min(needed, kConsumersPerWorker - static_cast<std::int64_t>(free[i].consumers));
    layout.consumers.push_back(KendraLayout::Router{share, free[i].worker});
    needed -= share;
  }
  if (needed > 0) return std::nullopt;
  return layout;
}

bool alive(const control::ServerRecord& server, WallTime now, std::chrono::seconds heartbeat_limit) {
  return now - server.heartbeat <= heartbeat_limit;
}

std::vector<control::ServerRecord> candidates(std::vector<control::ServerRecord> servers, std::string_view pool, WallTime now,
                                              std::chrono::seconds heartbeat_limit) {
  std::erase_if(servers, [&](const auto& server) {
    return server.draining || server.tenant != pool || !alive(server, now, heartbeat_limit) || server.reserved >= server.capacity;
  });
  std::stable_sort(servers.begin(), servers.end(),
                   [](const auto& a, const auto& b) { return a.capacity - a.reserved > b.capacity - b.reserved; });
  return servers;
}

}  // namespace dd::portal
