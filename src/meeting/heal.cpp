// SPDX-License-Identifier: MIT
// News from the engine: what it lost is taken out of memory, rows and the viewers' lists, and everyone concerned is told.
// Losses take the meeting's turn like any operation; news that changes nothing we keep is passed on at once.
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

std::string_view reason_of(TransportEnd end) {
  switch (end) {
    case TransportEnd::kIceTimeout: return "ice_timeout";
    case TransportEnd::kDtlsFailed: return "dtls_failed";
    case TransportEnd::kDtlsClosed: return "dtls_closed";
    case TransportEnd::kWorkerDied: return "worker_died";
  }
  return "worker_died";
}

// What the owner is told when it next asks for a producer transport. One instance cannot lose more than it may have.
void remember_unreported(Participant& participant, const TransportId& transport, std::size_t limit) {
  for (const auto& producer : participant.producers) {
    if (producer.second.transport != transport) continue;
    if (participant.unreported.size() >= limit) participant.unreported.erase(participant.unreported.begin());
    participant.unreported.push_back({producer.first, participant.id, producer.second.kind});
  }
}

}  // namespace

void Host::State::on_worker_died(const WorkerId& worker, const std::vector<TransportId>& lost_transports) {
  dead_workers_[worker];
  emit({}, {}, WorkerDied{worker});
  overloads_.erase(worker);  // what it comes back with is another process, with nothing to do
  auto routers = worker_routers_.find(worker);
  if (routers == worker_routers_.end()) return;
  std::set<MeetingId> meetings;
  for (const auto& router : routers->second) meetings.insert(routers_.at(router));
  const auto lost = std::make_shared<const std::unordered_set<TransportId>>(lost_transports.begin(), lost_transports.end());
  for (const auto& meeting : meetings) start(drop_lost_transports(meeting, lost));
}

Task<void> Host::State::drop_lost_transports(MeetingId meeting_id, std::shared_ptr<const std::unordered_set<TransportId>> lost) {
  auto taking = take_turn_patiently(meeting_id);
  auto turn = co_await std::move(taking);
  if (!turn) co_return;
  Meeting& meeting = turn->meeting();
  std::vector<TransportId> transports;
  std::vector<ConsumerId> orphans;
  const auto has_lost = [&lost](Participant& participant, TransportRole role) {
    const auto& transport = participant.transport(role);
    return transport && lost->contains(transport->id());
  };
  // Everybody hears of the own loss first: who would take what hung on it apart, consumer by consumer, begins anew instead.
  for (auto& [id, participant] : meeting.participants) {
    for (TransportRole role : {TransportRole::kProducer, TransportRole::kConsumer}) {
      if (has_lost(participant, role)) emit(meeting.id, id, TransportFailed{participant.transport(role)->id(), role, "worker_died"});
    }
  }
  for (auto& entry : meeting.participants) {
    Participant& participant = entry.second;
    bool lost_one = false;
    for (TransportRole role : {TransportRole::kProducer, TransportRole::kConsumer}) {
      if (!has_lost(participant, role)) continue;
      lost_one = true;
      const TransportId transport = participant.transport(role)->id();
      transports.push_back(transport);
      remember_unreported(participant, transport, settings_.max_producers_per_participant);
      remove_transport(meeting, participant, role, "worker_died", orphans);
    }
    if (lost_one) watch_absence(meeting, participant);
  }
  if (transports.empty()) co_return;
  auto forgetting = forget_rows(std::move(transports), std::move(orphans));
  co_await std::move(forgetting);
}

void Host::State::on_worker_restored(const WorkerId& worker) {
  auto dead = dead_workers_.extract(worker);
  emit({}, {}, WorkerRestored{worker});
  if (dead.empty()) return;
  for (const auto& waiter : dead.mapped()) waiter.resolve(true);
}

void Host::State::on_transport_failed(const TransportId& transport, TransportEnd reason) {
  start(drop_failed_transport(transport, reason));
}

Task<void> Host::State::drop_failed_transport(TransportId transport_id, TransportEnd reason) {
  const Place* known = find_place(transports_, transport_id);
  if (known == nullptr) co_return;
  auto taking = take_turn_patiently(known->meeting);
  auto turn = co_await std::move(taking);
  const Place* place = find_place(transports_, transport_id);  // it may have been closed while we were in line
  if (!turn || place == nullptr) co_return;
  Meeting& meeting = turn->meeting();
  Participant& participant = *meeting.find_participant(place->participant);
  const bool producing = participant.producer_transport && participant.producer_transport->id() == transport_id;
  const TransportRole role = producing ? TransportRole::kProducer : TransportRole::kConsumer;
  remember_unreported(participant, transport_id, settings_.max_producers_per_participant);
  emit(meeting.id, participant.id, TransportFailed{transport_id, role, std::string(reason_of(reason))});
  std::vector<ConsumerId> orphans;
  remove_transport(meeting, participant, role, "transport_failed", orphans);
  watch_absence(meeting, participant);
  auto forgetting = forget_rows({transport_id}, std::move(orphans));
  co_await std::move(forgetting);
}

// A client that is cut off recreates its transports within seconds; one that is gone for good must not be listed for ever.
// Only a lost connection counts: a transport that was never connected may simply have had nothing to carry yet.
void Host::State::watch_absence(Meeting& meeting, Participant& participant) {
  const bool connected = (participant.producer_transport && participant.producer_transport->connected) ||
                         (participant.consumer_transport && participant.consumer_transport->connected);
  if (connected || stopped_) return;
  participant.absent_since = loop_.now();
  std::weak_ptr<State> weak = weak_from_this();
  participant.absence = loop_.after(settings_.absence_limit, [weak, id = meeting.id, who = participant.id, which = participant.instance] {
    if (auto self = weak.lock()) self->start(self->remove_absent(id, who, which));
  });
}

Task<void> Host::State::remove_absent(MeetingId meeting_id, ParticipantId participant_id, InstanceId instance) {
  auto taking = take_turn_patiently(meeting_id);
  auto turn = co_await std::move(taking);
  if (!turn) co_return;
  Participant* participant = turn->meeting().find_participant(participant_id);
  if (participant == nullptr || participant->instance != instance || !participant->absent_since) co_return;
  auto opening = open_entry();
  auto entry = co_await std::move(opening);
  auto deleting = write_if(entry.has_value(), store_.delete_participant(meeting_id, participant_id, instance));
  auto deleted = co_await std::move(deleting);
  if (refused(deleted)) {
    watch_absence(turn->meeting(), *participant);  // tried again after another such time
    co_return;
  }
  std::vector<ConsumerId> orphans;  // the participant's row took theirs with it
  remove_participant(turn->meeting(), participant_id, "vanished", orphans);
}

void Host::State::on_consumer_closed(const ConsumerId& consumer) { start(drop_closed_consumer(consumer)); }

Task<void> Host::State::drop_closed_consumer(ConsumerId consumer_id) {
  const Place* known = find_place(consumers_, consumer_id);
  if (known == nullptr) co_return;
  auto taking = take_turn_patiently(known->meeting);
  auto turn = co_await std::move(taking);
  const Place* place = find_place(consumers_, consumer_id);
  if (!turn || place == nullptr) co_return;
  Meeting& meeting = turn->meeting();
  remove_consumer(meeting, *meeting.find_participant(place->participant), consumer_id, "producer_closed", Engine::kHasClosed);
  auto forgetting = forget_rows({}, {consumer_id});
  co_await std::move(forgetting);
}

void Host::State::on_data_consumer_closed(const DataConsumerId& consumer) { start(drop_closed_data_consumer(consumer)); }

Task<void> Host::State::drop_closed_data_consumer(DataConsumerId consumer_id) {
  const Place* known = find_place(data_consumers_, consumer_id);
  if (known == nullptr) co_return;
  auto taking = take_turn_patiently(known->meeting);
  auto turn = co_await std::move(taking);
  const Place* place = find_place(data_consumers_, consumer_id);
  if (!turn || place == nullptr) co_return;
  Meeting& meeting = turn->meeting();
  remove_data_consumer(meeting, *meeting.find_participant(place->participant), consumer_id, "producer_closed", Engine::kHasClosed);
}

}  // namespace dd::meeting
