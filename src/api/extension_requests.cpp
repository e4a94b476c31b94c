// SPDX-License-Identifier: MIT
#include "api/extension_requests.hpp"

#include "api/object_reader.hpp"
#include "api/rtp_json.hpp"

namespace dd::api {
namespace {

constexpr std::size_t kMaxLabelLength = 255;  // bytes; the label of RFC 8832 is 16 bits long, nobody needs that

template <typename Command>
Result<ObjectReader> open_as(const Json& body, Command& command) {
  DD_TRY(auto reader, ObjectReader::open(body));
  DD_TRY(command.meeting, reader.id<MeetingId>("meetingId"));
  DD_TRY(command.participant, reader.id<ParticipantId>("participantId"));
  return reader;
}

}  // namespace

Result<meeting::SetPreferredLayers> parse_set_preferred_layers(const Json& body) {
  meeting::SetPreferredLayers command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.consumer, reader.id<ConsumerId>("consumerId"));
  DD_TRY(auto spatial, reader.integer("spatialLayer", 0, 255));
  command.layers.spatial = static_cast<std::uint8_t>(spatial);
  DD_TRY(auto temporal, reader.optional_integer("temporalLayer", 0, 255));
  if (temporal) command.layers.temporal = static_cast<std::uint8_t>(*temporal);
  return command;
}

Result<meeting::SetPriority> parse_set_priority(const Json& body) {
  meeting::SetPriority command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.consumer, reader.id<ConsumerId>("consumerId"));
  DD_TRY(auto priority, reader.integer("priority", 1, 255));
  command.priority = static_cast<std::uint8_t>(priority);
  return command;
}

Result<meeting::ParticipantRef> parse_participant_ref(const Json& body) {
  meeting::ParticipantRef ref;
  DD_TRY_VOID(open_as(body, ref));
  return ref;
}

Result<meeting::ConsumerCommand> parse_consumer_command(const Json& body) {
  meeting::ConsumerCommand command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.consumer, reader.id<ConsumerId>("consumerId"));
  return command;
}

Result<meeting::ProducerCommand> parse_producer_command(const Json& body) {
  meeting::ProducerCommand command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.producer, reader.id<ProducerId>("producerId"));
  return command;
}

Result<meeting::TransportCommand> parse_transport_command(const Json& body) {
  meeting::TransportCommand command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.transport, reader.id<TransportId>("transportId"));
  return command;
}

Result<meeting::CreateDataProducer> parse_create_data_producer(const Json& body) {
  meeting::CreateDataProducer command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.transport, reader.id<TransportId>("transportId"));
  DD_TRY(const Json* stream, reader.require("sctpStreamParameters"));
  DD_TRY(command.stream, parse_sctp_stream_parameters(*stream, "sctpStreamParameters"));
  DD_TRY(command.label, reader.optional_text("label", kMaxLabelLength));
  DD_TRY(command.protocol, reader.optional_text("protocol", kMaxLabelLength));
  return command;
}

Result<meeting::CreateDataConsumer> parse_create_data_consumer(const Json& body) {
  meeting::CreateDataConsumer command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.transport, reader.id<TransportId>("transportId"));
  DD_TRY(command.data_producer, reader.id<DataProducerId>("dataProducerId"));
  return command;
}

Result<meeting::CloseData> parse_close_data(const Json& body) {
  meeting::CloseData command;
  DD_TRY(auto reader, open_as(body, command));
  DD_TRY(command.producers, reader.ids<DataProducerId>("dataProducerIds"));
  DD_TRY(command.consumers, reader.ids<DataConsumerId>("dataConsumerIds"));
  return command;
}

}  // namespace dd::api
