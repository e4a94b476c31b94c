// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "portal/kendra.hpp"

namespace dd::portal {
namespace {

using api::Json;
using api::JsonText;
using api::OrderedJson;

// Read from the body, allowed to the caller, and found.
struct Visit {
  KendraAddress address;
  Spot spot;
};

Task<Result<Visit>> visit(Context& portal, JsonText body, Caller caller, Names names) {
  DD_CO_TRY(auto address, parse_kendra_address(body.root, names));
  DD_CO_TRY_VOID(permit(caller, address));
  DD_CO_TRY(auto spot, co_await locate(portal, address));
  co_return Visit{std::move(address), std::move(spot)};
}

// The bytes that the media server answered.
Answer passed_on(Context& portal, ContainerId server, std::string path, Json body) {
  DD_CO_TRY(auto text, co_await portal.fleet.call(std::move(server), std::move(path), text_of(body)));
  co_return text_response(std::move(text));
}

Json about(const Visit& visited) {
  return Json{{"meetingId", visited.spot.meeting.str()}, {"participantId", visited.address.participant.str()}};
}

Answer capabilities(Call call, std::string path, Names names) {
  DD_CO_TRY(auto visited, co_await visit(call.portal, call.body, call.caller, names));
  DD_CO_TRY(auto routers, co_await routers_of(call.portal, visited.spot));
  Json body = about(visited);
  if (!visited.address.instance.empty()) body["instanceId"] = visited.address.instance.str();
  body["producerRouterId"] = router_for(routers.producers, visited.address.participant);
  body["consumerRouterId"] = router_for(routers.consumers, visited.address.participant);
  auto answer = co_await passed_on(call.portal, visited.spot.server, std::move(path), std::move(body));
  co_return answer;
}

Answer join_meeting(Call call) { return capabilities(std::move(call), "/v1/joinMeeting", Names::kInstance); }
Answer pre_meeting_details(Call call) { return capabilities(std::move(call), "/v1/preMeetingDetails", Names::kParticipant); }
Answer get_rtp_capabilities(Call call) { return capabilities(std::move(call), "/v1/getRTPCapabilities", Names::kParticipant); }

Answer get_producers_of_meeting(Call call) {
  DD_CO_TRY(auto visited, co_await visit(call.portal, call.body, call.caller, Names::kMeeting));
  Json body{{"meetingId", visited.spot.meeting.str()}};
  auto answer = co_await passed_on(call.portal, visited.spot.server, "/v1/getProducersOfMeeting", std::move(body));
  co_return answer;
}

Answer active_container(Call call) {
  DD_CO_TRY(auto visited, co_await visit(call.portal, call.body, call.caller, Names::kParticipant));
  OrderedJson json = OrderedJson::object();
  json["meeting_id"] = visited.address.written;
  json["container_id"] = visited.spot.server.str();
  co_return json_response(json);
}

// Somebody who is not there yet joins with the first of the two transports: that is where a full, locked or barred meeting refuses.
// True when they are new.
Task<Result<bool>> admit(Context& portal, Visit visited, Caller caller) {
  auto present = co_await participant_of(portal, visited.spot, visited.address.participant);
  if (present) co_return false;
  if (present.error().code != Errc::kNotFound) co_return Error(std::move(present.error()));
  Json body{{"meetingId", visited.spot.meeting.str()}};
  DD_CO_TRY(auto meeting, co_await ask(portal, visited.spot.server, "/v1/getMeeting", std::move(body)));
  std::size_t here = 0;
  std::size_t streams = 0;
  if (meeting.root.is_object() && meeting.root.contains("participants")) {
    here = meeting.root["participants"].size();
    for (const auto& other : meeting.root["participants"]) {
      if (other.is_object() && other.contains("producers")) streams += other["producers"].size();
    }
  }
  DD_CO_TRY(auto tenant, co_await portal.tenants.find(visited.address.tenant));
  control::AdmissionRequest request;
  request.tenant = visited.address.tenant;
  request.meeting = visited.spot.meeting;
  request.participant = visited.address.participant;
  request.participants_here = static_cast<std::uint32_t>(here);
  request.streams = static_cast<std::uint32_t>(streams);
  request.participant_limit = control::count_quota_of(tenant, control::Quota::kParticipantsPerMeeting);
  request.may_create = false;
  request.moderator = allowed_all(caller) || caller.claims.grants.moderate;
  DD_CO_TRY_VOID(co_await portal.meetings.admit(std::move(request)));
  co_return true;
}

std::vector<KendraParticipant::Producer> closed_producers(const Json& answer) {
  std::vector<KendraParticipant::Producer> closed;
  const auto list = answer.find("closedProducerDetails");
  if (list == answer.end() || !list->is_array()) return closed;
  for (const auto& entry : *list) {
    auto id = text_member(entry, "producerId");
    auto kind = text_member(entry, "kind");
    if (id && kind) closed.push_back({std::move(*id), std::move(*kind)});
  }
  return closed;
}

Task<Result<JsonText>> recreate(Call call, bool producing) {
  Context& portal = call.portal;
  DD_CO_TRY(auto visited, co_await visit(portal, call.body, call.caller, Names::kInstance));
  DD_CO_TRY(const bool joins, co_await admit(portal, visited, call.caller));
  DD_CO_TRY(auto routers, co_await routers_of(portal, visited.spot));
  Json body = about(visited);
  body["instanceId"] = visited.address.instance.str();
  body["routerId"] = router_for(producing ? routers.producers : routers.consumers, visited.address.participant);
  const std::string path = producing ? "/v1/recreateProducerTransport" : "/v1/recreateConsumerTransport";
  DD_CO_TRY(auto answer, co_await ask(portal, visited.spot.server, path, std::move(body)));
  if (!answer.root.is_object()) co_return make_error(Errc::kInternal, "a media server answered no object");
  if (joins) {
    OrderedJson payload = OrderedJson::object();
    payload["participantId"] = visited.address.participant.str();
    payload["instanceId"] = visited.address.instance.str();
    publish_kendra(portal, visited.spot.meeting, "DoordarshanUserJoined", visited.address.participant.str(), payload);
  }
  KendraStreams closed{"DoordarshanStreamUnPublish", "unPublishReason", "Recreating producer transport", closed_producers(answer.root)};
  publish_streams(portal, visited.spot, visited.address.participant, closed);
  co_return std::move(answer);
}

Answer recreate_producer_transport(Call call) {
  DD_CO_TRY(auto answer, co_await recreate(std::move(call), true));
  const auto options = answer.root.find("transportOptions");
  if (options == answer.root.end()) co_return make_error(Errc::kInternal, "a media server answered no transport");
  co_return text_response(text_of(*options));
}

Answer recreate_consumer_transport(Call call) {
  DD_CO_TRY(auto answer, co_await recreate(std::move(call), false));
  co_return text_response(text_of(answer.root));
}

Answer connect(Call call, bool producing) {
  DD_CO_TRY(auto dtls, parse_kendra_object(call.body.root, "dtls_parameters"));
  DD_CO_TRY(auto visited, co_await visit(call.portal, call.body, call.caller, Names::kParticipant));
  DD_CO_TRY(auto participant, co_await participant_of(call.portal, visited.spot, visited.address.participant));
  const std::string transport = producing ? participant.producer_transport : participant.consumer_transport;
  if (transport.empty()) co_return make_error(Errc::kNotFound, "transport not found");
  Json body = about(visited);
  body["transportId"] = transport;
  body["dtlsParameters"] = std::move(dtls.root);
  auto answer = co_await passed_on(call.portal, visited.spot.server, "/v1/connectTransport", std::move(body));
  co_return answer;
}

Answer connect_producer_transport(Call call) { return connect(std::move(call), true); }
Answer connect_consumer_transport(Call call) { return connect(std::move(call), false); }

Answer restart(Call call, bool producing, bool consuming) {
  DD_CO_TRY(auto visited, co_await visit(call.portal, call.body, call.caller, Names::kParticipant));
  DD_CO_TRY(auto participant, co_await participant_of(call.portal, visited.spot, visited.address.participant));
  Json transports = Json::array();
  if (producing && !participant.producer_transport.empty()) transports.push_back(participant.producer_transport);
  if (consuming && !participant.consumer_transport.empty()) transports.push_back(participant.consumer_transport);
  if (transports.empty()) co_return make_error(Errc::kNotFound, "transport not found");
  Json body = about(visited);
  body["transportIds"] = std::move(transports);
  auto answer = co_await passed_on(call.portal, visited.spot.server, "/v1/restartIce", std::move(body));
  co_return answer;
}

Answer restart_producer_ice(Call call) { return restart(std::move(call), true, false); }
Answer restart_consumer_ice(Call call) { return restart(std::move(call), false, true); }
Answer restart_ice(Call call) { return restart(std::move(call), true, true); }

control::Quota bitrate_quota(const std::string& lower_kind) {
  if (lower_kind == "audio") return control::Quota::kAudioBitrate;
  if (lower_kind == "video") return control::Quota::kVideoBitrate;
  return control::Quota::kScreenshareBitrate;
}

Task<Result<void>> may_record(Context& portal, Caller caller, TenantId tenant) {
  if (!allowed_all(caller) && !caller.claims.grants.record) co_return not_granted("recording is not granted");
  co_return co_await portal.recording_quota.check(std::move(tenant));
}

Answer create_producer(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto rtp, parse_kendra_object(call.body.root, "rtp_parameters"));
  DD_CO_TRY(auto kind, parse_kendra_kind(call.body.root));
  DD_CO_TRY(const bool recording, parse_kendra_flag(call.body.root, "start_recording"));
  DD_CO_TRY(auto visited, co_await visit(portal, call.body, call.caller, Names::kInstance));
  const std::string plain = lower_case(kind);
  if (!allowed_all(call.caller) && !call.caller.claims.grants.may_publish(plain)) co_return not_granted("publishing this is not granted");
  if (recording) {
    DD_CO_TRY_VOID(co_await may_record(portal, call.caller, visited.address.tenant));
  }
  DD_CO_TRY(auto bitrate, co_await portal.tenants.quota(visited.address.tenant, bitrate_quota(plain)));
  DD_CO_TRY(const auto bound, control::publish_bound(bitrate));
  DD_CO_TRY(auto routers, co_await routers_of(portal, visited.spot));
  DD_CO_TRY(auto participant, co_await participant_of(portal, visited.spot, visited.address.participant));
  if (participant.producer_transport.empty()) co_return make_error(Errc::kNotFound, "transport not found");
  Json body = about(visited);
  body["instanceId"] = visited.address.instance.str();
  body["kind"] = kind;
  body["rtpParameters"] = std::move(rtp.root);
  body["producerRouterId"] = router_for(routers.producers, visited.address.participant);
  body["producerTransportId"] = participant.producer_transport;
  body["consumerRouterIds"] = routers.consumers;
  body["startRecording"] = recording;
  if (bound) body["maxBitrate"] = *bound;
  DD_CO_TRY(auto answer, co_await ask(portal, visited.spot.server, "/v1/createProducer", std::move(body)));
  DD_CO_TRY(auto producer, text_member(answer.root, "producerId"));
  KendraStreams created{"DoordarshanStreamPublish", "publishReason", "User created the stream", {}};
  created.producers.push_back({std::move(producer), kind});
  publish_streams(portal, visited.spot, visited.address.participant, created);
  co_return text_response(text_of(answer.root));
}

struct ProducersCall {
  std::string path;
  KendraStreams signal;  // its producers are filled in
};

Answer producers(Call call, ProducersCall made) {
  Context& portal = call.portal;
  DD_CO_TRY(auto kinds, parse_kendra_kinds(call.body.root));
  DD_CO_TRY_VOID(parse_kendra_flag(call.body.root, "recording_enabled"));
  DD_CO_TRY(auto visited, co_await visit(portal, call.body, call.caller, Names::kParticipant));
  DD_CO_TRY(auto participant, co_await participant_of(portal, visited.spot, visited.address.participant));
  Json map = Json::object();
  for (auto& producer : participant.producers) {
    if (std::find(kinds.begin(), kinds.end(), lower_case(producer.kind)) == kinds.end()) continue;
    map[producer.id] = producer.kind;
    made.signal.producers.push_back(std::move(producer));
  }
  if (map.empty()) co_return text_response(R"({"producerDetails":[]})");
  Json body = about(visited);
  body["producerKindMap"] = std::move(map);
  DD_CO_TRY(auto text, co_await portal.fleet.call(visited.spot.server, made.path, text_of(body)));
  publish_streams(portal, visited.spot, visited.address.participant, made.signal);
  co_return text_response(std::move(text));
}

// The reasons are kendra's words, the odd one of closing included: clients may look for them.
Answer pause_producer(Call call) {
  return producers(std::move(call),
                   ProducersCall{"/v1/pauseProducer", {"DoordarshanStreamUnPublish", "unPublishReason", "User paused the stream", {}}});
}
Answer resume_producer(Call call) {
  return producers(std::move(call),
                   ProducersCall{"/v1/resumeProducer", {"DoordarshanStreamPublish", "publishReason", "User resumed the stream", {}}});
}
Answer close_producer(Call call) {
  return producers(std::move(call),
                   ProducersCall{"/v1/closeProducer", {"DoordarshanStreamUnPublish", "unPublishReason", "User left the meeting", {}}});
}

// {participant: {kind: producerId}} of those targets that publish what is asked for; the others are left out, as kendra does.
Json producers_of(const KendraTargets& targets, const Json& answer) {
  Json wanted = Json::object();
  const auto list = answer.find("producerDetails");
  if (list == answer.end() || !list->is_array()) return wanted;
  for (const auto& entry : *list) {
    auto owner = text_member(entry, "participantId");
    auto kind = text_member(entry, "kind");
    auto id = text_member(entry, "producerId");
    if (!owner || !kind || !id) continue;
    const auto target = std::find_if(targets.begin(), targets.end(), [&](const auto& one) { return one.first.str() == *owner; });
    if (target == targets.end()) continue;
    const auto& kinds = target->second;
    if (std::find(kinds.begin(), kinds.end(), lower_case(*kind)) != kinds.end()) wanted[*owner][*kind] = *id;
  }
  return wanted;
}

Answer create_consumer(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto rtp, parse_kendra_object(call.body.root, "rtp_capabilities"));
  DD_CO_TRY(auto targets, parse_kendra_targets(call.body.root));
  DD_CO_TRY(auto visited, co_await visit(portal, call.body, call.caller, Names::kInstance));
  if (!allowed_all(call.caller) && !call.caller.claims.grants.subscribe) co_return not_granted("subscribing is not granted");
  DD_CO_TRY(auto participant, co_await participant_of(portal, visited.spot, visited.address.participant));
  if (participant.consumer_transport.empty()) co_return make_error(Errc::kNotFound, "transport not found");
  Json query{{"meetingId", visited.spot.meeting.str()}};
  DD_CO_TRY(auto published, co_await ask(portal, visited.spot.server, "/v1/getProducersOfMeeting", std::move(query)));
  Json wanted = producers_of(targets, published.root);
  if (wanted.empty()) co_return text_response(R"({"consumerDetails":[]})");
  Json body = about(visited);
  body["instanceId"] = visited.address.instance.str();
  body["transportId"] = participant.consumer_transport;
  body["rtpCapabilities"] = std::move(rtp.root);
  body["targetParticipants"] = std::move(wanted);
  auto answer = co_await passed_on(portal, visited.spot.server, "/v1/createConsumer", std::move(body));
  co_return answer;
}

Answer consumers(Call call, std::string path) {
  DD_CO_TRY(auto targets, parse_kendra_targets(call.body.root));
  DD_CO_TRY(auto visited, co_await visit(call.portal, call.body, call.caller, Names::kParticipant));
  DD_CO_TRY(auto participant, co_await participant_of(call.portal, visited.spot, visited.address.participant));
  Json ids = Json::array();
  for (const auto& consumer : participant.consumers) {
    const auto target = std::find_if(targets.begin(), targets.end(), [&](const auto& one) { return one.first.str() == consumer.target; });
    if (target == targets.end()) continue;
    const auto& kinds = target->second;
    if (std::find(kinds.begin(), kinds.end(), lower_case(consumer.kind)) != kinds.end()) ids.push_back(consumer.id);
  }
  Json body = about(visited);
  body["consumerIds"] = std::move(ids);
  auto answer = co_await passed_on(call.portal, visited.spot.server, std::move(path), std::move(body));
  co_return answer;
}

Answer pause_consumer(Call call) { return consumers(std::move(call), "/v1/pauseConsumer"); }
Answer resume_consumer(Call call) { return consumers(std::move(call), "/v1/resumeConsumer"); }
Answer close_consumer(Call call) { return consumers(std::move(call), "/v1/closeConsumer"); }

Answer leave_meeting(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto visited, co_await visit(portal, call.body, call.caller, Names::kInstance));
  Json body = about(visited);
  body["instanceId"] = visited.address.instance.str();
  DD_CO_TRY(auto answer, co_await ask(portal, visited.spot.server, "/v1/leaveMeeting", std::move(body)));
  const bool left = answer.root.is_object() && answer.root.value("sendSignal", false);
  if (left) {
    OrderedJson payload = OrderedJson::object();
    payload["userLeftReason"] = "User left the meeting";
    payload["instanceId"] = visited.address.instance.str();
    publish_kendra(portal, visited.spot.meeting, "DoordarshanUserLeft", visited.address.participant.str(), payload);
  }
  co_return text_response(text_of(answer.root));
}

Answer end_meeting(Call call) {
  Context& portal = call.portal;
  DD_CO_TRY(auto visited, co_await visit(portal, call.body, call.caller, Names::kMeeting));
  if (!allowed_all(call.caller) && !call.caller.claims.grants.moderate) co_return not_granted("ending needs moderate or admin");
  DD_CO_TRY_VOID(co_await portal.meetings.end(visited.spot.meeting, "ended"));
  publish_kendra_ended(portal, visited.spot.meeting);
  co_return text_response(R"({"response":"Successfully ended meeting"})");
}

constexpr Route kendra_route(std::string_view path, std::string_view operation, Handler handler, std::string_view summary,
                             std::string_view request, std::string_view response, std::string_view description = {}) {
  return Route{"POST", path, Guard::kKendra, handler, "kendra", operation, summary, request, response, description};
}

constexpr std::array kKendraRoutes{
    kendra_route("/v1/createMeeting", "createMeeting", &create_kendra_meeting, "Make a meeting with room for so many",
                 "KendraCreateMeeting", "KendraResponse", "Again: 200, \"Meeting already exists\"."),
    kendra_route("/v1/joinMeeting", "joinMeeting", &join_meeting, "RTP capabilities for joining", "KendraInstance", "KendraCapabilities"),
    kendra_route("/v1/preMeetingDetails", "preMeetingDetails", &pre_meeting_details, "RTP capabilities and who publishes what",
                 "KendraParticipant", "KendraCapabilities"),
    kendra_route("/v1/getRTPCapabilities", "getRTPCapabilities", &get_rtp_capabilities, "RTP capabilities of a meeting",
                 "KendraParticipant", "KendraCapabilities"),
    kendra_route("/v1/getProducersOfMeeting", "getProducersOfMeeting", &get_producers_of_meeting, "Who publishes what", "KendraMeeting",
                 "KendraProducers"),
    kendra_route("/v1/activeContainer", "activeContainer", &active_container, "Which media server carries the meeting", "KendraParticipant",
                 "KendraContainer"),
    kendra_route("/v1/recreateProducerTransport", "recreateProducerTransport", &recreate_producer_transport, "The transport to send on",
                 "KendraInstance", "KendraTransport", "The first one too; a participant joins with it."),
    kendra_route("/v1/recreateConsumerTransport", "recreateConsumerTransport", &recreate_consumer_transport, "The transport to receive on",
                 "KendraInstance", "KendraConsumerTransport"),
    kendra_route("/v1/connectProducerTransport", "connectProducerTransport", &connect_producer_transport, "Give the DTLS parameters",
                 "KendraConnect", "KendraResponse"),
    kendra_route("/v1/connectConsumerTransport", "connectConsumerTransport", &connect_consumer_transport, "Give the DTLS parameters",
                 "KendraConnect", "KendraResponse"),
    kendra_route("/v1/restartProducerIce", "restartProducerIce", &restart_producer_ice, "New ICE credentials for sending",
                 "KendraParticipant", "KendraIce"),
    kendra_route("/v1/restartConsumerIce", "restartConsumerIce", &restart_consumer_ice, "New ICE credentials for receiving",
                 "KendraParticipant", "KendraIce"),
    kendra_route("/v1/restartIce", "restartIce", &restart_ice, "New ICE credentials for both", "KendraParticipant", "KendraIce"),
    kendra_route("/v1/createProducer", "createProducer", &create_producer, "Publish audio, video or a screen", "KendraCreateProducer",
                 "KendraProducer"),
    kendra_route("/v1/pauseProducer", "pauseProducer", &pause_producer, "Pause producers", "KendraKinds", "KendraProducers"),
    kendra_route("/v1/resumeProducer", "resumeProducer", &resume_producer, "Resume producers", "KendraKinds", "KendraProducers"),
    kendra_route("/v1/closeProducer", "closeProducer", &close_producer, "Close producers", "KendraKinds", "KendraProducers"),
    kendra_route("/v1/createConsumer", "createConsumer", &create_consumer, "Receive what others publish", "KendraCreateConsumer",
                 "KendraConsumers"),
    kendra_route("/v1/pauseConsumer", "pauseConsumer", &pause_consumer, "Pause consumers", "KendraTargets", "KendraResponse"),
    kendra_route("/v1/resumeConsumer", "resumeConsumer", &resume_consumer, "Resume consumers", "KendraTargets", "KendraResponse"),
    kendra_route("/v1/closeConsumer", "closeConsumer", &close_consumer, "Close consumers", "KendraTargets", "KendraResponse"),
    kendra_route("/v1/leaveMeeting", "leaveMeeting", &leave_meeting, "Leave the meeting", "KendraInstance", "KendraLeft"),
    kendra_route("/v1/endMeeting", "endMeeting", &end_meeting, "End the meeting for all", "KendraMeeting", "KendraResponse"),
};

}  // namespace

std::span<const Route> kendra_routes() { return kKendraRoutes; }

}  // namespace dd::portal
