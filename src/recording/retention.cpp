// SPDX-License-Identifier: MIT
#include "recording/retention.hpp"

#include <algorithm>
#include <numeric>

namespace dd::recording {

std::vector<std::size_t> to_remove(const RetentionRule& rule, WallTime now, std::span<const Kept> kept) {
  std::vector<std::size_t> oldest_first(kept.size());
  std::iota(oldest_first.begin(), oldest_first.end(), std::size_t{0});
  std::stable_sort(oldest_first.begin(), oldest_first.end(),
                   [&](std::size_t a, std::size_t b) { return kept[a].changed < kept[b].changed; });

  std::uint64_t bytes = 0;
  for (const Kept& one : kept) bytes += one.bytes;

  std::vector<std::size_t> removed;
  for (const std::size_t index : oldest_first) {
    const Kept& one = kept[index];
    if (one.needed) continue;
    const bool too_old = rule.max_age && now - one.changed > *rule.max_age;
    const bool too_many = rule.max_bytes && bytes > *rule.max_bytes;
    if (!too_old && !too_many) continue;
    removed.push_back(index);
    bytes -= one.bytes;
  }
  return removed;
}

}  // namespace dd::recording
