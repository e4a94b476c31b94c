// SPDX-License-Identifier: MIT
// Server: the composition root - makes every part, in the order in which they need each other, and runs the control loop.
// It decides nothing about media, meetings or rows. Owned by main(); the loop's thread is the one that calls run().
#pragma once

#include <chrono>
#include <memory>

#include "config/settings.hpp"

namespace dd::app {

class Server {
 public:
  explicit Server(config::Settings settings);
  ~Server();

  // Until a signal has ended it. Returns the process's exit code: 0 after an orderly stop, 1 when it could not start.
  int run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dd::app
