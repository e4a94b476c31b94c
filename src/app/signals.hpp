// SPDX-License-Identifier: MIT
// Turns SIGINT and SIGTERM into a call on the control loop, through a signalfd.
// It decides nothing: the callback says what a signal means. Lives on the control loop; made before any thread starts,
// so that every thread inherits the blocked mask.
#pragma once

#include "base/loop.hpp"

namespace dd::app {

class TerminationSignals {
 public:
  TerminationSignals();  // blocks the signals for this thread and those it will start; ignores SIGPIPE
  ~TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;

  void watch(Loop& loop, UniqueFunction<void(int signal)> on_signal);  // called once for each signal
  void stop_watching() { watch_.cancel(); }

 private:
  int fd_ = -1;
  UniqueFunction<void(int)> on_signal_;
  FdWatch watch_;
};

}  // namespace dd::app
