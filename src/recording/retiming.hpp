// SPDX-License-Identifier: MIT
// Where frames of a track belong that were put on the timeline before their sender's clock was known.
// It changes no file: until a recording is finished (archive/retime.cpp), whoever plays its tracks asks here. Filled from `retimed` events.
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

  // Whether anything between the two is moved by `least` or more.
  bool moves(Time from, Time to, Time least) const;

  // Never before the recording's beginning.
  Time corrected(Time t) const;

 private:
  std::vector<std::vector<RetimedPoint>> stretches_;
};

}  // namespace dd::recording
