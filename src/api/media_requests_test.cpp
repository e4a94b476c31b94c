// SPDX-License-Identifier: MIT
#include "api/media_requests.hpp"

#include <gtest/gtest.h>

#include "meeting/testing/sample_rtp.hpp"

namespace dd::api {
namespace {

Json parsed(std::string_view text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json) << text;
  return json ? json->root : Json();
}

constexpr std::string_view kMeeting = R"({"meetingId":"m-1","containerId":"10.0.0.5-1765796721546031000",
  "producerRouterDetails":[{"routerCapacity":20,"workerId":"w1"}],"consumerRouterDetails":[{"routerCapacity":240,"workerId":"w2"},{"routerCapacity":0,"workerId":"w1"}]})";

TEST(CreateMeetingRequest, TheTwoListsMakeOneRouterEach) {
  auto command = parse_create_meeting(parsed(kMeeting));
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(command->meeting.str(), "m-1");
  EXPECT_EQ(command->container.str(), "10.0.0.5-1765796721546031000");
  ASSERT_EQ(command->routers.size(), 3U);
  EXPECT_EQ(command->routers[0].role, meeting::RouterRole::kProducer);
  EXPECT_EQ(command->routers[1].role, meeting::RouterRole::kConsumer);
  EXPECT_EQ(command->routers[1].capacity, 240);
  EXPECT_EQ(command->routers[2].worker.str(), "w1");  // the same worker twice makes two routers
}

TEST(CreateMeetingRequest, ATenantIsOptionalAndHarmless) {
  Json body = parsed(kMeeting);
  EXPECT_FALSE(parse_create_meeting(body)->tenant);
  body["tenant"] = " default";
  EXPECT_EQ(parse_create_meeting(body)->tenant, " default");
  body["tenant"] = "";
  EXPECT_FALSE(parse_create_meeting(body)->tenant);
  for (const std::string bad : {std::string(65, 'a'), std::string("a\nb")}) {
    body["tenant"] = bad;
    const auto refused = parse_create_meeting(body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "tenant");
  }
}

TEST(AddRoutersRequest, TakesAListOfRoutersForViewers) {
  const auto command = parse_add_routers(parsed(R"({"meetingId":"m","routers":[{"routerCapacity":9,"workerId":"w2"}]})"));
  ASSERT_TRUE(command);
  ASSERT_EQ(command->routers.size(), 1U);
  EXPECT_EQ(command->routers[0].role, meeting::RouterRole::kConsumer);
  EXPECT_EQ(command->routers[0].capacity, 9);
  EXPECT_EQ(parse_add_routers(parsed(R"({"meetingId":"m"})")).error().field, "routers");
  EXPECT_EQ(parse_add_routers(parsed(R"({"meetingId":"m","routers":[{"routerCapacity":9}]})")).error().field, "routers[0].workerId");
}

TEST(CreateMeetingRequest, RoutersWinsOverTheLists) {
  auto command = parse_create_meeting(parsed(R"({"meetingId":"m","containerId":"c","routers":{"routerCapacity":7,"workerId":"w"},
    "producerRouterDetails":[{"routerCapacity":1,"workerId":"x"}]})"));
  ASSERT_TRUE(command);
  ASSERT_EQ(command->routers.size(), 1U);
  EXPECT_EQ(command->routers[0].role, meeting::RouterRole::kBoth);
  EXPECT_EQ(command->routers[0].capacity, 7);
}

TEST(CreateMeetingRequest, NullIsAbsentAndOneListIsEnough) {
  EXPECT_TRUE(parse_create_meeting(parsed(
      R"({"meetingId":"m","containerId":"c","routers":null,"consumerRouterDetails":null,"producerRouterDetails":[{"routerCapacity":1,"workerId":"x"}],"more":{"x":[]}})")));
}

struct Refusal {
  std::string_view body;
  std::string_view field;
};

template <typename Parse>
void expect_refusals(Parse parse, const std::vector<Refusal>& refusals) {
  for (const auto& [body, field] : refusals) {
    auto answer = parse(parsed(body));
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().code, Errc::kInvalidArgument) << body;
    EXPECT_EQ(answer.error().field, field) << body;
    EXPECT_FALSE(answer.error().message.empty());
  }
}

TEST(CreateMeetingRequest, ABadFieldIsNamed) {
  expect_refusals(
      [](const Json& body) { return parse_create_meeting(body); },
      {
          {"[]", ""},
          {"17", ""},
          {"null", ""},
          {"{}", "meetingId"},
          {R"({"meetingId":null})", "meetingId"},
          {R"({"meetingId":5})", "meetingId"},
          {R"({"meetingId":""})", "meetingId"},
          {R"({"meetingId":"a b"})", "meetingId"},
          {R"({"meetingId":"../x"})", "meetingId"},
          {R"({"meetingId":".."})", "meetingId"},
          {R"({"meetingId":"\u202e"})", "meetingId"},
          {R"({"meetingId":"a\u0000"})", "meetingId"},
          {R"({"meetingId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})", "meetingId"},
          {R"({"meetingId":"m"})", "containerId"},
          {R"({"meetingId":"m","containerId":"c"})", "producerRouterDetails"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[],"consumerRouterDetails":[]})", "producerRouterDetails"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":{}})", "producerRouterDetails"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[7]})", "producerRouterDetails[0]"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[{"workerId":"w"}]})", "producerRouterDetails[0].routerCapacity"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[{"workerId":"w","routerCapacity":-1}]})",
           "producerRouterDetails[0].routerCapacity"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[{"workerId":"w","routerCapacity":1.5}]})",
           "producerRouterDetails[0].routerCapacity"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[{"workerId":"w","routerCapacity":2147483648}]})",
           "producerRouterDetails[0].routerCapacity"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[{"workerId":"w","routerCapacity":18446744073709551615}]})",
           "producerRouterDetails[0].routerCapacity"},
          {R"({"meetingId":"m","containerId":"c","producerRouterDetails":[{"workerId":"w","routerCapacity":"1"}]})",
           "producerRouterDetails[0].routerCapacity"},
          {R"({"meetingId":"m","containerId":"c","routers":[]})", "routers"},
          {R"({"meetingId":"m","containerId":"c","routers":{"routerCapacity":1}})", "routers.workerId"},
      });
}

TEST(ReplaceMeetingsRequest, OfTwoWithOneIdTheLastIsTaken) {
  auto command = parse_replace_meetings(parsed(R"({"replaceMeetingRequests":[
    {"meetingId":"a","oldContainerId":"o","newContainerId":"n","routers":{"routerCapacity":1,"workerId":"w"}},
    {"meetingId":"b","oldContainerId":"o","newContainerId":"n","producerRouterDetails":[{"routerCapacity":1,"workerId":"w"}]},
    {"meetingId":"a","oldContainerId":"o","newContainerId":"n2","routers":{"routerCapacity":9,"workerId":"w"}}]})"));
  ASSERT_TRUE(command);
  ASSERT_EQ(command->meetings.size(), 2U);
  EXPECT_EQ(command->meetings[0].container.str(), "n2");
  EXPECT_EQ(command->meetings[0].routers[0].capacity, 9);
}

TEST(ReplaceMeetingsRequest, ABadMeetingIsNamedByItsPlace) {
  expect_refusals([](const Json& body) { return parse_replace_meetings(body); },
                  {
                      {"{}", "replaceMeetingRequests"},
                      {R"({"replaceMeetingRequests":{}})", "replaceMeetingRequests"},
                      {R"({"replaceMeetingRequests":[null]})", "replaceMeetingRequests[0]"},
                      {R"({"replaceMeetingRequests":[{"meetingId":"m"}]})", "replaceMeetingRequests[0].oldContainerId"},
                      {R"({"replaceMeetingRequests":[{"meetingId":"m","oldContainerId":"o","newContainerId":"n"}]})",
                       "replaceMeetingRequests[0].producerRouterDetails"},
                  });
}

TEST(EndMeetingRequest, KendrasListsMayHoldEmptyIdsAndNulls) {
  auto meeting = parse_end_meeting(parsed(
      R"({"meetingId":"m","routerIds":["",null,"r"],"transportIds":null,"producerIds":[""],"consumerIds":[],"participantIds":["p"]})"));
  ASSERT_TRUE(meeting);
  EXPECT_EQ(meeting->str(), "m");
  EXPECT_TRUE(parse_end_meeting(parsed(R"({"meetingId":"m"})")));
  expect_refusals([](const Json& body) { return parse_end_meeting(body); },
                  {{R"({"meetingId":"m","routerIds":"r"})", "routerIds"}, {R"({"meetingId":"m","consumerIds":[1]})", "consumerIds[0]"}});
}

TEST(CapabilitiesRequest, EachCallDemandsTheIdsOfItsSpec) {
  const Json least = parsed(R"({"meetingId":"m","producerRouterId":"r2","consumerRouterId":"r1"})");
  Json with_participant = least;
  with_participant["participantId"] = "p";
  Json whole = with_participant;
  whole["instanceId"] = "i";
  EXPECT_TRUE(parse_capabilities_request(least, AskedBy::kGetRtpCapabilities));
  EXPECT_EQ(parse_capabilities_request(least, AskedBy::kPreMeetingDetails).error().field, "participantId");
  EXPECT_TRUE(parse_capabilities_request(with_participant, AskedBy::kPreMeetingDetails));
  EXPECT_EQ(parse_capabilities_request(with_participant, AskedBy::kJoinMeeting).error().field, "instanceId");
  auto command = parse_capabilities_request(whole, AskedBy::kJoinMeeting);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->producer_router.str(), "r2");
  EXPECT_EQ(command->consumer_router.str(), "r1");
}

TEST(RecreateTransportRequest, KendrasEmptyAndNullOldIdsAreIgnored) {
  auto command = parse_recreate_transport(parsed(R"({"meetingId":"m-1","instanceId":"i1","participantId":"p1","routerId":"r1",
      "oldProducerTransportId":"","oldConsumerTransportId":null,"oldProducerIds":null,"oldConsumerIds":["",null]})"),
                                          meeting::TransportRole::kConsumer);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->role, meeting::TransportRole::kConsumer);
  EXPECT_FALSE(command->force_new);
  EXPECT_FALSE(command->tcp_only);
  auto extended = parse_recreate_transport(
      parsed(R"({"meetingId":"m","instanceId":"i","participantId":"p","routerId":"r","forceNew":true,"tcpOnly":true})"),
      meeting::TransportRole::kProducer);
  ASSERT_TRUE(extended);
  EXPECT_TRUE(extended->force_new);
  EXPECT_TRUE(extended->tcp_only);
  expect_refusals(
      [](const Json& body) { return parse_recreate_transport(body, meeting::TransportRole::kProducer); },
      {{R"({"meetingId":"m","participantId":"p","instanceId":"i"})", "routerId"},
       {R"({"meetingId":"m","participantId":"p","instanceId":"i","routerId":"r","forceNew":1})", "forceNew"},
       {R"({"meetingId":"m","participantId":"p","instanceId":"i","routerId":"r","oldProducerIds":"x"})", "oldProducerIds"},
       {R"({"meetingId":"m","participantId":"p","instanceId":"i","routerId":"r","oldProducerTransportId":[]})", "oldProducerTransportId"}});
}

TEST(RestartIceRequest, NeedsNoMeetingAndSkipsEmptyIds) {
  auto command = parse_restart_ice(parsed(R"({"participantId":"p","transportIds":["t1","",null,"t2"]})"));
  ASSERT_TRUE(command);
  EXPECT_FALSE(command->meeting);
  EXPECT_EQ(command->transports.size(), 2U);
  EXPECT_EQ(parse_restart_ice(parsed(R"({"participantId":"p","meetingId":"m","transportIds":[]})"))->meeting->str(), "m");
  EXPECT_FALSE(parse_restart_ice(parsed(R"({"participantId":"p","meetingId":"","transportIds":[]})"))->meeting);
  expect_refusals(
      [](const Json& body) { return parse_restart_ice(body); },
      {{R"({"participantId":"p"})", "transportIds"}, {R"({"participantId":"p","transportIds":["a","b c"]})", "transportIds[1]"}});
}

constexpr std::string_view kRtp =
    R"({"mid":"0","codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000,"parameters":{},"rtcpFeedback":[{"type":"nack","parameter":"pli"}]}],
  "headerExtensions":[{"uri":"urn:ietf:params:rtp-hdrext:sdes:mid","id":4,"encrypt":false,"parameters":{}}],"encodings":[{"ssrc":11111111,"rtx":{"ssrc":11111112},"dtx":false}],"rtcp":{"cname":"abc","reducedSize":true}})";

TEST(CreateProducerRequest, ReadsTheSpecsExample) {
  Json body = parsed(
      R"({"participantId":"p1","meetingId":"m-1","instanceId":"i1","kind":"ScreenShare","producerRouterId":"r1","producerTransportId":"t1","consumerRouterIds":["r2",""],"startRecording":true})");
  body["rtpParameters"] = parsed(kRtp);
  auto command = parse_create_producer(body);
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(command->kind, "ScreenShare");  // remembered as written
  EXPECT_TRUE(command->start_recording);
  EXPECT_FALSE(command->paused);
  ASSERT_EQ(command->consumer_routers.size(), 1U);
  EXPECT_EQ(command->parameters.encodings.at(0).ssrc, 11111111U);
  body["consumerRouterIds"] = nullptr;
  body["paused"] = true;
  command = parse_create_producer(body);
  ASSERT_TRUE(command);
  EXPECT_TRUE(command->paused);
  body["kind"] = "hologram";
  EXPECT_EQ(parse_create_producer(body).error().field, "kind");
  body["kind"] = "audio";
  body["rtpParameters"] = 5;
  EXPECT_EQ(parse_create_producer(body).error().field, "rtpParameters");
  body["rtpParameters"] = nullptr;
  EXPECT_EQ(parse_create_producer(body).error().field, "rtpParameters");
  body["producerTransportId"] = "";
  EXPECT_EQ(parse_create_producer(body).error().field, "producerTransportId");
}

TEST(ProducersRequest, TheMapsKeysAreTheProducers) {
  auto command = parse_producers_command(
      parsed(R"({"participantId":"p","meetingId":"m","producerKindMap":{"b":"video","a":"audio"},"recordingEnabled":true})"));
  ASSERT_TRUE(command);
  ASSERT_EQ(command->producers.size(), 2U);
  EXPECT_EQ(command->recording_enabled, true);
  EXPECT_TRUE(parse_producers_command(parsed(R"({"participantId":"p","meetingId":"m","producerKindMap":{}})"))->producers.empty());
  expect_refusals([](const Json& body) { return parse_producers_command(body); },
                  {{R"({"participantId":"p","meetingId":"m"})", "producerKindMap"},
                   {R"({"participantId":"p","meetingId":"m","producerKindMap":[]})", "producerKindMap"},
                   {R"({"participantId":"p","meetingId":"m","producerKindMap":{"a b":"audio"}})", "producerKindMap"},
                   {R"({"participantId":"p","meetingId":"m","producerKindMap":{"a":1}})", "producerKindMap.a"},
                   {R"({"participantId":"p","meetingId":"m","producerKindMap":{},"recordingEnabled":"yes"})", "recordingEnabled"}});
}

TEST(CreateConsumerRequest, TargetsAreParticipantsKindsAndProducers) {
  Json body = parsed(R"({"participantId":"p2","meetingId":"m-1","instanceId":"i9","transportId":"ct1",
    "rtpCapabilities":{"codecs":[{"kind":"video","mimeType":"video/VP8","preferredPayloadType":96,"clockRate":90000,"parameters":{},"rtcpFeedback":[]}],"headerExtensions":[]},
    "targetParticipants":{"p1":{"video":"3f0c","audio":"77aa","screenshare":""},"p3":null,"p4":{}}})");
  auto command = parse_create_consumer(body);
  ASSERT_TRUE(command) << command.error().message;
  ASSERT_EQ(command->targets.size(), 2U);
  EXPECT_EQ(command->targets[0].participant.str(), "p1");
  EXPECT_EQ(command->capabilities.codecs.size(), 1U);
  body["targetParticipants"] = Json::object();
  EXPECT_TRUE(parse_create_consumer(body)->targets.empty());
  body["targetParticipants"] = parsed(R"({"p1":{"video":7}})");
  EXPECT_EQ(parse_create_consumer(body).error().field, "targetParticipants.p1.video");
  body["targetParticipants"] = parsed(R"({"p1":{"smell":"x"}})");
  EXPECT_EQ(parse_create_consumer(body).error().field, "targetParticipants.p1");
  body["targetParticipants"] = parsed(R"({"p 1":{}})");
  EXPECT_EQ(parse_create_consumer(body).error().field, "targetParticipants");
  body["targetParticipants"] = parsed(R"([])");
  EXPECT_EQ(parse_create_consumer(body).error().field, "targetParticipants");
}

TEST(ConsumersRequest, AnEmptyListIsFine) {
  EXPECT_TRUE(parse_consumers_command(parsed(R"({"participantId":"p","meetingId":"m","consumerIds":[]})")));
  EXPECT_EQ(parse_consumers_command(parsed(R"({"participantId":"p","meetingId":"m","consumerIds":["c"]})"))->consumers.size(), 1U);
  expect_refusals([](const Json& body) { return parse_consumers_command(body); },
                  {{R"({"participantId":"p","consumerIds":[]})", "meetingId"},
                   {R"({"participantId":"p","meetingId":"m","consumerIds":{"a":1}})", "consumerIds"}});
}

TEST(ConsumersRequest, AListWithoutEndIsRefused) {
  Json body = parsed(R"({"participantId":"p","meetingId":"m"})");
  body["consumerIds"] = Json::array();
  for (int i = 0; i < 20'001; ++i) body["consumerIds"].push_back("c");
  EXPECT_EQ(parse_consumers_command(body).error().field, "consumerIds");
}

TEST(LeaveMeetingRequest, ListsMayBeNullAndTransportsEmpty) {
  auto command = parse_leave_meeting(parsed(
      R"({"participantId":"p1","instanceId":"i1","meetingId":"m-1","producerTransportId":"","consumerTransportId":"t2","producerIds":["x"],"consumerIds":null})"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->instance.str(), "i1");
}

TEST(ConnectTransportRequest, ReadsTheSpecsExample) {
  auto command = parse_connect_transport(parsed(
      R"({"participantId":"p1","transportId":"5c1b","meetingId":"m-1","dtlsParameters":{"role":"client","fingerprints":[{"algorithm":"sha-256",
    "value":"1b:ea:bf:33:b8:11:26:6d:91:ad:1b:a0:16:fd:5d:60:59:33:f7:46:a3:ba:99:2a:1d:04:99:a6:f2:c6:2d:43"}]}})"));
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(command->dtls.role, meeting::DtlsRole::kClient);
  EXPECT_EQ(command->dtls.fingerprints[0].value, meeting::testing::sample_dtls_parameters().fingerprints[0].value);  // upper case
}

}  // namespace
}  // namespace dd::api
