// SPDX-License-Identifier: MIT
// Looks at the host once a second: sets the gauges, and stops the heartbeat while a worker cannot be brought back, so
// that kendra moves the meetings elsewhere instead of believing in a server that cannot carry them.
// It heals nothing itself. Lives on the control loop.
#pragma once

#include <optional>

#include "base/loop.hpp"
#include "meeting/host.hpp"
#include "observe/metrics.hpp"
#include "observe/process.hpp"
#include "store/store.hpp"

namespace dd::app {

class VitalSigns {
 public:
  // `load` holds what does not change: where the media API is and what this server is meant to carry.
  VitalSigns(Loop& loop, const meeting::Host& host, store::Store& store, observe::Metrics& metrics, store::ServerLoad load);
  void start();
  void stop() { timer_.cancel(); }

 private:
  void look();
  void set_overload(const meeting::HostStatus& status);
  void tell_load(const meeting::HostStatus& status);
  void judge_workers(bool all_alive);

  Loop& loop_;
  const meeting::Host& host_;
  store::Store& store_;
  observe::Metrics& metrics_;
  store::ServerLoad load_;
  observe::CpuSampler cpu_;
  std::uint64_t video_refused_ = 0;  // as counted so far
  std::uint64_t audio_refused_ = 0;
  std::optional<MonotonicTime> worker_missing_since_;
  bool heartbeat_paused_ = false;
  Timer timer_;
};

}  // namespace dd::app
