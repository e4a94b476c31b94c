// SPDX-License-Identifier: MIT
// The workers and their routers; engine_objects.cpp has what lives on a router.
#include "media/engine.hpp"

#include <fmt/format.h>

#include "media/pipes.hpp"
#include "media/router.hpp"
#include "media/worker_slot.hpp"
#include "observe/log.hpp"
#include "rtp/router_capabilities.hpp"

namespace dd::media {

Engine::Engine(Loop& loop, observe::Metrics& metrics, EngineSettings settings)
    : loop_(loop), metrics_(metrics), settings_(std::move(settings)), pipes_(std::make_unique<Pipes>(loop, internal_address())) {
  for (std::size_t index = 0; index < settings_.workers.size(); ++index) add_worker(index, settings_.workers[index]);
}

Engine::~Engine() {
  events_ = nullptr;
  stopping_ = true;
  // The indices must still be there when the objects end.
  for (auto& [id, place] : std::exchange(routers_, {})) {
    if (place.router) place.router->forget();
  }
  slots_.clear();
}

void Engine::add_worker(std::size_t index, const WorkerId& id) {
  WorkerSlot::Settings slot;
  slot.id = id;
  slot.worker.name = id.str();
  slot.worker.binary = settings_.worker_binary;
  slot.worker.log_level = settings_.worker_log_level;
  slot.worker.rtc_min_port = settings_.internal_min_port;
  slot.worker.rtc_max_port = settings_.internal_max_port;
  slot.worker.listen.ip = settings_.listen_ip;
  slot.worker.listen.announced = settings_.announced_address;
  slot.worker.listen.port = static_cast<std::uint16_t>(settings_.first_port + index);
  slot.worker.channel.request_deadline = settings_.request_deadline;
  slot.supervision = settings_.supervision;
  slot.ping_interval = settings_.ping_interval;
  slot.hang_limit = settings_.hang_limit;
  WorkerSlot::Events events;
  events.restore = [this, index](std::shared_ptr<Worker> worker) { return restore(slots_[index].get(), std::move(worker)); };
  events.on_up = [this, index] { on_worker_up(slots_[index].get(), slots_[index]->restarts() > 0); };
  events.on_down = [this, index] { on_worker_down(slots_[index].get()); };
  events.on_load = [this, id](std::uint32_t busy_percent) {
    if (events_) events_->on_worker_load(id, busy_percent);
  };
  slots_.push_back(std::make_shared<WorkerSlot>(loop_, metrics_, std::move(slot), std::move(events)));
}

Task<Result<void>> Engine::start() {
  for (const auto& slot : slots_) slot->start();
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    Result<void> started = co_await slots_[index]->first_start();
    if (!started) co_return started;
  }
  co_return ok();
}

Task<void> Engine::stop(Duration patience) {
  stopping_ = true;
  std::vector<Completion<bool>> ended;
  for (const auto& slot : slots_) ended.push_back(slot->stop(patience));
  for (const auto& end : ended) co_await end;
  for (auto& [id, place] : std::exchange(routers_, {})) {
    if (place.router) place.router->forget();
  }
  metrics_.set(observe::Metric::kWorkersAlive, 0);
}

Task<Result<void>> Engine::restore(WorkerSlot* slot, std::shared_ptr<Worker> worker) {
  std::vector<std::string> lost;
  for (const auto& [id, place] : routers_) {
    if (place.slot == slot) lost.push_back(id.str());
  }
  DD_CO_TRY(auto restored, co_await worker->create_routers(lost));
  // It may have died right behind its last answer. From here to being up nothing is awaited.
  if (slot->worker() != worker) co_return unavailable("the media worker died while it was started");
  for (auto& router : restored) {
    auto found = routers_.find(RouterId(router->worker_side_id()));
    if (found == routers_.end() || found->second.slot != slot) {
      router->close();  // the meeting ended meanwhile
      continue;
    }
    found->second.router = std::move(router);
  }
  co_return ok();
}

void Engine::on_worker_up(WorkerSlot* slot, bool again) {
  count_alive();
  if (again && events_) events_->on_worker_restored(slot->id());
}

void Engine::on_worker_down(WorkerSlot* slot) {
  count_alive();
  if (stopping_) return;
  std::vector<TransportId> lost;
  std::vector<std::shared_ptr<Router>> ended;
  for (const auto& [id, placed] : transports_) {
    auto place = routers_.find(placed.router);
    if (place != routers_.end() && place->second.slot == slot) lost.push_back(id);
  }
  for (auto& [id, place] : routers_) {
    if (place.slot != slot) continue;
    if (place.router) ended.push_back(std::exchange(place.router, nullptr));
    place.audio_levels = nullptr;
    place.active_speaker = nullptr;
  }
  // Everything on them goes out of the indices; the living ends of their pipes close, and with them the copies there.
  for (const auto& router : ended) router->forget();
  if (events_) events_->on_worker_died(slot->id(), lost);
}

void Engine::count_alive() {
  double alive = 0;
  for (const auto& slot : slots_) alive += slot->up() ? 1 : 0;
  metrics_.set(observe::Metric::kWorkersAlive, alive);
}

std::vector<meeting::WorkerStatus> Engine::workers() const {
  std::vector<meeting::WorkerStatus> all;
  for (const auto& slot : slots_) {
    meeting::WorkerStatus status;
    status.id = slot->id();
    status.alive = slot->up();
    status.restarts = slot->restarts();
    status.routers = slot->routers;
    status.transports = slot->transports;
    status.consumers = slot->consumers;
    status.busy_percent = slot->busy_percent();
    status.pid = slot->worker() ? slot->worker()->pid() : 0;
    all.push_back(std::move(status));
  }
  return all;
}

const rtp::Capabilities& Engine::router_capabilities() const { return rtp::router_capabilities(); }

Task<Result<void>> Engine::create_router(WorkerId worker, RouterId router) {
  WorkerSlot* slot = nullptr;
  for (const auto& candidate : slots_) {
    if (candidate->id() == worker) slot = candidate.get();
  }
  if (!slot) co_return not_found("worker", worker.str());
  if (!slot->up()) co_return unavailable(fmt::format("media worker '{}' is being restarted", worker.str()));
  if (routers_.count(router) > 0 || !routers_being_created_.insert(router).second) {
    co_return make_error(Errc::kConflict, fmt::format("router '{}' exists already", router.str()));
  }
  auto process = slot->worker();
  auto made = co_await process->create_router(router.str());
  routers_being_created_.erase(router);
  if (!made) co_return std::move(made.error());
  // It died between the answer and this turn: what it made is gone with it.
  if (slot->worker() != process || !slot->up()) co_return unavailable(fmt::format("media worker '{}' died", worker.str()));
  RouterPlace place;
  place.slot = slot;
  place.router = std::move(*made);
  routers_.emplace(router, std::move(place));
  ++slot->routers;
  co_return ok();
}

void Engine::close_router(const RouterId& router) {
  auto found = routers_.find(router);
  if (found == routers_.end()) return;
  const RouterPlace place = std::move(found->second);
  routers_.erase(found);
  --place.slot->routers;
  if (place.router) place.router->close();
}

Result<Engine::RouterPlace*> Engine::require_router(const RouterId& router) {
  auto found = routers_.find(router);
  if (found == routers_.end()) return not_found("router", router.str());
  if (!found->second.router) return unavailable(fmt::format("media worker '{}' is being restarted", found->second.slot->id().str()));
  return &found->second;
}

std::shared_ptr<Router> Engine::find_router(const RouterId& router) const {
  auto found = routers_.find(router);
  return found == routers_.end() ? nullptr : found->second.router;
}

}  // namespace dd::media
