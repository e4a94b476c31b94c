// SPDX-License-Identifier: MIT
// The worker's monotonic clock, which may stand still while a batch of datagrams is handled: reading it for every packet and consumer
// is 5 % of a forwarded packet. SendQueue moves it on after each of its system calls, so a stamp is at most one of these calls old.
// One per loop, that is per thread.
#pragma once

#include <ctime>

#include <cstdint>

namespace dd::loop_clock {

inline thread_local std::int64_t frozen_us = 0;

inline std::int64_t read_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // the clock of uv_hrtime()
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

inline std::int64_t now_us() { return frozen_us != 0 ? frozen_us : read_us(); }

inline void refresh() {
  if (frozen_us != 0) frozen_us = read_us();
}

// Stops the clock for its lifetime; nested ones change nothing.
class Frozen {
 public:
  Frozen() : outer_(frozen_us) {
    if (outer_ == 0) frozen_us = read_us();
  }
  ~Frozen() {
    if (outer_ == 0) frozen_us = 0;
  }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  std::int64_t outer_;
};

}  // namespace dd::loop_clock
