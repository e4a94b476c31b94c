// SPDX-License-Identifier: MIT
#include "recording/retiming.hpp"

#include <algorithm>

namespace dd::recording {
namespace {

// Matroska rounds to milliseconds: a frame may be found that much beside where it was said to be.
constexpr Time kTick = std::chrono::milliseconds{1};

Time shift_at(const std::vector<RetimedPoint>& points, Time t) {
  const auto after = std::upper_bound(points.begin(), points.end(), t, [](Time at, const RetimedPoint& point) { return at < point.t; });
  if (after == points.end()) return points.back().shift;
  const RetimedPoint& left = *(after - 1);
  const double share = static_cast<double>((t - left.t).count()) / static_cast<double>((after->t - left.t).count());
  return left.shift + Time{static_cast<std::int64_t>(share * static_cast<double>((after->shift - left.shift).count()))};
}

}  // namespace

void Retiming::add(const std::vector<RetimedPoint>& points) {
  if (!points.empty()) stretches_.push_back(points);
}

bool Retiming::moves(Time from, Time to, Time least) const {
  return std::any_of(stretches_.begin(), stretches_.end(), [&](const auto& points) {
    return std::any_of(points.begin(), points.end(), [&](const RetimedPoint& point) {
      return point.t >= from - kTick && point.t <= to + kTick && std::chrono::abs(point.shift) >= least;
    });
  });
}

Time Retiming::corrected(Time t) const {
  for (const auto& points : stretches_) {
    if (t < points.front().t - kTick || t > points.back().t + kTick) continue;
    return std::max(Time{0}, t + shift_at(points, std::clamp(t, points.front().t, points.back().t)));
  }
  return t;
}

}  // namespace dd::recording
