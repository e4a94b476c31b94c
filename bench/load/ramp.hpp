// SPDX-License-Identifier: MIT
// RampSearch: which load to try next, so that the highest one that is good is found in few steps: half as much again each time until
// one is bad, then halves between the last good and the first bad. It knows nothing of what the load is. Pure.
#pragma once

#include <algorithm>

namespace dd::load {

class RampSearch {
 public:
  RampSearch(int start, int most) : most_(most), next_(std::min(start, most)) {}

  int next() const { return next_; }
  bool done() const { return done_; }
  int best() const { return best_; }  // 0: none was good

  void judge(bool good) {
    if (good) best_ = std::max(best_, next_);
    if (!good) worst_ = worst_ == 0 ? next_ : std::min(worst_, next_);
    if (worst_ == 0) {
      done_ = best_ >= most_;
      next_ = std::min(most_, best_ + std::max(1, best_ / 2));
      return;
    }
    // A server's limit is not sharper than this from one minute to the next.
    const int precision = std::max(1, best_ / 30);
    done_ = worst_ - best_ <= precision;
    next_ = best_ + std::max(1, (worst_ - best_) / 2);
  }

 private:
  int most_;
  int next_;
  int best_ = 0;
  int worst_ = 0;  // 0: none was bad
  bool done_ = false;
};

}  // namespace dd::load
