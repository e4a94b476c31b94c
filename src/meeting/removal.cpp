// SPDX-License-Identifier: MIT
// Taking a meeting apart: whatever ends does so in memory, in the engine and in the events at once, children first.
// Rows are the callers' business, because they go before (a caller asked) or after (the engine lost something).
#include "meeting/state.hpp"

namespace dd::meeting {

void Host::State::remove_consumer(Meeting& meeting, Participant& participant, const ConsumerId& consumer_id, std::string_view reason,
                                  Engine engine) {
  auto node = participant.consumers.extract(consumer_id);
  if (node.empty()) return;
  Consumer& consumer = node.mapped();
  auto watched = participant.watching.find({consumer.target, kind_key(consumer.kind)});
  if (watched != participant.watching.end() && watched->second == consumer_id) participant.watching.erase(watched);
  if (Participant* owner = meeting.find_participant(consumer.target)) {
    auto producer = owner->producers.find(consumer.producer());
    if (producer != owner->producers.end()) {
      producer->second.viewers.erase(consumer_id);
      note_demand(producer->first);
    }
  }
  consumers_.erase(consumer_id);
  if (engine == Engine::kCloses) media_.close_consumer(consumer_id);
  emit(meeting.id, participant.id, ConsumerClosed{consumer_id, consumer.producer(), std::string(reason)});
}

void Host::State::remove_producer(Meeting& meeting, Participant& participant, const ProducerId& producer_id, std::string_view reason,
                                  std::vector<ConsumerId>& orphans) {
  auto node = participant.producers.extract(producer_id);
  if (node.empty()) return;
  Producer& producer = node.mapped();
  producers_.erase(producer_id);
  bitrates_.remove(producer_id);
  media_.close_producer(producer_id);
  emit(meeting.id, participant.id, ProducerClosed{producer_id, producer.kind, std::string(reason)});
  for (const auto& [consumer_id, seen] : producer.viewers) {
    Participant* viewer = meeting.find_participant(seen.participant);
    if (viewer == nullptr) continue;
    remove_consumer(meeting, *viewer, consumer_id, "producer_closed", Engine::kHasClosed);
    orphans.push_back(consumer_id);
  }
}

void Host::State::remove_data_consumer(Meeting& meeting, Participant& participant, const DataConsumerId& consumer_id,
                                       std::string_view reason, Engine engine) {
  auto node = participant.data_consumers.extract(consumer_id);
  if (node.empty()) return;
  const DataProducerId& producer_id = node.mapped().producer;
  if (const Place* place = find_place(data_producers_, producer_id)) {
    Participant* owner = meeting.find_participant(place->participant);
    if (owner != nullptr) {
      auto producer = owner->data_producers.find(producer_id);
      if (producer != owner->data_producers.end()) producer->second.viewers.erase(consumer_id);
    }
  }
  data_consumers_.erase(consumer_id);
  if (engine == Engine::kCloses) media_.close_data_consumer(consumer_id);
  emit(meeting.id, participant.id, DataConsumerClosed{consumer_id, std::string(reason)});
}

void Host::State::remove_data_producer(Meeting& meeting, Participant& participant, const DataProducerId& producer_id,
                                       std::string_view reason) {
  auto node = participant.data_producers.extract(producer_id);
  if (node.empty()) return;
  data_producers_.erase(producer_id);
  media_.close_data_producer(producer_id);
  emit(meeting.id, participant.id, DataProducerClosed{producer_id, std::string(reason)});
  for (const auto& [consumer_id, viewer_id] : node.mapped().viewers) {
    Participant* viewer = meeting.find_participant(viewer_id);
    if (viewer != nullptr) remove_data_consumer(meeting, *viewer, consumer_id, "producer_closed", Engine::kHasClosed);
  }
}

void Host::State::remove_transport(Meeting& meeting, Participant& participant, TransportRole role, std::string_view reason,
                                   std::vector<ConsumerId>& orphans) {
  auto& place = participant.transport(role);
  if (!place) return;
  const TransportId transport_id = place->id();
  // Asked before it is closed, so that what it carried since it was last asked is counted, too.
  if (place->connected) {
    auto asked = counted_transport(meeting, *place);
    start(count_closing(std::move(asked)));
  }
  media_.close_transport(transport_id);  // one request; what hangs on it ends with it in the engine
  // What hangs on the transport belongs to the same participant; ids first, because removing changes the maps.
  std::vector<ConsumerId> consumers;
  for (const auto& consumer : participant.consumers) {
    if (consumer.second.transport == transport_id) consumers.push_back(consumer.first);
  }
  std::vector<ProducerId> producers;
  for (const auto& producer : participant.producers) {
    if (producer.second.transport == transport_id) producers.push_back(producer.first);
  }
  std::vector<DataConsumerId> data_consumers;
  for (const auto& consumer : participant.data_consumers) {
    if (consumer.second.transport == transport_id) data_consumers.push_back(consumer.first);
  }
  std::vector<DataProducerId> data_producers;
  for (const auto& producer : participant.data_producers) {
    if (producer.second.transport == transport_id) data_producers.push_back(producer.first);
  }
  for (const auto& consumer : consumers) remove_consumer(meeting, participant, consumer, reason, Engine::kHasClosed);
  for (const auto& producer : producers) remove_producer(meeting, participant, producer, reason, orphans);
  for (const auto& consumer : data_consumers) remove_data_consumer(meeting, participant, consumer, reason, Engine::kHasClosed);
  for (const auto& producer : data_producers) remove_data_producer(meeting, participant, producer, reason);
  transports_.erase(transport_id);
  bytes_.remove(transport_id);
  place.reset();
}

void Host::State::remove_objects(Meeting& meeting, Participant& participant, std::string_view reason, std::vector<ConsumerId>& orphans) {
  remove_transport(meeting, participant, TransportRole::kConsumer, reason, orphans);
  remove_transport(meeting, participant, TransportRole::kProducer, reason, orphans);
  DD_CHECK(participant.producers.empty() && participant.consumers.empty(), "every object hangs on a transport");
}

void Host::State::remove_participant(Meeting& meeting, ParticipantId participant_id, std::string_view reason,
                                     std::vector<ConsumerId>& orphans) {
  Participant* participant = meeting.find_participant(participant_id);
  if (participant == nullptr) return;
  remove_objects(meeting, *participant, reason, orphans);
  count_presence(meeting, *participant);
  emit(meeting.id, participant_id, ParticipantLeft{participant->instance, std::string(reason)});
  tell_session(UserSession::Kind::kLeave, meeting, *participant);
  auto known = participants_.find(participant_id);
  if (known != participants_.end()) {
    known->second.erase(meeting.id);
    if (known->second.empty()) participants_.erase(known);
  }
  meeting.participants.erase(participant_id);
  participant_gone();
}

void Host::State::remove_meeting(Slot& slot, std::string_view reason) {
  if (!slot.meeting) return;
  Meeting& meeting = *slot.meeting;
  close_routers(meeting.routers);   // one request a router; everything on them ends with them in the engine
  std::vector<ConsumerId> orphans;  // every row of the meeting goes with it
  while (!meeting.participants.empty()) {
    remove_participant(meeting, meeting.participants.begin()->first, reason == "ended" ? "meeting_ended" : reason, orphans);
  }
  tell_usage(meeting);
  usages_.remove(meeting.id);
  emit(meeting.id, {}, MeetingEnded{std::string(reason)});
  for (const auto& row : meeting.routers) {
    routers_.erase(row.router);
    auto worker = worker_routers_.find(row.worker);
    if (worker == worker_routers_.end()) continue;
    worker->second.erase(row.router);
    if (worker->second.empty()) worker_routers_.erase(worker);
  }
  slot.meeting.reset();
  --meetings_;
}

Task<void> Host::State::forget_rows(std::vector<TransportId> transports, std::vector<ConsumerId> consumers) {
  auto opening = open_entry();
  auto entry = co_await std::move(opening);
  bool left_over = !entry;
  if (entry && !consumers.empty()) {
    auto deleting = store_.delete_consumers(std::move(consumers));
    auto deleted = co_await std::move(deleting);
    left_over = !deleted;
  }
  if (entry && !transports.empty()) {
    auto deleting = store_.delete_transports(std::move(transports));
    auto deleted = co_await std::move(deleting);
    left_over = left_over || !deleted;
  }
  // The rows outlived what they name, so they are compared with memory until the database has taken the change.
  if (left_over) schedule_reconcile(settings_.reconcile_interval);
}

}  // namespace dd::meeting
