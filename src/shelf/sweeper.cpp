// SPDX-License-Identifier: MIT
#include "shelf/sweeper.hpp"

#include "observe/log.hpp"

namespace dd::shelf {

struct Sweeper::State {
  Loop& loop;
  Shelf& shelf;
  observe::Metrics& metrics;
  const recording::RetentionRule rule;
  const Duration interval;
  bool ended = false;
  Timer timer;

  static Task<void> sweep(std::shared_ptr<State> state) {
    const auto removed = co_await state->shelf.sweep(state->rule);
    if (state->ended) co_return;
    if (!removed) {
      observe::log_warn("retention_failed", {{"reason", removed.error().message}});
    } else {
      for (const auto& recording : *removed) observe::log_info("recording_expired", {{"recording", recording}});
      if (!removed->empty()) state->metrics.add(observe::Metric::kRecordingsExpired, {}, static_cast<double>(removed->size()));
    }
    std::weak_ptr<State> weak = state;
    state->timer = state->loop.after(state->interval, [weak] {
      if (auto self = weak.lock()) spawn(sweep(std::move(self)));
    });
  }
};

Sweeper::Sweeper(Loop& loop, Shelf& shelf, observe::Metrics& metrics, recording::RetentionRule rule, Duration interval)
    : state_(std::make_shared<State>(State{loop, shelf, metrics, rule, interval, false, {}})) {}

Sweeper::~Sweeper() {
  state_->ended = true;
  state_->timer.cancel();
}

void Sweeper::start() {
  if (!state_->rule.max_age && !state_->rule.max_bytes) return;
  auto state = state_;
  spawn(State::sweep(std::move(state)));
}

}  // namespace dd::shelf
