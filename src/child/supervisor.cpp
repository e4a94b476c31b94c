// SPDX-License-Identifier: MIT
#include "child/supervisor.hpp"

#include <algorithm>

namespace dd::child {

Supervisor::Action Supervisor::begin_start(MonotonicTime now) {
  state_ = State::kStarting;
  deadline_ = now + settings_.start_limit;
  return Action::kStart;
}

Supervisor::Action Supervisor::start(MonotonicTime now) { return state_ == State::kIdle ? begin_start(now) : Action::kNone; }

void Supervisor::on_ready(MonotonicTime now) {
  if (state_ != State::kStarting) return;
  state_ = State::kReady;
  ready_since_ = now;
}

Supervisor::Action Supervisor::on_ended(MonotonicTime now) {
  if (state_ != State::kStarting && state_ != State::kReady) return Action::kNone;
  if (state_ == State::kReady && now - ready_since_ >= settings_.stable_after) failures_ = 0;
  ++failures_;
  ++restarts_;
  if (failures_ == 1) return begin_start(now);
  // 2 failures wait first_wait, 3 twice that, and so on; 30 doublings are past any longest_wait.
  const unsigned doublings = std::min(failures_ - 2, 30U);
  const Duration wait = std::min(settings_.first_wait * (std::int64_t{1} << doublings), settings_.longest_wait);
  state_ = State::kWaiting;
  deadline_ = now + wait;
  return Action::kNone;
}

Supervisor::Action Supervisor::on_time(MonotonicTime now) {
  if (state_ == State::kWaiting && now >= deadline_) return begin_start(now);
  if (state_ == State::kStarting && now >= deadline_) {
    deadline_ = now + settings_.start_limit;  // its end is reported like any other; this only keeps us from asking at once again
    return Action::kKill;
  }
  return Action::kNone;
}

void Supervisor::stop() { state_ = State::kStopped; }

std::optional<MonotonicTime> Supervisor::next_deadline() const {
  if (state_ == State::kStarting || state_ == State::kWaiting) return deadline_;
  return std::nullopt;
}

}  // namespace dd::child
