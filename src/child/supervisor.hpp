// SPDX-License-Identifier: MIT
// When a child is started, killed and started again, as a state machine: it is told what happened and when, and says what to do.
// It has no process, timer or clock. Lives on the control loop, owned by whoever owns the child.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace dd::child {

// The first restart is immediate, since most deaths are single; a child that keeps dying waits longer each time.
class Supervisor {
 public:
  struct Settings {
    Duration first_wait = std::chrono::milliseconds{250};  // before the second restart in a row; doubled from then on
    Duration longest_wait = std::chrono::seconds{30};
    Duration stable_after = std::chrono::minutes{1};  // alive that long, earlier deaths are forgotten
    Duration start_limit = std::chrono::seconds{30};  // from the start to being ready; past it the child is killed
  };

  enum class Action { kNone, kStart, kKill };
  enum class State { kIdle, kStarting, kReady, kWaiting, kStopped };

  explicit Supervisor(Settings settings) : settings_(settings) {}

  State state() const { return state_; }
  std::uint64_t restarts() const { return restarts_; }

  Action start(MonotonicTime now);
  void on_ready(MonotonicTime now);    // the child can do its work
  Action on_ended(MonotonicTime now);  // it exited, was killed or could not be started
  Action on_time(MonotonicTime now);   // next_deadline() has come
  void stop();                         // whatever ends now stays ended

  std::optional<MonotonicTime> next_deadline() const;

 private:
  Action begin_start(MonotonicTime now);

  Settings settings_;
  State state_ = State::kIdle;
  MonotonicTime deadline_{};  // of kStarting and kWaiting
  MonotonicTime ready_since_{};
  unsigned failures_ = 0;  // deaths in a row
  std::uint64_t restarts_ = 0;
};

}  // namespace dd::child
