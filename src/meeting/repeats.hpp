// SPDX-License-Identifier: MIT
// A caller's list may name one thing many times; it is asked of the engine once. Plain values.
#pragma once

#include <unordered_set>
#include <vector>

namespace dd::meeting {

// `ids` in their order, each once.
template <typename IdType>
std::vector<IdType> without_repeats(const std::vector<IdType>& ids) {
  std::unordered_set<IdType> seen;
  std::vector<IdType> once;
  for (const auto& id : ids) {
    if (seen.insert(id).second) once.push_back(id);
  }
  return once;
}

}  // namespace dd::meeting
