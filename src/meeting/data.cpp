// SPDX-License-Identifier: MIT
// Data channels: producers on the participant's producer transport, consumers on its consumer transport. They have no rows,
// because nothing outside this process looks for them.
#include <fmt/format.h>

#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

Result<void> within_limit(const Participant& participant, std::size_t limit) {
  if (participant.data_producers.size() + participant.data_consumers.size() < limit) return ok();
  return make_error(Errc::kTooManyRequests, fmt::format("the participant has its limit of {} data producers and consumers", limit));
}

Result<void> require_transport(const std::optional<Transport>& own, const TransportId& asked, std::string_view kind) {
  if (own && own->id() == asked) return ok();
  Error error = not_found(kind, asked.str());
  error.field = "transportId";
  return error;
}

}  // namespace

Task<Result<DataProducerId>> Host::State::create_data_producer(CreateDataProducer command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  DD_CO_TRY(Participant * participant, require_participant(meeting, command.participant));
  DD_CO_TRY_VOID(require_transport(participant->producer_transport, command.transport, "producer transport"));
  DD_CO_TRY_VOID(within_limit(*participant, settings_.max_data_objects_per_participant));
  ProduceDataRequest request;
  request.id = make_id<DataProducerId>();
  request.transport = command.transport;
  request.stream = command.stream;
  request.label = command.label;
  request.protocol = std::move(command.protocol);
  const DataProducerId producer_id = request.id;
  auto producing = media_.produce_data(std::move(request));
  auto produced = co_await std::move(producing);
  if (!produced) co_return std::move(produced.error()).during("create data producer");
  DataProducer producer;
  producer.transport = command.transport;
  producer.label = command.label;
  participant->data_producers.emplace(producer_id, std::move(producer));
  data_producers_[producer_id] = Place{meeting.id, participant->id};
  emit(meeting.id, participant->id, DataProducerCreated{producer_id, command.label});
  co_return producer_id;
}

Task<Result<DataConsumerDescription>> Host::State::create_data_consumer(CreateDataConsumer command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  DD_CO_TRY(Participant * participant, require_participant(meeting, command.participant));
  DD_CO_TRY_VOID(require_transport(participant->consumer_transport, command.transport, "consumer transport"));
  const Place* owner = find_place(data_producers_, command.data_producer);
  if (owner == nullptr || owner->meeting != command.meeting) {
    Error error = not_found("data producer", command.data_producer.str());
    error.field = "dataProducerId";
    co_return error;
  }
  const ParticipantId owner_id = owner->participant;
  DD_CO_TRY_VOID(within_limit(*participant, settings_.max_data_objects_per_participant));
  ConsumeDataRequest request;
  request.id = make_id<DataConsumerId>();
  request.transport = command.transport;
  request.data_producer = command.data_producer;
  auto consuming = media_.consume_data(std::move(request));
  auto consumed = co_await std::move(consuming);
  if (!consumed) co_return std::move(consumed.error()).during("create data consumer");
  participant->data_consumers.emplace(consumed->id, DataConsumer{command.data_producer, command.transport});
  meeting.participants.at(owner_id).data_producers.at(command.data_producer).viewers.emplace(consumed->id, participant->id);
  data_consumers_[consumed->id] = Place{meeting.id, participant->id};
  co_return std::move(consumed);
}

Task<Result<void>> Host::State::close_data(CloseData command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  Participant* participant = meeting.find_participant(command.participant);
  if (participant == nullptr) co_return ok();
  for (const auto& consumer : command.consumers) remove_data_consumer(meeting, *participant, consumer, "closed", Engine::kCloses);
  for (const auto& producer : command.producers) remove_data_producer(meeting, *participant, producer, "closed");
  co_return ok();
}

}  // namespace dd::meeting
