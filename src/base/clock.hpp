// SPDX-License-Identifier: MIT
// The two times we know: monotonic (for durations and deadlines) and wall (for what others read).
// Nothing outside clock.cpp asks the operating system; code takes a Clock or the loop's now(), so tests decide the time.
#pragma once

#include <chrono>

namespace dd {

using Duration = std::chrono::nanoseconds;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime now() const = 0;
  virtual WallTime wall_now() const = 0;
};

// Since the machine started, also while it slept: comparable between processes of one boot, as the others are not.
Duration since_boot();

// The operating system's clocks; safe from any thread.
const Clock& system_clock();

}  // namespace dd
