// SPDX-License-Identifier: MIT
#include "recording/retiming.hpp"

#include <algorithm>

namespace dd::recording {
namespace {

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

Time Retiming::corrected(Time t) const {
  for (const auto& points : stretches_) {
    if (t >= points.front().t && t <= points.back().t) return std::max(Time{0}, t + shift_at(points, t));
  }
  return t;
}

}  // namespace dd::recording
