// SPDX-License-Identifier: MIT
#include "meeting/state.hpp"

namespace dd::meeting {

HostStatus Host::State::status() const {
  HostStatus status;
  status.container = settings_.container;
  status.tenant = settings_.tenant;
  status.draining = draining_;
  status.store_available = store_.available();
  status.workers = media_.workers();
  for (auto& worker : status.workers) {
    const auto overload = overloads_.find(worker.id);
    if (overload != overloads_.end()) worker.overload = overload->second.step();
  }
  status.video_refused = video_refused_;
  status.audio_refused = audio_refused_;
  status.meetings = meetings_;
  status.participants = participants_total_;
  status.transports = transports_.size();
  status.producers = producers_.size();
  status.consumers = consumers_.size();
  status.data_producers = data_producers_.size();
  status.data_consumers = data_consumers_.size();
  return status;
}

void Host::State::participant_gone() {
  if (--participants_total_ > 0) return;
  for (const auto& waiter : std::exchange(drain_waiters_, {})) waiter.resolve(true);
}

Task<bool> Host::State::drain(std::chrono::seconds deadline) {
  draining_ = true;
  drain_deadline_ = loop_.now() + deadline;
  emit({}, {}, Draining{deadline});
  if (participants_total_ == 0) co_return true;
  Completion<bool> empty(loop_);
  empty.resolve_after(deadline, false);
  std::erase_if(drain_waiters_, [](const Completion<bool>& waiter) { return waiter.resolved(); });
  drain_waiters_.push_back(empty);
  co_return co_await empty;
}

}  // namespace dd::meeting
