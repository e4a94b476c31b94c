// SPDX-License-Identifier: MIT
// TokenBucket: so many a second, and so many at once. It takes the time as an argument and knows no clock.
// Plain value, used on one loop.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace dd::signaling {

class TokenBucket {
 public:
  TokenBucket(double per_second, double burst, MonotonicTime now) : per_second_(per_second), burst_(burst), tokens_(burst), filled_(now) {}

  bool take(MonotonicTime now) {
    const double passed = std::chrono::duration<double>(now - filled_).count();
    tokens_ = std::min(burst_, tokens_ + std::max(0.0, passed) * per_second_);
    filled_ = std::max(filled_, now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double per_second_;
  double burst_;
  double tokens_;
  MonotonicTime filled_;
};

}  // namespace dd::signaling
