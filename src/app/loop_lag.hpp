// SPDX-License-Identifier: MIT
// Measures how late the control loop runs what is due: a timer every 100 ms, and the time by which it missed.
// It does not say who held the loop; a lag above the warning limit is logged, at most once a second.
// Lives on the control loop.
#pragma once

#include "base/loop.hpp"
#include "observe/metrics.hpp"

namespace dd::app {

class LoopLag {
 public:
  LoopLag(Loop& loop, observe::Metrics& metrics);
  void start();

 private:
  void measure();

  Loop& loop_;
  observe::Metrics& metrics_;
  MonotonicTime due_;
  MonotonicTime last_warning_;
  Timer timer_;
};

}  // namespace dd::app
