// SPDX-License-Identifier: MIT
#include "portal/kendra_layout.hpp"

#include <algorithm>

#include "control/placement.hpp"

namespace dd::portal {

std::int64_t people(const KendraCapacity& capacity) {
  return capacity.everybody > 0 ? capacity.everybody : capacity.producers + capacity.consumers;
}

std::optional<KendraLayout> lay_out(const KendraCapacity& capacity, const control::ServerRecord& server) {
  auto free = control::workers_by_load(server);
  std::erase_if(free, [](const auto& worker) { return worker.consumers >= kConsumersPerWorker; });
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

}  // namespace dd::portal
