// SPDX-License-Identifier: MIT
#include <array>

#include "api/media_answers.hpp"
#include "api/media_requests.hpp"
#include "api/route.hpp"

namespace dd::api {
namespace {

using meeting::Host;
using Answer = Task<Result<std::string>>;

Answer create_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_create_meeting(body.root));
  DD_CO_TRY(auto insertion, co_await host.create_meeting(std::move(command)));
  const bool inserted = insertion == meeting::Insertion::kInserted;
  co_return to_text(response_answer(inserted ? "created the required routers" : "Meeting already exists"));
}

Answer replace_meetings(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_replace_meetings(body.root));
  DD_CO_TRY_VOID(co_await host.replace_meetings(std::move(command)));
  co_return std::string("\"created the required routers\"");  // a bare string in the reference, so here too
}

Answer end_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto meeting, parse_end_meeting(body.root));
  DD_CO_TRY_VOID(co_await host.end_meeting(std::move(meeting)));
  co_return to_text(response_answer("Successfully ended meeting"));
}

Answer join_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_capabilities_request(body.root, AskedBy::kJoinMeeting));
  DD_CO_TRY(auto capabilities, host.capabilities(command));
  co_return capabilities_answer(capabilities);
}

Answer get_rtp_capabilities(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_capabilities_request(body.root, AskedBy::kGetRtpCapabilities));
  DD_CO_TRY(auto capabilities, host.capabilities(command));
  co_return capabilities_answer(capabilities);
}

Answer pre_meeting_details(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_capabilities_request(body.root, AskedBy::kPreMeetingDetails));
  DD_CO_TRY(auto capabilities, host.capabilities(command));
  DD_CO_TRY(auto producers, co_await host.producers_of(std::move(command.meeting)));
  const std::string details = "\"producerDetails\":" + to_text(producer_details_json(producers));
  co_return capabilities_answer(capabilities, details);
}

Answer get_producers_of_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto meeting, parse_get_producers_of_meeting(body.root));
  DD_CO_TRY(auto producers, co_await host.producers_of(std::move(meeting)));
  co_return to_text(producer_details_answer(producers));
}

Answer recreate_producer_transport(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_recreate_transport(body.root, meeting::TransportRole::kProducer));
  DD_CO_TRY(auto recreated, co_await host.recreate_transport(std::move(command)));
  co_return to_text(recreated_transport_answer(recreated, meeting::TransportRole::kProducer));
}

Answer recreate_consumer_transport(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_recreate_transport(body.root, meeting::TransportRole::kConsumer));
  DD_CO_TRY(auto recreated, co_await host.recreate_transport(std::move(command)));
  co_return to_text(recreated_transport_answer(recreated, meeting::TransportRole::kConsumer));
}

Answer connect_transport(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_connect_transport(body.root));
  DD_CO_TRY(auto connected, co_await host.connect_transport(std::move(command)));
  const bool now = connected == meeting::Connected::kNow;
  co_return to_text(response_answer(now ? "Successfully connected producer transport" : "Transport already connected, ignoring"));
}

Answer restart_ice(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_restart_ice(body.root));
  DD_CO_TRY(auto restarted, co_await host.restart_ice(std::move(command)));
  co_return to_text(ice_restart_answer(restarted));
}

Answer create_producer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_create_producer(body.root));
  DD_CO_TRY(auto detail, co_await host.create_producer(std::move(command)));
  co_return to_text(producer_detail_json(detail));
}

Answer pause_producer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_producers_command(body.root));
  DD_CO_TRY(auto details, co_await host.pause_producers(std::move(command)));
  co_return to_text(producer_details_answer(details));
}

Answer resume_producer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_producers_command(body.root));
  DD_CO_TRY(auto details, co_await host.resume_producers(std::move(command)));
  co_return to_text(producer_details_answer(details));
}

Answer close_producer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_producers_command(body.root));
  DD_CO_TRY(auto details, co_await host.close_producers(std::move(command)));
  co_return to_text(producer_details_answer(details));
}

Answer create_consumer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_create_consumer(body.root));
  DD_CO_TRY(auto details, co_await host.create_consumers(std::move(command)));
  co_return to_text(consumer_details_answer(details));
}

Answer pause_consumer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_consumers_command(body.root));
  DD_CO_TRY_VOID(co_await host.pause_consumers(std::move(command)));
  co_return to_text(response_answer("Successfully paused"));
}

Answer resume_consumer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_consumers_command(body.root));
  DD_CO_TRY_VOID(co_await host.resume_consumers(std::move(command)));
  co_return to_text(response_answer("Successfully resumed"));
}

Answer close_consumer(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_consumers_command(body.root));
  DD_CO_TRY_VOID(co_await host.close_consumers(std::move(command)));
  co_return to_text(response_answer("Successfully closed consumer"));
}

Answer leave_meeting(Host& host, JsonText body) {
  DD_CO_TRY(auto command, parse_leave_meeting(body.root));
  DD_CO_TRY(auto left, co_await host.leave(std::move(command)));
  co_return to_text(leave_answer(left));
}

Answer get_participant_producers(Host& host, JsonText body) {
  DD_CO_TRY(auto query, parse_participant_query(body.root));
  co_return to_text(ids_json(host.participant_producers(query.participant)));
}

Answer get_participant_consumers(Host& host, JsonText body) {
  DD_CO_TRY(auto query, parse_participant_query(body.root));
  if (!query.meeting) co_return invalid_field("meetingId", "meetingId is missing");
  co_return to_text(ids_json(host.participant_consumers(*query.meeting, query.participant)));
}

constexpr std::array kMediaRoutes{
    post_route("/v1/createMeeting", &create_meeting, "meetings", "Create a meeting's routers on this server", "CreateMeeting", "Response",
               "Again with the same meetingId: 200, \"Meeting already exists\", and nothing changes."),
    post_route("/v1/replaceMeetings", &replace_meetings, "meetings", "Take meetings over from a server that is gone", "ReplaceMeetings",
               "ReplaceMeetingsAnswer", "All of them or none. The old rows go; participants join again."),
    post_route("/v1/endMeeting", &end_meeting, "meetings", "End a meeting and close everything in it", "EndMeeting", "Response",
               "A meeting that is not there is a success."),
    post_route("/v1/joinMeeting", &join_meeting, "meetings", "RTP capabilities for joining", "JoinMeeting", "Capabilities",
               "Registers nothing; the participant appears with its first transport."),
    post_route("/v1/getRTPCapabilities", &get_rtp_capabilities, "meetings", "RTP capabilities of a meeting's routers", "GetRtpCapabilities",
               "Capabilities", ""),
    post_route("/v1/preMeetingDetails", &pre_meeting_details, "meetings", "RTP capabilities and who publishes what", "PreMeetingDetails",
               "CapabilitiesAndProducers", ""),
    post_route("/v1/getProducersOfMeeting", &get_producers_of_meeting, "meetings", "Who publishes what", "GetProducersOfMeeting",
               "ProducerDetails", ""),
    post_route("/v1/leaveMeeting", &leave_meeting, "meetings", "Remove a participant's instance from the meeting", "LeaveMeeting",
               "LeaveAnswer", "When the instance is not there: 200 with sendSignal false."),
    post_route("/v1/recreateProducerTransport", &recreate_producer_transport, "transports", "The transport a participant sends on",
               "RecreateTransport", "RecreatedProducerTransport",
               "The first one too. Again with the same instanceId: the same living transport. A new instanceId evicts the old instance."),
    post_route("/v1/recreateConsumerTransport", &recreate_consumer_transport, "transports", "The transport a participant receives on",
               "RecreateTransport", "RecreatedConsumerTransport", "As recreateProducerTransport; tells what everyone else publishes."),
    post_route("/v1/connectTransport", &connect_transport, "transports", "Give the client's DTLS parameters", "ConnectTransport",
               "Response", "Again: 200, \"Transport already connected, ignoring\"."),
    post_route("/v1/restartIce", &restart_ice, "transports", "New ICE credentials for transports", "RestartIce", "RestartIceAnswer",
               "Transports that are unknown or another participant's are left out of the answer."),
    post_route("/v1/restartProducerIce", &restart_ice, "transports", "Same as restartIce", "RestartIce", "RestartIceAnswer", ""),
    post_route("/v1/restartConsumerIce", &restart_ice, "transports", "Same as restartIce", "RestartIce", "RestartIceAnswer", ""),
    post_route("/v1/createProducer", &create_producer, "producers", "Publish audio, video or a screen", "CreateProducer", "ProducerDetail",
               "Again with the same kind and instance: the same producer."),
    post_route("/v1/pauseProducer", &pause_producer, "producers", "Pause producers", "Producers", "ProducerDetails", ""),
    post_route("/v1/resumeProducer", &resume_producer, "producers", "Resume producers", "Producers", "ProducerDetails", ""),
    post_route("/v1/closeProducer", &close_producer, "producers", "Close producers and everyone's consumers of them", "Producers",
               "ProducerDetails", "Answers those that were there."),
    post_route("/v1/createConsumer", &create_consumer, "consumers", "Receive what others publish", "CreateConsumer", "ConsumerDetails",
               "Consumers start unpaused. A living consumer of the same producer is answered again."),
    post_route("/v1/pauseConsumer", &pause_consumer, "consumers", "Pause consumers", "Consumers", "Response",
               "Ids that are not the participant's are skipped."),
    post_route("/v1/resumeConsumer", &resume_consumer, "consumers", "Resume consumers", "Consumers", "Response",
               "Ids that are not the participant's are skipped."),
    post_route("/v1/closeConsumer", &close_consumer, "consumers", "Close consumers", "Consumers", "Response",
               "Ids that are not the participant's are skipped."),
    post_route("/v1/getParticipantProducers", &get_participant_producers, "debugging", "Ids of a participant's producers",
               "ParticipantQuery", "Ids", ""),
    post_route("/v1/getParticipantConsumers", &get_participant_consumers, "debugging", "Ids of a participant's consumers",
               "ParticipantQuery", "Ids", "meetingId is needed."),
};

}  // namespace

std::span<const Route> media_routes() { return kMediaRoutes; }

}  // namespace dd::api
