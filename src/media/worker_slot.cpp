// SPDX-License-Identifier: MIT
#include "media/worker_slot.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "observe/log.hpp"

namespace dd::media {
namespace {

// Short enough to notice a crowd that comes at once, long enough that one key frame to everybody is no load.
constexpr std::chrono::seconds kLoadWindow{1};

}  // namespace

WorkerSlot::WorkerSlot(Loop& loop, observe::Metrics& metrics, Settings settings, Events events)
    : loop_(loop),
      metrics_(metrics),
      settings_(std::move(settings)),
      events_(std::move(events)),
      supervisor_(settings_.supervision),
      first_start_(loop) {}

WorkerSlot::~WorkerSlot() = default;

void WorkerSlot::start() { act(supervisor_.start(loop_.now())); }

Completion<bool> WorkerSlot::stop(Duration patience) {
  supervisor_.stop();
  supervision_timer_.cancel();
  ping_timer_.cancel();
  load_timer_.cancel();
  if (!stopped_) {
    stopped_.emplace(loop_);
    if (worker_) {
      worker_->stop(patience);
    } else {
      stopped_->resolve(true);
    }
  }
  return *stopped_;
}

void WorkerSlot::act(Action action) {
  if (action == Action::kStart) launch();
  if (action == Action::kKill && worker_) {
    observe::log_error("worker_start_takes_too_long", {{"worker", settings_.id}});
    worker_->kill();
  }
  const auto deadline = supervisor_.next_deadline();
  if (!deadline) return supervision_timer_.cancel();
  const Duration delay = std::max(Duration{0}, *deadline - loop_.now());
  supervision_timer_ = loop_.after(delay, [this] { act(supervisor_.on_time(loop_.now())); });
}

void WorkerSlot::launch() {
  Worker::Events events;
  events.on_running = [this] {
    if (worker_) spawn(bring_up(shared_from_this(), worker_));
  };
  events.on_ended = [this](const std::string& how) { on_ended(how); };
  auto opened = Worker::open(loop_, metrics_, settings_.worker, std::move(events));
  if (!opened) {
    // In a turn of its own, so that a program that cannot be started does not recurse through its restarts.
    loop_.post([weak = weak_from_this(), how = opened.error().message] {
      if (auto self = weak.lock()) self->on_ended(how);
    });
    return;
  }
  worker_ = std::move(*opened);
}

Task<void> WorkerSlot::bring_up(std::shared_ptr<WorkerSlot> self, std::shared_ptr<Worker> worker) {
  Result<void> ready = co_await worker->create_webrtc_server();
  if (ready && self->worker_ == worker) ready = co_await self->events_.restore(worker);
  if (self->worker_ != worker) co_return;  // it died meanwhile, which on_ended() has dealt with
  if (!ready) {
    observe::log_error("worker_start_failed", {{"worker", self->settings_.id}, {"reason", ready.error().message}});
    self->first_start_.resolve(
        Result<void>(std::move(ready.error()).during(fmt::format("start media worker {}", self->settings_.id.str()))));
    worker->kill();
    co_return;
  }
  self->supervisor_.on_ready(self->loop_.now());
  self->act(Action::kNone);
  self->up_ = true;
  self->pinged_.reset();
  self->schedule_ping();
  self->look_at_load();
  observe::log_info("worker_ready", {{"worker", self->settings_.id}, {"pid", worker->pid()}});
  self->first_start_.resolve(Result<void>());
  self->events_.on_up();
}

void WorkerSlot::on_ended(const std::string& how) {
  const bool was_up = std::exchange(up_, false);
  ping_timer_.cancel();
  load_timer_.cancel();
  busy_percent_ = 0;
  const auto ended = std::exchange(worker_, nullptr);
  if (stopped_) {
    stopped_->resolve(true);
    return;
  }
  observe::log_error("worker_died", {{"worker", settings_.id}, {"how", how}});
  metrics_.add(observe::Metric::kWorkerRestarts);
  first_start_.resolve(Result<void>(unavailable(fmt::format("media worker {} {}", settings_.id.str(), how))));
  const auto action = supervisor_.on_ended(loop_.now());
  // The news first, so that nobody sees the new worker as the one that died.
  if (was_up) events_.on_down();
  act(action);
}

void WorkerSlot::schedule_ping() {
  ping_timer_ = loop_.after(settings_.ping_interval, [this] { ping(); });
}

void WorkerSlot::ping() {
  if (!worker_) return;
  const auto now = loop_.now();
  if (pinged_ && now - std::max(*pinged_, worker_->last_heard()) >= settings_.hang_limit) {
    observe::log_error("worker_hangs", {{"worker", settings_.id}});
    worker_->kill();
    return;
  }
  if (!pinged_) pinged_ = now;
  spawn(ping_once(shared_from_this(), worker_));
  schedule_ping();
}

void WorkerSlot::look_at_load() {
  load_timer_ = loop_.after(kLoadWindow, [this] { look_at_load(); });
  const auto busy = sampler_.percent(worker_->pid(), loop_.now().time_since_epoch());
  if (!busy) return;
  busy_percent_ = *busy;
  events_.on_load(*busy);
}

Task<void> WorkerSlot::ping_once(std::shared_ptr<WorkerSlot> self, std::shared_ptr<Worker> worker) {
  const auto answer = co_await worker->ping();
  if (answer && self->worker_ == worker) self->pinged_.reset();
}

}  // namespace dd::media
