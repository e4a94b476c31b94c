// SPDX-License-Identifier: MIT
// Sweeper: applies the retention rule once at the start and then once in a while; it says in the log and the metrics what went.
// What has to go is decided by recording/retention.hpp, and done by the shelf. Lives on the control loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "observe/metrics.hpp"
#include "recording/retention.hpp"
#include "shelf/shelf.hpp"

namespace dd::shelf {

class Sweeper {
 public:
  // Without a rule it does nothing. Loop, shelf and metrics outlive it.
  Sweeper(Loop& loop, Shelf& shelf, observe::Metrics& metrics, recording::RetentionRule rule, Duration interval = std::chrono::minutes{10});
  ~Sweeper();

  void start();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dd::shelf
