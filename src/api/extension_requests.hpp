// SPDX-License-Identifier: MIT
// The bodies of the routes that the reference lacks (layers, priority, statistics, data channels), turned into commands.
// Unlike the compatibility routes they name the meeting and the participant in every call. Pure functions.
#pragma once

#include "api/json.hpp"
#include "base/result.hpp"
#include "meeting/command.hpp"

namespace dd::api {

Result<meeting::SetPreferredLayers> parse_set_preferred_layers(const Json& body);
Result<meeting::SetPriority> parse_set_priority(const Json& body);
Result<meeting::ParticipantRef> parse_participant_ref(const Json& body);
Result<meeting::ConsumerCommand> parse_consumer_command(const Json& body);
Result<meeting::ProducerCommand> parse_producer_command(const Json& body);
Result<meeting::TransportCommand> parse_transport_command(const Json& body);
Result<meeting::CreateDataProducer> parse_create_data_producer(const Json& body);
Result<meeting::CreateDataConsumer> parse_create_data_consumer(const Json& body);
Result<meeting::CloseData> parse_close_data(const Json& body);

}  // namespace dd::api
