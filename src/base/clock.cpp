// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <ctime>

namespace dd {
namespace {

class SystemClock final : public Clock {
 public:
  MonotonicTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

Duration since_boot() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace dd
