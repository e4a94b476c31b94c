// SPDX-License-Identifier: MIT
#include "signaling/testing/fake_media_servers.hpp"

#include <algorithm>

#include "signaling/peek.hpp"

namespace dd::signaling::testing {
namespace {

using api::Json;
using api::OrderedJson;

// As a real server answered, once; ids are put in.
constexpr std::string_view kTransport = R"({"id":"","dtlsParameters":{"role":"auto","fingerprints":[{"algorithm":"sha-256","value":
"AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89"}]},"iceCandidates":[{"foundation":"udpcandidate",
"priority":1076302079,"address":"192.0.2.1","protocol":"udp","port":40000,"type":"host"}],"iceParameters":{"usernameFragment":"k2jqx0","password":
"3v1k8s","iceLite":true},"sctpParameters":{"port":5000,"OS":1024,"MIS":1024,"maxMessageSize":262144}})";
constexpr std::string_view kCapabilities =
    R"({"codecs":[{"kind":"audio","mimeType":"audio/opus","preferredPayloadType":100,"clockRate":48000,
"channels":2,"parameters":{"useinbandfec":1},"rtcpFeedback":[{"type":"nack","parameter":""}]}],"headerExtensions":[{"kind":"audio","uri":
"urn:ietf:params:rtp-hdrext:sdes:mid","preferredId":1,"preferredEncrypt":false,"direction":"sendrecv"}]})";
constexpr std::string_view kConsumerParameters = R"({"mid":"0","codecs":[{"mimeType":"audio/opus","payloadType":100,"clockRate":48000,
"channels":2,"parameters":{},"rtcpFeedback":[]}],"headerExtensions":[],"encodings":[{"ssrc":512}],"rtcp":{"cname":"c","reducedSize":true}})";

OrderedJson parsed(std::string_view text) { return OrderedJson::parse(text); }

OrderedJson response(std::string_view text) {
  OrderedJson json = OrderedJson::object();
  json["response"] = text;
  return json;
}

}  // namespace

const Json& FakeMediaServers::last_body(std::string_view path) const {
  static const Json kNone = Json::object();
  const auto found = std::find_if(calls.rbegin(), calls.rend(), [&](const auto& call) { return call.first == path; });
  return found == calls.rend() ? kNone : found->second;
}

void FakeMediaServers::emit(const ContainerId& server, const std::string& type, const std::string& meeting, const std::string& participant,
                            Json more) {
  if (followers[server] <= 0) return;
  more["id"] = "e-1";
  more["type"] = type;
  more["time"] = std::chrono::duration_cast<std::chrono::milliseconds>(loop_.wall_now().time_since_epoch()).count();
  if (!meeting.empty()) more["meetingId"] = meeting;
  if (!participant.empty()) more["participantId"] = participant;
  const control::MediaEvent event{server, more.dump()};
  for (auto* listener : std::vector(listeners_)) listener->on_media_event(event);
}

Task<Result<std::string>> FakeMediaServers::call(ContainerId server, std::string path, std::string body) {
  // A turn later, as anything that goes over a socket or takes a meeting's turn.
  Completion<bool> turn(loop_);
  loop_.post([turn] { turn.resolve(true); });
  co_await turn;
  const Json json = Json::parse(body);
  calls.emplace_back(path, json);
  if (away.contains(server)) co_return unavailable("the server cannot be reached");
  if (const auto refusal = refuse.find(path); refusal != refuse.end()) co_return refusal->second;
  auto answered = answer(server, path, json);
  if (withheld.contains(path)) {
    Completion<bool> released(loop_);
    waiting_.push_back(released);
    co_await released;
  }
  if (!answered) co_return answered.error();
  co_return api::to_text(*answered);
}

Task<Result<api::HttpResponse>> FakeMediaServers::forward(ContainerId server, api::HttpRequest request) {
  api::HttpResponse response;
  OrderedJson json = OrderedJson::object();
  json["recordings"] = OrderedJson::array();
  for (const auto& [id, meeting] : servers[server]) {
    if (meeting.recording.empty() || request.target.find(id) == std::string::npos) continue;
    OrderedJson entry = OrderedJson::object();
    entry["recordingId"] = meeting.recording;
    entry["meetingId"] = id;
    entry["state"] = "recording";
    json["recordings"].push_back(std::move(entry));
  }
  json["next"] = nullptr;
  response.body = api::to_text(json);
  co_return response;
}

Result<OrderedJson> FakeMediaServers::create_meeting(const ContainerId& server, const Json& body) {
  const std::string id = peek_text(body, "meetingId");
  auto [place, fresh] = servers[server].try_emplace(id);
  if (!fresh) return response("Meeting already exists");
  place->second.tenant = peek_text(body, "tenant");
  place->second.routers = {next_id("router")};
  meeting::RouterRow row;
  row.router = RouterId(place->second.routers.front());
  row.worker = WorkerId("w-1");
  rows_.routers[MeetingId(id)] = {row};
  return response("created the required routers");
}

void FakeMediaServers::close_producer(const ContainerId& server, const std::string& meeting_id, const std::string& owner,
                                      const std::string& id, const std::string& reason) {
  auto& meeting = servers[server][meeting_id];
  const auto producer = meeting.participants[owner].producers.find(id);
  const std::string kind = producer->second.kind;
  meeting.participants[owner].producers.erase(producer);
  emit(server, "producer.closed", meeting_id, owner, {{"producerId", id}, {"kind", kind}, {"reason", reason}});
  for (auto& [viewer, watching] : meeting.participants) {
    for (const auto& [consumer, of] : std::map(watching.consumers)) {
      if (of != id) continue;
      watching.consumers.erase(consumer);
      emit(server, "consumer.closed", meeting_id, viewer, {{"consumerId", consumer}, {"producerId", id}, {"reason", "producer_closed"}});
    }
  }
}

void FakeMediaServers::remove(const ContainerId& server, const std::string& meeting_id, const std::string& participant,
                              const std::string& reason) {
  auto& meeting = servers[server][meeting_id];
  for (const auto& producer : std::map(meeting.participants[participant].producers)) {
    close_producer(server, meeting_id, participant, producer.first, reason);
  }
  meeting.participants.erase(participant);
  emit(server, "participant.left", meeting_id, participant, {{"reason", reason}});
}

Result<OrderedJson> FakeMediaServers::recreate(const ContainerId& server, FakeMeeting& meeting, const Json& body, bool producing) {
  const std::string meeting_id = peek_text(body, "meetingId");
  const std::string id = peek_text(body, "participantId");
  const std::string instance = peek_text(body, "instanceId");
  const std::string router = peek_text(body, "routerId");
  if (std::find(meeting.routers.begin(), meeting.routers.end(), router) == meeting.routers.end()) return not_found("router", router);
  OrderedJson json = OrderedJson::object();
  json["transportOptions"] = parsed(kTransport);
  const std::string transport = next_id("transport");
  json["transportOptions"]["id"] = transport;
  json["closedProducerDetails"] = OrderedJson::array();
  auto& participant = meeting.participants[id];
  const bool other = !participant.instance.empty() && participant.instance != instance;
  if (other || producing) {
    for (const auto& [producer, details] : std::map(participant.producers)) {
      OrderedJson closed = OrderedJson::object();
      closed["producerId"] = producer;
      closed["participantId"] = id;
      closed["kind"] = details.kind;
      if (producing) json["closedProducerDetails"].push_back(std::move(closed));
      close_producer(server, meeting_id, id, producer, other ? "evicted" : "replaced");
    }
  }
  if (other) {
    participant.consumers.clear();
    emit(server, "participant.left", meeting_id, id, {{"instanceId", participant.instance}, {"reason", "evicted"}});
  }
  if (participant.instance != instance) emit(server, "participant.joined", meeting_id, id, {{"instanceId", instance}});
  participant.instance = instance;
  participant.name = peek_text(body, "name");
  (producing ? participant.send : participant.receive) = transport;
  if (!producing) json["producerDetails"] = OrderedJson::array();
  return json;
}

Result<OrderedJson> FakeMediaServers::create_consumers(FakeMeeting& meeting, FakeParticipant& viewer, const Json& body) {
  OrderedJson json = OrderedJson::object();
  json["consumerDetails"] = OrderedJson::array();
  if (peek_text(body, "transportId") != viewer.receive) return not_found("consumer transport", peek_text(body, "transportId"));
  std::vector<std::pair<std::string, std::string>> made;
  for (const auto& [owner, by_kind] : body.at("targetParticipants").items()) {
    for (const auto& [kind, producer] : by_kind.items()) {
      const auto& producers = meeting.participants[owner].producers;
      if (!producers.contains(producer)) return not_found("producer", producer.get<std::string>());
      if (refused_producers.contains(producer)) return make_error(Errc::kConflict, "no codec in common");
      if (overloaded && kind != "audio") return refused(Errc::kUnavailable, "worker_overloaded", "too much to do");
      OrderedJson detail = OrderedJson::object();
      detail["consumerId"] = next_id("consumer");
      detail["producerId"] = producer;
      detail["targetParticipantId"] = owner;
      detail["kind"] = kind;
      detail["rtpParameters"] = parsed(kConsumerParameters);
      detail["type"] = "simple";
      detail["producerPaused"] = producers.at(producer).paused;
      made.emplace_back(detail["consumerId"], producer);
      json["consumerDetails"].push_back(std::move(detail));
    }
  }
  for (const auto& consumer : made) viewer.consumers.insert(consumer);
  return json;
}

Result<OrderedJson> FakeMediaServers::answer(const ContainerId& server, const std::string& path, const Json& body) {
  if (path == "/v1/createMeeting") return create_meeting(server, body);
  if (path == "/v1/replaceMeetings") {
    for (const auto& entry : peek_list(body, "replaceMeetingRequests")) {
      DD_TRY_VOID(create_meeting(server, entry));
    }
    return OrderedJson("created the required routers");
  }
  const std::string meeting_id = peek_text(body, "meetingId");
  if (path == "/v1/endMeeting") {
    servers[server].erase(meeting_id);
    return response("Successfully ended meeting");
  }
  const auto found = servers[server].find(meeting_id);
  if (found == servers[server].end()) return not_found("meeting", meeting_id);
  FakeMeeting& meeting = found->second;
  const std::string id = peek_text(body, "participantId");
  OrderedJson json = OrderedJson::object();

  if (path == "/v1/getRoutersOfMeeting" || path == "/v1/addRouters") {
    json["routers"] = OrderedJson::array();
    for (const auto& router : meeting.routers) {
      json["routers"].push_back({{"routerId", router}, {"workerId", "w-1"}, {"role", "both"}, {"capacity", 0}});
    }
    return json;
  }
  if (path == "/v1/getRTPCapabilities") {
    json["producerRtpCapabilities"] = parsed(kCapabilities);
    json["consumerRtpCapabilities"] = parsed(kCapabilities);
    return json;
  }
  if (path == "/v1/getMeeting") {
    json["meetingId"] = meeting_id;
    json["tenant"] = meeting.tenant;
    json["participants"] = OrderedJson::array();
    for (const auto& [participant, state] : meeting.participants) {
      OrderedJson entry = OrderedJson::object();
      entry["participantId"] = participant;
      entry["instanceId"] = state.instance;
      entry["name"] = state.name;
      entry["producers"] = OrderedJson::array();
      for (const auto& [producer, details] : state.producers) {
        entry["producers"].push_back({{"producerId", producer}, {"kind", details.kind}, {"paused", details.paused}});
      }
      entry["dataProducers"] = OrderedJson::array();
      for (const auto& [data, label] : state.data) entry["dataProducers"].push_back({{"dataProducerId", data}, {"label", label}});
      json["participants"].push_back(std::move(entry));
    }
    return json;
  }
  if (path == "/v1/recreateProducerTransport") return recreate(server, meeting, body, true);
  if (path == "/v1/recreateConsumerTransport") return recreate(server, meeting, body, false);
  if (path == "/v1/startRecording") {
    const bool running = !meeting.recording.empty();
    if (!running) meeting.recording = next_id("recording");
    json["recordingId"] = meeting.recording;
    json["alreadyRunning"] = running;
    if (!running) emit(server, "recording.started", meeting_id, {}, {{"recordingId", meeting.recording}});
    return json;
  }
  if (path.ends_with("Recording")) {
    if (meeting.recording.empty()) return not_found("recording of meeting", meeting_id);
    json["recordingId"] = meeting.recording;
    if (path == "/v1/stopRecording") {
      const std::string recording = std::exchange(meeting.recording, {});
      emit(server, "recording.stopped", meeting_id, {}, {{"recordingId", recording}, {"reason", "asked"}});
    }
    return json;
  }

  if (path == "/v1/leaveMeeting") {
    const auto present = meeting.participants.find(id);
    const bool there = present != meeting.participants.end() && present->second.instance == peek_text(body, "instanceId");
    if (there) remove(server, meeting_id, id, "left");
    json = response(there ? "Participant left the meeting" : "Participant not found in the meeting");
    json["sendSignal"] = there;
    return json;
  }
  const auto present = meeting.participants.find(id);
  if (present == meeting.participants.end()) return not_found("participant", id);
  FakeParticipant& participant = present->second;
  if (path == "/v1/connectTransport") {
    const std::string transport = peek_text(body, "transportId");
    if (transport != participant.send && transport != participant.receive) return not_found("transport", transport);
    return response("Successfully connected producer transport");
  }
  if (path == "/v1/restartIce") {
    json["result"] = OrderedJson::object();
    for (const auto& transport : peek_list(body, "transportIds")) {
      if (transport != participant.send && transport != participant.receive) continue;
      json["result"][transport.get<std::string>()] = {{"usernameFragment", "n"}, {"password", "p"}, {"iceLite", true}};
    }
    return json;
  }
  if (path == "/v1/createProducer") {
    if (peek_text(body, "producerTransportId") != participant.send) {
      Error error = not_found("producer transport", peek_text(body, "producerTransportId"));
      error.field = "producerTransportId";
      return error;
    }
    const std::string kind = peek_text(body, "kind");
    for (const auto& [producer, details] : participant.producers) {
      if (details.kind == kind) json["producerId"] = producer;
    }
    if (!json.contains("producerId")) {
      const std::string producer = next_id("producer");
      const auto bound = static_cast<std::uint64_t>(peek_integer(body, "maxBitrate").value_or(0));
      participant.producers[producer] = FakeProducer{kind, peek_flag(body, "paused"), bound};
      json["producerId"] = producer;
      emit(server, "producer.created", meeting_id, id, {{"producerId", producer}, {"kind", kind}, {"paused", peek_flag(body, "paused")}});
    }
    json["participantId"] = id;
    json["kind"] = kind;
    return json;
  }
  if (path == "/v1/pauseProducer" || path == "/v1/resumeProducer" || path == "/v1/closeProducer") {
    json["producerDetails"] = OrderedJson::array();
    for (const auto& [producer, unused] : body.at("producerKindMap").items()) {
      const auto known = participant.producers.find(producer);
      if (known == participant.producers.end()) continue;
      json["producerDetails"].push_back({{"producerId", producer}, {"participantId", id}, {"kind", known->second.kind}});
      if (path == "/v1/closeProducer") {
        close_producer(server, meeting_id, id, producer, "closed");
      } else {
        known->second.paused = path == "/v1/pauseProducer";
        emit(server, known->second.paused ? "producer.paused" : "producer.resumed", meeting_id, id,
             {{"producerId", producer}, {"kind", known->second.kind}});
      }
    }
    return json;
  }
  if (path == "/v1/createConsumer") return create_consumers(meeting, participant, body);
  if (path == "/v1/setPreferredLayers") {
    json["preferredLayers"] = {{"spatialLayer", body.at("spatialLayer")}};
    return json;
  }
  if (path == "/v1/setConsumerPriority") {
    json["priority"] = OrderedJson(body.at("priority"));
    return json;
  }
  if (path == "/v1/createDataProducer") {
    const std::string data = next_id("data");
    participant.data[data] = peek_text(body, "label");
    json["dataProducerId"] = data;
    emit(server, "dataProducer.created", meeting_id, id, {{"dataProducerId", data}, {"label", peek_text(body, "label")}});
    return json;
  }
  if (path == "/v1/createDataConsumer") {
    json["dataConsumerId"] = next_id("data-consumer");
    json["dataProducerId"] = peek_text(body, "dataProducerId");
    json["sctpStreamParameters"] = {{"streamId", 0}, {"ordered", true}};
    json["label"] = "cursor";
    json["protocol"] = "";
    return json;
  }
  if (path == "/v1/closeData") {
    for (const auto& data : peek_list(body, "dataProducerIds")) {
      if (participant.data.erase(data) > 0) {
        emit(server, "dataProducer.closed", meeting_id, id, {{"dataProducerId", data}, {"reason", "closed"}});
      }
    }
    return response("Successfully closed data");
  }
  if (path == "/v1/pauseConsumer" || path == "/v1/resumeConsumer" || path == "/v1/closeConsumer" || path == "/v1/requestKeyFrame") {
    return response("Successfully");
  }
  return make_error(Errc::kNotFound, "no such path: " + path);
}

}  // namespace dd::signaling::testing
