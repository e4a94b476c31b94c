// SPDX-License-Identifier: MIT
// Whether anybody takes what a producer sends, and up to which layer: who is not wanted need not encode and upload.
// Each change of a consumer leaves a note, and the notes of one turn are looked at together. More demand is told at once, because
// somebody waits for a picture; less is told when it has lasted.
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

Demand demand_of(const Producer& producer) {
  if (producer.recorded) return {true, std::nullopt};
  Demand demand;
  for (const auto& entry : producer.viewers) {
    const Viewer& viewer = entry.second;
    if (viewer.paused) continue;
    if (!viewer.spatial) return {true, std::nullopt};
    demand.wanted = true;
    demand.max_spatial_layer = std::max(demand.max_spatial_layer.value_or(0), *viewer.spatial);
  }
  return demand;
}

bool is_more(const Demand& demand, const std::optional<Demand>& told) {
  if (!demand.wanted) return false;
  if (!told || !told->wanted) return true;
  if (!told->max_spatial_layer) return false;
  return !demand.max_spatial_layer || *demand.max_spatial_layer > *told->max_spatial_layer;
}

}  // namespace

void Host::State::note_recorded(const ProducerId& producer_id, bool recorded) {
  const Place* place = find_place(producers_, producer_id);
  if (place == nullptr) return;
  find_participant(*place)->producers.at(producer_id).recorded = recorded;
  note_demand(producer_id);
}

Viewer* Host::State::find_viewer(const ConsumerId& consumer_id) const {
  const Place* place = find_place(consumers_, consumer_id);
  if (place == nullptr) return nullptr;
  const Consumer& consumer = find_participant(*place)->consumers.at(consumer_id);
  Participant* owner = find_participant(Place{place->meeting, consumer.target});
  if (owner == nullptr) return nullptr;
  auto producer = owner->producers.find(consumer.producer());
  if (producer == owner->producers.end()) return nullptr;
  auto viewer = producer->second.viewers.find(consumer_id);
  return viewer == producer->second.viewers.end() ? nullptr : &viewer->second;
}

void Host::State::note_viewer_paused(const ConsumerId& consumer_id, bool paused) {
  Viewer* viewer = find_viewer(consumer_id);
  if (viewer == nullptr || std::exchange(viewer->paused, paused) == paused) return;
  note_demand(find_participant(*find_place(consumers_, consumer_id))->consumers.at(consumer_id).producer());
}

void Host::State::note_viewer_layers(const ConsumerId& consumer_id, const std::optional<Layers>& layers) {
  Viewer* viewer = find_viewer(consumer_id);
  if (viewer == nullptr) return;
  std::optional<std::uint8_t> spatial;
  if (layers) spatial = layers->spatial;
  if (std::exchange(viewer->spatial, spatial) == spatial) return;
  note_demand(find_participant(*find_place(consumers_, consumer_id))->consumers.at(consumer_id).producer());
}

void Host::State::note_demand(const ProducerId& producer) {
  if (stopped_) return;
  demand_due_.insert(producer);
  if (std::exchange(demand_posted_, true)) return;
  std::weak_ptr<State> weak = weak_from_this();
  loop_.post([weak] {
    auto self = weak.lock();
    if (!self || self->stopped_) return;
    self->demand_posted_ = false;
    self->look_at_demand();
  });
}

void Host::State::look_at_demand() {
  const auto now = loop_.now();
  std::optional<MonotonicTime> next;
  for (const auto& producer_id : std::exchange(demand_due_, {})) {
    const Place* place = find_place(producers_, producer_id);
    if (place == nullptr) continue;
    Producer& producer = find_participant(*place)->producers.at(producer_id);
    const Demand demand = demand_of(producer);
    if (producer.told == demand) continue;
    const auto at = producer.told_at + (producer.told ? settings_.demand_interval : settings_.demand_patience);
    if (!is_more(demand, producer.told) && now < at) {
      demand_due_.insert(producer_id);
      next = next ? std::min(*next, at) : at;
      continue;
    }
    producer.told = demand;
    producer.told_at = now;
    emit(place->meeting, place->participant, ProducerDemand{producer_id, producer.kind, demand.wanted, demand.max_spatial_layer});
  }
  if (!next) return;
  std::weak_ptr<State> weak = weak_from_this();
  demand_timer_ = loop_.after(*next - now, [weak] {
    if (auto self = weak.lock()) self->look_at_demand();
  });
}

}  // namespace dd::meeting
