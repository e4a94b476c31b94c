// SPDX-License-Identifier: MIT
#include "control/local_bus.hpp"

#include <unordered_set>

#include "observe/log.hpp"

namespace dd::control {
namespace {

constexpr std::size_t kMaxSignal = 64 * 1024;
constexpr std::size_t kMaxWaiting = 10'000;  // published and not heard yet; only a listener that publishes without end gets there

}  // namespace

struct LocalBus::State {
  explicit State(Loop& home) : loop(home) {}

  Loop& loop;
  SignalListener* listener = nullptr;
  std::unordered_set<MeetingId> subscribed;
  std::size_t waiting = 0;
};

LocalBus::LocalBus(Loop& loop) : state_(std::make_shared<State>(loop)) {}

LocalBus::~LocalBus() { state_->listener = nullptr; }

void LocalBus::set_listener(SignalListener* listener) { state_->listener = listener; }
void LocalBus::subscribe(const MeetingId& meeting) { state_->subscribed.insert(meeting); }
void LocalBus::unsubscribe(const MeetingId& meeting) { state_->subscribed.erase(meeting); }

void LocalBus::publish(const MeetingId& meeting, std::string text) {
  if (!state_->subscribed.contains(meeting)) return;
  if (text.size() > kMaxSignal || state_->waiting >= kMaxWaiting) {
    observe::log_warn("signal_dropped", {{"bytes", text.size()}, {"waiting", state_->waiting}});
    return;
  }
  ++state_->waiting;
  state_->loop.post([state = state_, meeting, text = std::move(text)] {
    --state->waiting;
    if (state->listener != nullptr && state->subscribed.contains(meeting)) state->listener->on_signal(meeting, text);
  });
}

void LocalBus::publish_for_kendra(const MeetingId&, KendraSignal) {}

}  // namespace dd::control
