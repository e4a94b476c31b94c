// SPDX-License-Identifier: MIT
#include "bench/api/participant.hpp"

#include <atomic>

namespace dd::bench {
namespace {

using nlohmann::json;

json dtls_parameters() {
  std::string value;
  for (int i = 0; i < 32; ++i) value += (i ? ":AB" : "AB");
  return {{"role", "client"}, {"fingerprints", json::array({{{"algorithm", "sha-256"}, {"value", value}}})}};
}

json feedback(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  json list = json::array();
  for (const auto& [type, parameter] : pairs) list.push_back({{"type", type}, {"parameter", parameter}});
  return list;
}

json rtp_parameters(const std::string& kind) {
  static std::atomic<std::uint32_t> next_ssrc{100'000};
  const std::uint32_t ssrc = next_ssrc.fetch_add(2);
  json parameters = {{"headerExtensions", json::array({{{"uri", "urn:ietf:params:rtp-hdrext:sdes:mid"}, {"id", 4}, {"encrypt", false}}})},
                     {"rtcp", {{"cname", "bench"}, {"reducedSize", true}}}};
  if (kind == "audio") {
    parameters["mid"] = "0";
    parameters["codecs"] = json::array({{{"mimeType", "audio/opus"},
                                         {"payloadType", 111},
                                         {"clockRate", 48000},
                                         {"channels", 2},
                                         {"parameters", {{"minptime", 10}, {"useinbandfec", 1}}},
                                         {"rtcpFeedback", feedback({{"transport-cc", ""}})}}});
    parameters["encodings"] = json::array({{{"ssrc", ssrc}, {"dtx", false}}});
  } else {
    parameters["mid"] = "1";
    parameters["codecs"] =
        json::array({{{"mimeType", "video/VP8"},
                      {"payloadType", 96},
                      {"clockRate", 90000},
                      {"parameters", json::object()},
                      {"rtcpFeedback", feedback({{"goog-remb", ""}, {"transport-cc", ""}, {"ccm", "fir"}, {"nack", ""}, {"nack", "pli"}})}},
                     {{"mimeType", "video/rtx"},
                      {"payloadType", 97},
                      {"clockRate", 90000},
                      {"parameters", {{"apt", 96}}},
                      {"rtcpFeedback", json::array()}}});
    parameters["encodings"] = json::array({{{"ssrc", ssrc}, {"rtx", {{"ssrc", ssrc + 1}}}, {"dtx", false}}});
  }
  return parameters;
}

json rtp_capabilities() {
  return {
      {"codecs",
       json::array({{{"kind", "audio"},
                     {"mimeType", "audio/opus"},
                     {"preferredPayloadType", 111},
                     {"clockRate", 48000},
                     {"channels", 2},
                     {"parameters", {{"useinbandfec", 1}}},
                     {"rtcpFeedback", feedback({{"transport-cc", ""}})}},
                    {{"kind", "video"},
                     {"mimeType", "video/VP8"},
                     {"preferredPayloadType", 96},
                     {"clockRate", 90000},
                     {"parameters", json::object()},
                     {"rtcpFeedback", feedback({{"goog-remb", ""}, {"transport-cc", ""}, {"ccm", "fir"}, {"nack", ""}, {"nack", "pli"}})}},
                    {{"kind", "video"},
                     {"mimeType", "video/rtx"},
                     {"preferredPayloadType", 100},
                     {"clockRate", 90000},
                     {"parameters", {{"apt", 96}}},
                     {"rtcpFeedback", json::array()}}})},
      {"headerExtensions", json::array({{{"kind", "audio"},
                                         {"uri", "urn:ietf:params:rtp-hdrext:sdes:mid"},
                                         {"preferredId", 1},
                                         {"preferredEncrypt", false},
                                         {"direction", "sendrecv"}},
                                        {{"kind", "video"},
                                         {"uri", "urn:ietf:params:rtp-hdrext:sdes:mid"},
                                         {"preferredId", 1},
                                         {"preferredEncrypt", false},
                                         {"direction", "sendrecv"}}})}};
}

}  // namespace

Participant Caller::join(const Meeting& meeting, const std::string& id) {
  Participant participant{meeting.id, id, id + "-i", {}, {}, {}, {}};
  call("joinMeeting", {{"meetingId", meeting.id},
                       {"participantId", id},
                       {"instanceId", participant.instance},
                       {"producerRouterId", meeting.router},
                       {"consumerRouterId", meeting.router}});
  const json recreate = {
      {"meetingId", meeting.id}, {"participantId", id}, {"instanceId", participant.instance}, {"routerId", meeting.router}};
  participant.producer_transport = call("recreateProducerTransport", recreate).at("transportOptions").at("id");
  participant.consumer_transport = call("recreateConsumerTransport", recreate).at("transportOptions").at("id");
  for (const auto& transport : {participant.producer_transport, participant.consumer_transport}) {
    call("connectTransport",
         {{"meetingId", meeting.id}, {"participantId", id}, {"transportId", transport}, {"dtlsParameters", dtls_parameters()}});
  }
  return participant;
}

void Caller::produce(const Meeting& meeting, Participant& participant, const std::string& kind) {
  const auto answer = call("createProducer", {{"meetingId", meeting.id},
                                              {"participantId", participant.id},
                                              {"instanceId", participant.instance},
                                              {"kind", kind},
                                              {"producerRouterId", meeting.router},
                                              {"producerTransportId", participant.producer_transport},
                                              {"consumerRouterIds", json::array()},
                                              {"startRecording", false},
                                              {"rtpParameters", rtp_parameters(kind)}});
  participant.producers[kind] = answer.at("producerId");
}

void Caller::consume(Participant& viewer, const Participant& target) {
  const auto answer = call("createConsumer", {{"meetingId", viewer.meeting},
                                              {"participantId", viewer.id},
                                              {"instanceId", viewer.instance},
                                              {"transportId", viewer.consumer_transport},
                                              {"rtpCapabilities", rtp_capabilities()},
                                              {"targetParticipants", {{target.id, target.producers}}}});
  for (const auto& detail : answer.at("consumerDetails")) viewer.consumers.push_back(detail.at("consumerId"));
}

void Caller::leave(const Participant& participant) {
  call("leaveMeeting", {{"meetingId", participant.meeting},
                        {"participantId", participant.id},
                        {"instanceId", participant.instance},
                        {"producerTransportId", participant.producer_transport},
                        {"consumerTransportId", participant.consumer_transport}});
}

}  // namespace dd::bench
