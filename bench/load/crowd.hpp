// SPDX-License-Identifier: MIT
// Crowd: all peers of a run - how they come and go, the ticks that drive them, and readings of their counters. How many there are to
// be, and what is made of the readings, is run.hpp's affair. Lives on the loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/asio_loop.hpp"
#include "base/task.hpp"
#include "bench/load/measurement.hpp"
#include "bench/load/peer.hpp"
#include "bench/load/server_processes.hpp"

namespace dd::load {

class Crowd {
 public:
  static Task<Result<std::unique_ptr<Crowd>>> open(AsioLoop& loop, const Arguments& arguments);
  ~Crowd();

  // Publishers come once, all of them; in a mesh each then watches the others.
  Task<Result<void>> bring_publishers();
  // Subscribers come or go until there are so many.
  Task<Result<void>> bring_subscribers(int wanted);
  // Nobody else joins, now or later: bringing ends with an error.
  void stop_coming();
  Task<void> leave();

  // A window of a measurement: what is between the two calls, all peers staying.
  void begin_window();
  Measurement end_window();
  // What was measured since the last call, of a window under way.
  Measurement since_last_second();

  int publishers() const { return static_cast<int>(publishers_.size()); }
  int subscribers() const { return static_cast<int>(subscribers_.size()); }
  const ServerProcesses& server() const { return server_; }
  const LatencyHistogram& key_frame_waits();
  std::size_t waiting_for_key_frame() const;
  std::optional<SrtpProfile> profile() const;

 private:
  using Peers = std::vector<std::unique_ptr<Peer>>;

  Crowd(AsioLoop& loop, const Arguments& arguments, std::unique_ptr<Network> network, std::unique_ptr<DtlsIdentity> identity);
  void tick();
  Task<Result<void>> bring(std::vector<Peer*> coming);
  Task<void> come(Peer& peer);
  Task<Result<void>> watch_each_other();
  std::vector<std::string> producers_of(int room, const Peer* except) const;
  void find_server_processes();
  Reading read() const;
  void collect();
  Measurement with_crowd(Measurement measured) const;
  template <typename Visit>
  void each(Visit visit) const {
    for (const auto& peer : publishers_) visit(*peer);
    for (const auto& peer : subscribers_) visit(*peer);
  }

  AsioLoop& loop_;
  const Arguments& arguments_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<DtlsIdentity> identity_;
  PeerContext context_;
  std::string run_;
  Peers publishers_;
  Peers subscribers_;
  int subscribers_ever_ = 0;  // a name is used once
  ServerProcesses server_{{}};

  std::size_t coming_ = 0;  // peers that are on their way
  std::size_t joining_ = 0;
  std::optional<Error> failed_to_come_;
  bool bringing_subscribers_ = false;
  bool stopped_ = false;

  Timer ticker_;
  MonotonicTime next_tick_;
  unsigned ticks_ = 0;
  Duration longest_delay_{0};
  Reading begin_;
  Reading last_second_;
  Latencies window_;
  LatencyHistogram key_frame_waits_;
};

}  // namespace dd::load
