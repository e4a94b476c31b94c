// SPDX-License-Identifier: MIT
// Where frames of a track belong that were put on the timeline before their sender's clock was known.
// It changes no file: tracks stay as they were written, and whoever plays them asks here. Filled from `retimed` events.
// Plain value.
#pragma once

#include <vector>

#include "recording/terms.hpp"

namespace dd::recording {

struct RetimedPoint {
  Time t{};      // as it was written
  Time shift{};  // what to add
  friend bool operator==(const RetimedPoint&, const RetimedPoint&) = default;
};

class Retiming {
 public:
  // Points of one event, in order of time. Between two of them the shift changes evenly; outside there is none.
  void add(const std::vector<RetimedPoint>& points);

  // Never before the recording's beginning.
  Time corrected(Time t) const;

 private:
  std::vector<std::vector<RetimedPoint>> stretches_;
};

}  // namespace dd::recording
