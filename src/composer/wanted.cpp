// SPDX-License-Identifier: MIT
#include "composer/wanted.hpp"

#include <algorithm>

namespace dd::composer {
namespace {

// What is shown first may have been captured a little earlier: a camera at one picture a second still has its last one.
constexpr Time kBefore = std::chrono::seconds{1};
constexpr Time kWorthAPass = std::chrono::seconds{5};

}  // namespace

std::vector<Interval> wanted_frames(const std::vector<Interval>& shown, Interval clip, const std::vector<Time>& key_frames) {
  std::vector<Interval> wanted;
  for (const Interval& span : shown) {
    if (span.to <= clip.from || span.from >= clip.to) continue;
    const Time from = std::max(Time{0}, span.from - clip.from - kBefore);
    const auto behind = std::upper_bound(key_frames.begin(), key_frames.end(), from);
    const Time key = behind == key_frames.begin() ? Time{0} : *std::prev(behind);
    const Interval next{key, span.to - clip.from + kBefore};
    if (!wanted.empty() && next.from <= wanted.back().to) {
      wanted.back().to = std::max(wanted.back().to, next.to);
    } else {
      wanted.push_back(next);
    }
  }
  return wanted;
}

bool is_partly_hidden(const std::vector<Interval>& shown, Interval clip) {
  Time hidden = clip.to - clip.from;
  for (const Interval& span : shown) {
    const Time from = std::max(span.from, clip.from);
    const Time to = std::min(span.to, clip.to);
    if (from < to) hidden -= to - from;
  }
  return hidden >= kWorthAPass;
}

}  // namespace dd::composer
