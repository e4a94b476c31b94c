// SPDX-License-Identifier: MIT
#include "app/vital_signs.hpp"

#include <algorithm>
#include <utility>

#include "observe/log.hpp"

namespace dd::app {
namespace {

using namespace std::chrono_literals;
using observe::Metric;

// A healthy restart takes well under a second; a worker that is away for longer than this is not coming back by itself.
constexpr Duration kWorkerGivenUpAfter = 10s;

}  // namespace

VitalSigns::VitalSigns(Loop& loop, const meeting::Host& host, store::Store& store, observe::Metrics& metrics, store::ServerLoad load)
    : loop_(loop), host_(host), store_(store), metrics_(metrics), load_(std::move(load)) {}

// The first look is at once: a server whose load is not known gets no meetings.
void VitalSigns::start() {
  look();
  timer_ = loop_.after(1s, [this] { start(); });
}

void VitalSigns::look() {
  const auto status = host_.status();
  const auto set = [this](Metric metric, std::size_t value) { metrics_.set(metric, static_cast<double>(value)); };
  set(Metric::kMeetings, status.meetings);
  set(Metric::kParticipants, status.participants);
  set(Metric::kTransports, status.transports);
  set(Metric::kProducers, status.producers);
  set(Metric::kConsumers, status.consumers);
  set(Metric::kDataProducers, status.data_producers);
  set(Metric::kDataConsumers, status.data_consumers);
  set(Metric::kDraining, status.draining ? 1 : 0);
  set_overload(status);
  tell_load(status);
  judge_workers(std::all_of(status.workers.begin(), status.workers.end(), [](const auto& worker) { return worker.alive; }));
}

void VitalSigns::set_overload(const meeting::HostStatus& status) {
  std::uint32_t busiest = 0;
  for (const auto& worker : status.workers) busiest = std::max(busiest, worker.busy_percent);
  metrics_.set(Metric::kWorkerBusyRatio, busiest / 100.0);
  using Step = meeting::OverloadStep;
  for (const auto step : {Step::kLowering, Step::kRefusingVideo, Step::kRefusingAll}) {
    const auto count =
        std::count_if(status.workers.begin(), status.workers.end(), [step](const auto& each) { return each.overload == step; });
    metrics_.set(Metric::kWorkersOverloaded, static_cast<double>(count), {to_string(step)});
  }
  const auto more = [](std::uint64_t now, std::uint64_t& told) { return static_cast<double>(now - std::exchange(told, now)); };
  metrics_.add(Metric::kConsumersRefused, {"video"}, more(status.video_refused, video_refused_));
  metrics_.add(Metric::kConsumersRefused, {"audio"}, more(status.audio_refused, audio_refused_));
}

void VitalSigns::tell_load(const meeting::HostStatus& status) {
  load_.participants = static_cast<std::uint32_t>(status.participants);
  load_.meetings = static_cast<std::uint32_t>(status.meetings);
  load_.cpu_percent = cpu_.percent();
  load_.draining = status.draining;
  load_.workers.clear();
  for (const auto& worker : status.workers) {
    load_.workers.push_back({worker.id, worker.alive, static_cast<std::uint32_t>(worker.consumers),
                             static_cast<std::uint32_t>(worker.transports), worker.busy_percent});
  }
  store_.set_load(load_);
}

void VitalSigns::judge_workers(bool all_alive) {
  if (all_alive) {
    worker_missing_since_.reset();
    if (heartbeat_paused_) {
      heartbeat_paused_ = false;
      store_.resume_heartbeat();
      observe::log_info("heartbeat_resumed", {{"reason", "all workers are back"}});
    }
    return;
  }
  if (!worker_missing_since_) worker_missing_since_ = loop_.now();
  if (!heartbeat_paused_ && loop_.now() - *worker_missing_since_ > kWorkerGivenUpAfter) {
    heartbeat_paused_ = true;
    spawn(store_.pause_heartbeat());
    observe::log_error("heartbeat_paused", {{"reason", "a worker cannot be restarted"}});
  }
}

}  // namespace dd::app
