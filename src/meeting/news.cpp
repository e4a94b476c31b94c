// SPDX-License-Identifier: MIT
// News from the engine that is only passed on, under the name of whoever owns the object. Unknown ids are old news.
#include "meeting/state.hpp"

namespace dd::meeting {

void Host::State::on_transport_state(const TransportId& transport_id, TransportState state) {
  const Place* place = find_place(transports_, transport_id);
  if (place == nullptr || state != TransportState::kDtlsConnected) return;
  Participant* participant = find_participant(*place);
  const bool producing = participant->producer_transport && participant->producer_transport->id() == transport_id;
  const TransportRole role = producing ? TransportRole::kProducer : TransportRole::kConsumer;
  Transport& transport = *participant->transport(role);
  participant->absent_since.reset();
  participant->absence.cancel();
  if (std::exchange(transport.connected, true)) return;
  emit(place->meeting, place->participant, TransportConnected{transport_id, role});
}

void Host::State::on_producer_score(const ProducerId& producer, const std::vector<EncodingScore>& scores) {
  const Place* place = find_place(producers_, producer);
  if (place != nullptr) emit(place->meeting, place->participant, ProducerScore{producer, scores});
}

void Host::State::on_consumer_score(const ConsumerId& consumer, int score, int producer_score) {
  const Place* place = find_place(consumers_, consumer);
  if (place != nullptr) emit(place->meeting, place->participant, ConsumerScore{consumer, score, producer_score});
}

void Host::State::on_consumer_layers(const ConsumerId& consumer, const std::optional<Layers>& layers) {
  const Place* place = find_place(consumers_, consumer);
  if (place != nullptr) emit(place->meeting, place->participant, ConsumerLayers{consumer, layers});
}

void Host::State::on_consumer_producer_paused(const ConsumerId& consumer_id, bool paused) {
  const Place* place = find_place(consumers_, consumer_id);
  if (place == nullptr) return;
  Consumer& consumer = find_participant(*place)->consumers.at(consumer_id);
  if (std::exchange(consumer.description.producer_paused, paused) == paused) return;
  if (paused) {
    emit(place->meeting, place->participant, ConsumerPaused{consumer_id, consumer.producer()});
  } else {
    emit(place->meeting, place->participant, ConsumerResumed{consumer_id, consumer.producer()});
  }
}

void Host::State::on_audio_levels(const RouterId& router, const std::vector<AudioLevel>& levels) {
  auto meeting = routers_.find(router);
  if (meeting == routers_.end()) return;
  AudioLevels news;
  for (const auto& level : levels) {
    const Place* place = find_place(producers_, level.producer);
    if (place != nullptr && place->meeting == meeting->second) news.levels.emplace_back(place->participant, level.volume);
  }
  // Levels of nobody we know are not silence.
  if (levels.empty() || !news.levels.empty()) emit(meeting->second, {}, std::move(news));
}

void Host::State::on_active_speaker(const RouterId& router, const ProducerId& producer) {
  const Place* place = find_place(producers_, producer);
  if (place == nullptr || !routers_.contains(router)) return;
  find_meeting(place->meeting)->speaker = place->participant;
  emit(place->meeting, place->participant, ActiveSpeaker{producer});
}

}  // namespace dd::meeting
