// SPDX-License-Identifier: MIT
// Faults: how a fake port is told to be slow or to fail; each fake asks before every operation.
// It knows no operation by itself: names are those of the port's functions. Owned by one fake, on the test's loop.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/completion.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd::meeting::testing {

class Faults {
 public:
  explicit Faults(Loop& loop) : loop_(loop) {}

  void slow_down(Duration latency) { latency_ = latency; }
  void fail_next(std::string operation, Errc code) { next_[std::move(operation)] = code; }
  void clear() {
    next_.clear();
    latency_ = Duration{0};
  }

  // Lets the time pass that an operation takes.
  Task<void> pass_time() {
    if (latency_ <= Duration{0}) co_return;
    auto pause = sleep_for(loop_, latency_);
    co_await pause;
  }

  // The fault planned for this operation, once.
  Result<void> strike(std::string_view operation) {
    auto planned = next_.find(operation);
    if (planned == next_.end()) return ok();
    Error error = make_error(planned->second, "as the test asked");
    if (planned->second == Errc::kUnavailable) error.retry_after = std::chrono::seconds{1};
    next_.erase(planned);
    return error;
  }

 private:
  Loop& loop_;
  Duration latency_{0};
  std::map<std::string, Errc, std::less<>> next_;
};

}  // namespace dd::meeting::testing
