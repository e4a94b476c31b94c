// SPDX-License-Identifier: MIT
#include <array>

#include "api/extension_requests.hpp"
#include "api/media_answers.hpp"
#include "api/media_requests.hpp"
#include "api/route.hpp"

namespace dd::api {
namespace {

using meeting::Host;
using Answer = Task<Result<std::string>>;

Answer get_routers_of_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto meeting, parse_get_producers_of_meeting(body.root));
  DD_CO_TRY(auto routers, host.routers_of(meeting));
  co_return to_text(routers_answer(routers));
}

Answer release_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto meeting, parse_get_producers_of_meeting(body.root));
  DD_CO_TRY_VOID(co_await host.release_meeting(std::move(meeting)));
  co_return to_text(response_answer("Successfully released meeting"));
}

Answer add_routers(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_add_routers(body.root));
  DD_CO_TRY(auto routers, co_await host.add_routers(std::move(command)));
  co_return to_text(routers_answer(routers));
}

Answer get_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto meeting, parse_get_producers_of_meeting(body.root));
  DD_CO_TRY(auto detail, host.meeting_detail(meeting));
  co_return to_text(meeting_answer(detail));
}

Answer get_participant(Host& host, JsonText body) {
  DD_CO_TRY(auto ref, parse_participant_ref(body.root));
  DD_CO_TRY(auto detail, host.participant_detail(ref));
  co_return to_text(participant_answer(detail));
}

Answer set_preferred_layers(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_set_preferred_layers(body.root));
  DD_CO_TRY(auto layers, co_await host.set_preferred_layers(std::move(command)));
  OrderedJson answer = OrderedJson::object();
  answer["preferredLayers"] = layers_json(layers);
  co_return to_text(answer);
}

Answer set_consumer_priority(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_set_priority(body.root));
  DD_CO_TRY(auto priority, co_await host.set_priority(std::move(command)));
  OrderedJson answer = OrderedJson::object();
  answer["priority"] = priority;
  co_return to_text(answer);
}

Answer request_key_frame(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_consumer_command(body.root));
  DD_CO_TRY_VOID(co_await host.request_key_frame(std::move(command)));
  co_return to_text(response_answer("Successfully requested key frame"));
}

Answer get_transport_stats(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_transport_command(body.root));
  DD_CO_TRY(auto report, co_await host.transport_stats(std::move(command)));
  co_return to_text(stats_answer(report));
}

Answer get_producer_stats(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_producer_command(body.root));
  DD_CO_TRY(auto report, co_await host.producer_stats(std::move(command)));
  co_return to_text(stats_answer(report));
}

Answer get_consumer_stats(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_consumer_command(body.root));
  DD_CO_TRY(auto report, co_await host.consumer_stats(std::move(command)));
  co_return to_text(stats_answer(report));
}

Answer close_transport(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_transport_command(body.root));
  DD_CO_TRY_VOID(co_await host.close_transport(std::move(command)));
  co_return to_text(response_answer("Successfully closed transport"));
}

Answer create_data_producer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_create_data_producer(body.root));
  DD_CO_TRY(auto producer, co_await host.create_data_producer(std::move(command)));
  OrderedJson answer = OrderedJson::object();
  answer["dataProducerId"] = producer.str();
  co_return to_text(answer);
}

Answer create_data_consumer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_create_data_consumer(body.root));
  DD_CO_TRY(auto consumer, co_await host.create_data_consumer(std::move(command)));
  co_return to_text(data_consumer_answer(consumer));
}

Answer close_data(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_close_data(body.root));
  DD_CO_TRY_VOID(co_await host.close_data(std::move(command)));
  co_return to_text(response_answer("Successfully closed data"));
}

constexpr std::array kExtensionRoutes{
    post_route("/v1/getRoutersOfMeeting", &get_routers_of_meeting, "meetings", "The routers of a meeting that this server carries",
               "GetProducersOfMeeting", "Routers",
               "For clients that cannot read the database, as kendra does, to learn what joinMeeting wants."),
    post_route("/v1/releaseMeeting", &release_meeting, "meetings", "Close this server's copy of a meeting that was moved away",
               "GetProducersOfMeeting", "Response",
               "For whoever moved it with replaceMeetings on another server: no row is touched. endMeeting would end it there, too."),
    post_route("/v1/addRouters", &add_routers, "meetings", "Give a meeting routers on further workers", "AddRouters", "Routers",
               "Answers all routers of the meeting. A worker that has one of them already gets no other, so repeating changes nothing."),
    post_route("/v1/getMeeting", &get_meeting, "meetings", "A meeting that this server carries, and who is in it", "GetProducersOfMeeting",
               "Meeting"),
    post_route("/v1/getParticipant", &get_participant, "meetings", "A participant, with all that is theirs", "ParticipantRef",
               "Participant"),
    post_route("/v1/setPreferredLayers", &set_preferred_layers, "consumers", "Choose the simulcast or SVC layers of a consumer",
               "SetPreferredLayers", "PreferredLayers",
               "The answer may be lower than asked when the producer has fewer layers; null: it has none."),
    post_route("/v1/setConsumerPriority", &set_consumer_priority, "consumers", "Weigh a consumer when bandwidth is short",
               "SetConsumerPriority", "ConsumerPriority"),
    post_route("/v1/requestKeyFrame", &request_key_frame, "consumers", "Ask the producer of a video consumer for a key frame",
               "ConsumerRef", "Response"),
    post_route("/v1/getConsumerStats", &get_consumer_stats, "consumers", "Statistics of a consumer", "ConsumerRef", "Stats"),
    post_route("/v1/getProducerStats", &get_producer_stats, "producers", "Statistics of a producer", "ProducerRef", "Stats"),
    post_route("/v1/getTransportStats", &get_transport_stats, "transports", "Statistics of a transport", "TransportRef", "Stats"),
    post_route("/v1/closeTransport", &close_transport, "transports", "Close a transport and everything on it", "TransportRef", "Response"),
    post_route("/v1/createDataProducer", &create_data_producer, "data channels", "Send a data channel", "CreateDataProducer",
               "DataProducerAnswer"),
    post_route("/v1/createDataConsumer", &create_data_consumer, "data channels", "Receive a data channel", "CreateDataConsumer",
               "DataConsumerAnswer"),
    post_route("/v1/closeData", &close_data, "data channels", "Close data producers and data consumers", "CloseData", "Response",
               "Ids that are not the participant's are skipped."),
};

}  // namespace

std::span<const Route> extension_routes() { return kExtensionRoutes; }

}  // namespace dd::api
