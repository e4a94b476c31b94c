// SPDX-License-Identifier: MIT
#include "composer/floor.hpp"

#include <algorithm>

namespace dd::composer {

std::vector<Floor> settle_floor(const std::vector<Floor>& changes, recording::Time end) {
  std::vector<Floor> settled;
  for (std::size_t index = 0; index < changes.size(); ++index) {
    const Floor& change = changes[index];
    const recording::Time until = index + 1 < changes.size() ? changes[index + 1].from : end;
    if (change.participant.empty() || until - change.from < kShortestSpeech) continue;
    if (settled.empty()) {
      settled.push_back(change);
      continue;
    }
    if (settled.back().participant == change.participant) continue;
    // Speaking while another's hold runs counts from the end of the hold, if it lasts that long.
    const recording::Time from = std::max(change.from, settled.back().from + kFloorHold);
    if (from < until) settled.push_back({from, change.participant});
  }
  return settled;
}

}  // namespace dd::composer
